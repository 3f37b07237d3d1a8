/* The JSON reader, framing and all: the same result whole and in drips. */
#include "tests/fuzz/doc.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	fuzz_both(p, n, doc_read_json);
	(void)doc_sniff((const char *)p, n);
	return 0;
}
