/* Certificates that a proxy speaks of, each kept once. */
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/when.h"
#include "observe/envoy_in.h"

void
envoy_draft(struct envoy_draft *d)
{
	memset(&d->c, 0, sizeof(d->c));
	d->serial[0] = '\0';
	d->c.serial = d->serial;
	d->c.uri = d->uri;
}

/* ---- what is said of one ---- */

/* Times the base, plus a digit: nibbles, the lowest first. */
static int
shift(unsigned char nib[SERIAL_DIGITS], size_t *n, unsigned base,
    unsigned carry)
{
	size_t i;

	for (i = 0; i < *n; i++) {
		carry += nib[i] * base;
		nib[i] = carry & 15;
		carry >>= 4;
	}
	if (carry == 0)
		return 0;
	if (*n == SERIAL_DIGITS)
		return -1;
	nib[(*n)++] = (unsigned char)carry;	/* the base is 16 at most */
	return 0;
}

void
envoy_draft_serial(struct envoy_draft *d, const char *s, size_t len, int base)
{
	unsigned char nib[SERIAL_DIGITS];
	size_t i, n = 0;
	int digit;

	d->serial[0] = '\0';
	if (len == 0 || len > ENVOY_PATH_MAX)
		return;
	for (i = 0; i < len; i++) {
		digit = hex_digit(s[i]);
		if (digit == -1 || digit >= base || shift(nib, &n,
		    (unsigned)base, (unsigned)digit) == -1)
			return;
	}
	if (n == 0)
		nib[n++] = 0;
	for (i = 0; i < n; i++)
		d->serial[i] = "0123456789abcdef"[nib[n - 1 - i]];
	d->serial[n] = '\0';
}

void
envoy_draft_path(struct envoy_draft *d, const char *s, size_t len)
{
	static const char is_inline[] = "<inline>";

	d->c.path = NULL;
	if (len == 0 || len > ENVOY_PATH_MAX || memchr(s, '\0', len) != NULL ||
	    (len == sizeof(is_inline) - 1 && memcmp(s, is_inline, len) == 0))
		return;
	memcpy(d->path, s, len);
	d->path[len] = '\0';
	d->c.path = d->path;
}

void
envoy_draft_days(struct envoy_draft *d, const char *s, size_t len)
{
	int negative = len > 0 && *s == '-';
	int64_t days = 0;
	size_t i = (size_t)negative;

	if (i == len)
		return;
	for (; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return;
		if (days <= ENVOY_DAYS_MAX)
			days = days * 10 + (s[i] - '0');
	}
	d->c.wrapped = days > ENVOY_DAYS_MAX && !negative;
	d->c.has_days = days <= ENVOY_DAYS_MAX;
	d->c.days = !d->c.has_days ? 0 : negative ? -days : days;
}

void
envoy_draft_dates(struct envoy_draft *d, const char *from, const char *to)
{
	struct proxy_cert *c = &d->c;

	c->has_from = from != NULL && when_parse(from, &c->valid_from,
	    NULL) == 0;
	c->has_to = to != NULL && when_parse(to, &c->expiration, NULL) == 0 &&
	    !(c->has_from && c->expiration < c->valid_from);
	if (!c->has_from)
		c->valid_from = 0;
	if (!c->has_to)
		c->expiration = 0;
}

void
envoy_draft_cert(struct envoy_draft *d, struct cert *cert)
{
	size_t n;

	envoy_draft(d);
	d->c.cert = cert;
	serial_text(&cert->serial, d->serial);
	d->c.has_from = d->c.has_to = 1;
	d->c.valid_from = cert->not_before;
	d->c.expiration = cert->not_after;
	for (n = 0; n < ENVOY_URIS_MAX && cert->uris[n] != NULL; n++)
		d->uri[n] = cert->uris[n];
	d->c.nuri = n;
}

/* ---- keeping ---- */

static int
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Serial, place and beginning; the rest where there is no serial. */
static int
same(const struct proxy_cert *a, const struct proxy_cert *b)
{
	return a->has_from == b->has_from && a->valid_from == b->valid_from &&
	    strcmp(a->serial, b->serial) == 0 &&
	    same_text(a->path, b->path) && same_text(a->domain, b->domain) &&
	    (a->serial[0] != '\0' || (a->expiration == b->expiration &&
	    a->days == b->days)) &&
	    (a->cert == NULL || b->cert == NULL ||
	    cert_equal(a->cert, b->cert));
}

static const char *
copy(struct envoy_in *in, const char *s, struct err *e)
{
	return arena_text(in->arena, s, strlen(s), e);
}

static int
copy_all(struct envoy_in *in, const struct proxy_cert *from,
    struct proxy_cert *to, struct err *e)
{
	const char **uri;
	size_t i;

	*to = *from;
	to->cert = NULL;
	uri = arena_array(in->arena, from->nuri + 1, sizeof(*uri), e);
	if (uri == NULL || (to->serial = copy(in, from->serial, e)) == NULL ||
	    (from->path != NULL &&
	    (to->path = copy(in, from->path, e)) == NULL) ||
	    (from->domain != NULL &&
	    (to->domain = copy(in, from->domain, e)) == NULL))
		return -1;
	for (i = 0; i < from->nuri; i++)
		if ((uri[i] = copy(in, from->uri[i], e)) == NULL)
			return -1;
	to->uri = uri;
	return 0;
}

static int
grow(struct envoy_in *in, struct proxy_cert **v, size_t n, size_t *room,
    struct err *e)
{
	struct proxy_cert *more;

	if (n < *room)
		return 0;
	*room = *room * 2 + 4;
	if ((more = arena_array(in->arena, *room, sizeof(*more), e)) == NULL)
		return -1;
	if (n > 0)
		memcpy(more, *v, n * sizeof(*more));
	*v = more;
	return 0;
}

static int
keep(struct envoy_in *in, struct proxy_cert **v, size_t *n, size_t *room,
    const struct envoy_draft *d, const char *what, struct err *e)
{
	size_t i;

	for (i = 0; i < *n; i++)
		if (same(&(*v)[i], &d->c))
			return 0;
	if (*n == ENVOY_CERTS_MAX)
		return err_set(e, ERR_LIMIT, "it has more than %d different "
		    "%s", ENVOY_CERTS_MAX, what);
	if (grow(in, v, *n, room, e) == -1 ||
	    copy_all(in, &d->c, &(*v)[*n], e) == -1)
		return -1;
	if (d->c.cert != NULL)
		(*v)[*n].cert = cert_ref(d->c.cert);
	(*n)++;
	return 0;
}

int
envoy_keep_root(struct envoy_in *in, const struct envoy_draft *d,
    struct err *e)
{
	return keep(in, &in->out->root, &in->out->nroot, &in->room[0], d,
	    "roots", e);
}

int
envoy_keep_leaf(struct envoy_in *in, const struct envoy_draft *d,
    struct err *e)
{
	return keep(in, &in->out->leaf, &in->out->nleaf, &in->room[1], d,
	    "leaves", e);
}

void
envoy_release(struct proxy_certs *c)
{
	size_t i;

	for (i = 0; i < c->nroot; i++)
		cert_free(c->root[i].cert);
	for (i = 0; i < c->nleaf; i++)
		cert_free(c->leaf[i].cert);
	memset(c, 0, sizeof(*c));
}
