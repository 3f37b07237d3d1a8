/* The floor for memory: the tool's own link line, and nothing done. */
#include <openssl/crypto.h>
#include <json-c/json.h>
#include <yaml.h>
#include <unistd.h>

int
main(void)
{
	yaml_parser_t p;
	struct json_tokener *tok = json_tokener_new();
	char b[65536];

	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	yaml_parser_initialize(&p);
	yaml_parser_delete(&p);
	json_tokener_free(tok);
	while (read(0, b, sizeof(b)) > 0)
		;
	return 0;
}
