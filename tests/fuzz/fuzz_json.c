/*
 * The JSON reader, framing and all: the same result whole and in drips, and
 * nothing refused that json-c, asked for all of it at once, takes; but for
 * control characters in strings, which it takes before 0.17.
 */
#include <json-c/json.h>

#include "tests/fuzz/doc.h"

static int
taken_whole(const uint8_t *p, size_t n)
{
	struct json_tokener *tok = json_tokener_new_ex(DOC_DEPTH_MAX);
	struct json_object *o;
	int taken;

	json_tokener_set_flags(tok, JSON_TOKENER_STRICT |
	    JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, (const char *)p, (int)n);
	taken = json_tokener_get_error(tok) == json_tokener_success &&
	    json_tokener_get_parse_end(tok) == n &&
	    (json_object_is_type(o, json_type_object) ||
	    json_object_is_type(o, json_type_array));
	json_object_put(o);
	json_tokener_free(tok);
	return taken;
}

static void
compare(const uint8_t *p, size_t n)
{
	struct fuzz_drip whole = { p, n, SIZE_MAX, 0 };
	struct doc_source src = { fuzz_read, &whole };
	size_t seen = 0;
	struct doc_sink sink = { fuzz_item, fuzz_bad, &seen };
	struct err e = ERR_INIT;

	if (doc_read_json(&src, &sink, &e) == -1 && e.class == ERR_FORMAT &&
	    strstr(e.msg, "over the limit") == NULL &&
	    strstr(e.msg, "more than") == NULL &&
	    strstr(e.msg, "a control character in a string") == NULL &&
	    taken_whole(p, n))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	fuzz_both(p, n, doc_read_json);
	compare(p, n);
	(void)doc_sniff((const char *)p, n);
	return 0;
}
