#include <string.h>

#include "base/hex.h"
#include "cli/hex.h"

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
		if (hex_digit(s[0]) == -1 || hex_digit(s[1]) == -1)
			return 0;
		out[i] = (uint8_t)(hex_digit(s[0]) << 4 | hex_digit(s[1]));
	}
	return 1;
}
