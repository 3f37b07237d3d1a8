/* The floor for memory: the tool's own link line, and nothing done. */
#include <unistd.h>

#include "tests/bench/loaded.h"

int
main(void)
{
	yaml_parser_t p;
	struct json_tokener *tok = json_tokener_new();
	char b[65536];

	if (!loaded())
		return 1;
	yaml_parser_initialize(&p);
	yaml_parser_delete(&p);
	json_tokener_free(tok);
	while (read(0, b, sizeof(b)) > 0)
		;
	return 0;
}
