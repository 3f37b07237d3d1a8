/* One certificate, and itself as leaf, intermediate and anchor. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pki/chain.h"

int	LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct ruleset *const sets[] = {
		&ruleset_openssl, &ruleset_boringssl, &ruleset_go
	};
	struct chain_query q;
	struct chain_result res;
	char hex[2 * CERT_SHA256_LEN + 1];
	struct cert *c;
	size_t i;

	pki_init();
	if (cert_parse(p, n, &c, NULL) == -1)
		return 0;
	cert_hex(c, hex);
	cert_free(cert_ref(c));
	(void)cert_signed_by(c, c);
	if (strlen(hex) != 64 || !cert_equal(c, c) || !cert_same_key(c, c) ||
	    (cert_claims_self_signed(c) && !c->self_issued))
		abort();
	if (c->der.len != n || c->subject_text == NULL)
		abort();
	memset(&q, 0, sizeof(q));
	q.leaf = c;
	q.inter = q.anchor = &c;
	q.ninter = q.nanchor = 1;
	q.now = c->not_before;
	for (i = 0; i < 3; i++) {
		q.purpose = (enum chain_purpose)i;
		if (chain_verify(sets[i], &q, &res) == CHAIN_OK &&
		    res.npath == 0)
			abort();
	}
	cert_free(c);
	return 0;
}
