/* Bundles, base64 and private keys against a certificate of the same input. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pki/b64.h"
#include "pki/bundle.h"
#include "pki/key.h"

int	LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct bundle b;
	struct buf out;
	struct err e;
	size_t i;

	if (bundle_parse((const char *)p, n, &b, &e) == 0) {
		for (i = 0; i < b.n; i++) {
			if (b.item[i].n != i + 1 ||
			    (b.item[i].what == BUNDLE_CERT) !=
			    (b.item[i].cert != NULL))
				abort();
			if (b.item[i].cert != NULL)
				(void)key_compare((const char *)p, n,
				    b.item[i].cert);
		}
		bundle_release(&b);
	}
	buf_init(&out, 1 << 20, "a value");
	if (b64_decode((const char *)p, n, &out, &e) == 0 && out.len > n)
		abort();
	buf_release(&out);
	return 0;
}
