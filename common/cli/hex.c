#include <string.h>

#include "cli/hex.h"

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int
cli_sha256(const char *s, uint8_t out[CLI_SHA256_LEN])
{
	int colons = strlen(s) == 3 * CLI_SHA256_LEN - 1;
	size_t i;

	if (!colons && strlen(s) != 2 * CLI_SHA256_LEN)
		return 0;
	for (i = 0; i < CLI_SHA256_LEN; i++, s += 2) {
		if (colons && i > 0 && *s++ != ':')
			return 0;
		if (digit(s[0]) == -1 || digit(s[1]) == -1)
			return 0;
		out[i] = (uint8_t)(digit(s[0]) << 4 | digit(s[1]));
	}
	return 1;
}
