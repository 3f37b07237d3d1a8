#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/b64.h"
#include "pki/bundle.h"

#define BEGIN	"-----BEGIN "
#define END	"-----END "
#define DASHES	"-----"

/* A line of the text without its end, and where the next one begins. */
struct line {
	const char	*p;
	size_t		 len;
};

static int
next_line(const char **pos, const char *end, struct line *l)
{
	const char *nl;

	if (*pos == end)
		return 0;
	nl = memchr(*pos, '\n', (size_t)(end - *pos));
	l->p = *pos;
	l->len = (size_t)((nl == NULL ? end : nl) - *pos);
	*pos = nl == NULL ? end : nl + 1;
	while (l->len > 0 && (l->p[l->len - 1] == '\r' ||
	    l->p[l->len - 1] == ' ' || l->p[l->len - 1] == '\t'))
		l->len--;
	return 1;
}

/* Is it "-----BEGIN LABEL-----", or END?  The label then. */
static int
boundary(const struct line *l, const char *what, struct line *label)
{
	size_t n = strlen(what), d = strlen(DASHES);

	if (l->len < n + d || memcmp(l->p, what, n) != 0 ||
	    memcmp(l->p + l->len - d, DASHES, d) != 0)
		return 0;
	label->p = l->p + n;
	label->len = l->len - n - d;
	return 1;
}

static int
ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), t = strlen(tail);

	return n >= t && strcmp(s + n - t, tail) == 0;
}

static struct bundle_item *
new_item(struct bundle *b, const struct line *label, struct err *e)
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
 * Headers ("Proc-Type: 4,ENCRYPTED") stand before the base64 with an empty
 * line behind them; a certificate has none, but Go takes them.
 */
static const char *
behind_headers(const char *p, const char *end)
{
	const char *body = p;
	struct line l;

	while (next_line(&p, end, &l) && memchr(l.p, ':', l.len) != NULL)
		body = p;
	return body;
}

/* From behind a BEGIN line to behind its END line, or to where it fails. */
static int
take_block(struct bundle *b, const struct line *label, const char **pos,
    const char *end, struct err *e)
{
	const char *body = *pos, *stop, *next;
	struct err why = ERR_INIT;
	struct bundle_item *it;
	struct line l, got;

	if ((it = new_item(b, label, e)) == NULL)
		return -1;
	for (stop = next = body; next_line(&next, end, &l); stop = next) {
		if (boundary(&l, BEGIN, &got))
			break;
		if (!boundary(&l, END, &got))
			continue;
		*pos = next;
		if (got.len != label->len ||
		    memcmp(got.p, label->p, got.len) != 0) {
			err_set(&why, ERR_FORMAT, "a PEM block ends under "
			    "another label than it begins");
			return broken(it, &why);
		}
		body = behind_headers(body, stop);
		return it->what != BUNDLE_CERT ? 0 :
		    take_cert(it, body, (size_t)(stop - body), e);
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
	struct line l, label;

	memset(b, 0, sizeof(*b));
	if (len > BUNDLE_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "a bundle is over the limit of "
		    "%d bytes", BUNDLE_BYTES_MAX);
	while (next_line(&pos, end, &l))
		if (boundary(&l, BEGIN, &label) &&
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
