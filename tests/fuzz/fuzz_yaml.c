/* The YAML reader behind the UTF-16 decoder, as files.c puts them. */
#include "tests/fuzz/doc.h"

static int
decoded(const struct doc_source *src, const struct doc_sink *sink,
    struct err *e)
{
	struct doc_decoder *d;
	struct doc_source in;
	int ret;

	if (doc_decoder_new(src, &d, e) == -1)
		return -1;
	in = doc_decoder_source(d);
	ret = doc_read_yaml(&in, sink, e);
	doc_decoder_free(d);
	return ret;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct doc_text text = { (const char *)p, n };
	struct doc_source src = doc_text_source(&text);
	size_t seen = 0;
	struct doc_sink sink = { fuzz_item, NULL, &seen };
	struct err e = ERR_INIT;

	fuzz_both(p, n, decoded);
	(void)doc_sniff((const char *)p, n);
	(void)doc_read_yaml(&src, &sink, &e);
	return 0;
}
