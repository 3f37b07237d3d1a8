#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/b64.h"
#include "pki/bundle.h"
#include "pki/pem.h"

static int
ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), t = strlen(tail);

	return n >= t && strcmp(s + n - t, tail) == 0;
}

static struct bundle_item *
new_item(struct bundle *b, const struct pem_line *label, struct err *e)
{
	struct bundle_item *p;

	if (b->n == BUNDLE_CERTS_MAX) {
		err_set(e, ERR_LIMIT, "more than %d PEM blocks in a bundle",
		    BUNDLE_CERTS_MAX);
		return NULL;
	}
	if ((b->n & (b->n - 1)) == 0) {		/* full at powers of two */
		p = reallocarray(b->item, b->n == 0 ? 1 : 2 * b->n,
		    sizeof(*p));
		if (p == NULL) {
			err_nomem(e);
			return NULL;
		}
		b->item = p;
	}
	p = &b->item[b->n++];
	memset(p, 0, sizeof(*p));
	p->n = (unsigned)b->n;
	snprintf(p->label, sizeof(p->label), "%.*s",
	    label->len < sizeof(p->label) ? (int)label->len :
	    (int)sizeof(p->label) - 1, label->p);
	p->what = strcmp(p->label, "CERTIFICATE") == 0 ? BUNDLE_CERT :
	    ends_with(p->label, "PRIVATE KEY") ? BUNDLE_PRIVATE_KEY :
	    BUNDLE_OTHER;
	return p;
}

static int
broken(struct bundle_item *it, struct err *why)
{
	it->what = BUNDLE_BROKEN;
	it->err = *why;
	return why->class == ERR_NOMEM ? -1 : 0;
}

/* The base64 of a CERTIFICATE block, blanks dropped as Go does. */
static int
take_cert(struct bundle_item *it, const char *p, size_t len, struct err *e)
{
	struct err why = ERR_INIT;
	struct buf text, der;
	size_t n;
	int ret = 0;

	buf_init(&text, 2 * CERT_DER_MAX, "a certificate's PEM");
	buf_init(&der, CERT_DER_MAX, "a certificate");
	while (len > 0 && ret == 0) {
		for (n = 0; n < len && p[n] != ' ' && p[n] != '\t'; n++)
			;
		ret = buf_append(&text, p, n, &why);
		n += n < len;
		p += n;
		len -= n;
	}
	if (ret == -1 ||
	    b64_decode(buf_str(&text), text.len, &der, &why) == -1 ||
	    cert_parse(der.p == NULL ? (const uint8_t *)"" : der.p, der.len,
	    &it->cert, &why) == -1)
		ret = broken(it, &why);
	buf_release(&text);
	buf_release(&der);
	return ret == -1 ? err_nomem(e) : 0;
}

/*
 * Headers and empty lines are legal PEM, and in a certificate's block there is
 * always somebody who refuses them: Go passes a trust anchor with headers over,
 * OpenSSL and BoringSSL give up the whole file.
 */
static const char *
odd_line(const char *p, const char *end)
{
	struct pem_line l;

	while (pem_line(&p, end, &l)) {
		if (l.len == 0)
			return "a PEM block with an empty line in it";
		if (memchr(l.p, ':', l.len) != NULL)
			return "a PEM block with headers";
	}
	return NULL;
}

/* From behind a BEGIN line to behind its END line, or to where it fails. */
static int
take_block(struct bundle *b, const struct pem_line *label, const char **pos,
    const char *end, struct err *e)
{
	const char *body = *pos, *stop, *next, *odd;
	struct err why = ERR_INIT;
	struct bundle_item *it;
	struct pem_line l, got;

	if ((it = new_item(b, label, e)) == NULL)
		return -1;
	for (stop = next = body; pem_line(&next, end, &l); stop = next) {
		if (pem_boundary(&l, PEM_BEGIN, &got))
			break;
		if (!pem_boundary(&l, PEM_END, &got))
			continue;
		*pos = next;
		if (got.len != label->len ||
		    memcmp(got.p, label->p, got.len) != 0) {
			err_set(&why, ERR_FORMAT, "a PEM block ends under "
			    "another label than it begins");
			return broken(it, &why);
		}
		if (it->what != BUNDLE_CERT)
			return 0;
		if ((odd = odd_line(body, stop)) != NULL) {
			err_set(&why, ERR_FORMAT, "%s, which not everybody "
			    "can read", odd);
			return broken(it, &why);
		}
		return take_cert(it, body, (size_t)(stop - body), e);
	}
	/* the next block begins, or the text ends, before this one did */
	*pos = stop;
	err_set(&why, ERR_FORMAT, "a PEM block has no end");
	return broken(it, &why);
}

int
bundle_parse(const char *text, size_t len, struct bundle *b, struct err *e)
{
	const char *pos = text, *end = text + len;
	struct pem_line l, label;

	memset(b, 0, sizeof(*b));
	if (len > BUNDLE_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "a bundle is over the limit of "
		    "%d bytes", BUNDLE_BYTES_MAX);
	while (pem_line(&pos, end, &l))
		if (pem_boundary(&l, PEM_BEGIN, &label) &&
		    take_block(b, &label, &pos, end, e) == -1) {
			bundle_release(b);
			return -1;
		}
	return 0;
}

void
bundle_release(struct bundle *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		cert_free(b->item[i].cert);
	free(b->item);
	b->item = NULL;
	b->n = 0;
}

const struct cert *
bundle_first(const struct bundle *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (b->item[i].cert != NULL)
			return b->item[i].cert;
	return NULL;
}
