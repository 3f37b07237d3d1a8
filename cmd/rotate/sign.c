/* The new certificate. */
#include <string.h>

#include "cmd/rotate/run.h"
#include "pki/resign.h"

int
rotate_sign(struct run *r, const struct ca *ca, const struct der *subject,
    struct buf *pem, struct cert **out, struct err *e)
{
	const struct resign p = {
		.old = ca->fact.root,
		.key = buf_str(&ca->key), .key_len = ca->key.len,
		.subject = subject->len > 0 ? subject : NULL,
		.now = r->clock, .days = r->params.days
	};

	if (resign(&p, pem, out, e) == 0)
		return 0;
	return err_prefix(e, "cannot sign a new root");
}
