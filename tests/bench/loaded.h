/*
 * A floor has the tools' own link line, and must use each of its libraries: a
 * linker drops what nobody calls.
 */
#ifndef TESTS_BENCH_LOADED_H
#define TESTS_BENCH_LOADED_H

#include <curl/curl.h>
#include <json-c/json.h>
#include <openssl/crypto.h>
#include <protobuf-c/protobuf-c.h>
#include <yaml.h>

static inline int
loaded(void)
{
	int major, minor, patch;

	yaml_get_version(&major, &minor, &patch);
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	curl_free(NULL);
	return major >= 0 && json_c_version_num() > 0 &&
	    protobuf_c_version_number() > 0;
}

#endif
