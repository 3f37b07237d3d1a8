/* A workload's secret: what it holds, and the class that it belongs to. */
#include <stdlib.h>
#include <string.h>

#include "mesh/names.h"
#include "pki/digest.h"
#include "plugins/certverify/state.h"

#define HOLDER	"workload"

/* One of them while it is looked at. */
struct look {
	const struct ref	*ref;
	const struct entry	*chain, *key;
	struct buf		 der;		/* of the leaf */
	struct leaf		 leaf;
	int			 plain;		/* leaf is set */
	struct cert		*cert;		/* the same, if it was needed */
	uint32_t		 inter, set;
	int			 control_plane;
	unsigned		 flags;
};

/* ---- reading ---- */

/* Where the text goes on behind its first block. */
static size_t
behind_first(const char *text, size_t len)
{
	static const char end[] = "-----END ";
	const char *p = text, *stop = text + len, *nl;

	for (; p < stop; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(stop - p));
		if (nl == NULL)
			break;
		if ((size_t)(nl - p) > sizeof(end) &&
		    memcmp(p, end, sizeof(end) - 1) == 0)
			return (size_t)(nl - text) + 1;
	}
	return len;
}

/* In any form that PEM can have.  1: it is read; 0: why says what is wrong. */
static int
read_any(struct look *l, size_t *rest, struct err *why)
{
	struct bundle b;
	size_t i;
	int ok = 1;

	if (bundle_parse(l->chain->text, l->chain->len, &b, why) == -1)
		return 0;
	if (b.n == 0 || b.item[0].what == BUNDLE_OTHER ||
	    b.item[0].what == BUNDLE_PRIVATE_KEY)
		ok = err_set(why, ERR_FORMAT, "it does not begin with a "
		    "certificate") == 0;
	for (i = 0; ok && i < b.n; i++)
		if (b.item[i].what == BUNDLE_BROKEN) {
			*why = b.item[i].err;
			ok = err_prefix(why, "#%u", b.item[i].n) == 0;
		}
	if (ok) {
		l->cert = cert_ref(b.item[0].cert);
		*rest = behind_first(l->chain->text, l->chain->len);
	}
	bundle_release(&b);
	return ok;
}

static int
read_chain(struct look *l, size_t *rest, struct err *why)
{
	buf_reset(&l->der);
	if (pem_first(l->chain->text, l->chain->len, "CERTIFICATE", &l->der,
	    rest) && leaf_parse(l->der.p, l->der.len, &l->leaf)) {
		l->plain = 1;
		return 1;
	}
	return read_any(l, rest, why);
}

/* The whole certificate, where its parts are not enough. */
static int
need_cert(struct look *l, struct err *e)
{
	return l->cert != NULL ? 0 :
	    cert_parse(l->der.p, l->der.len, &l->cert, e);
}

/* ---- its key ---- */

static int
judge_key(struct look *l, struct err *e)
{
	static const unsigned flags[] = {
		[KEYS_MATCH] = 0, [KEYS_DIFFER] = H_KEY_DIFFERS,
		[KEYS_ABSENT] = H_KEY_ABSENT, [KEYS_BROKEN] = H_KEY_BROKEN,
		[KEYS_ENCRYPTED] = H_KEY_ENCRYPTED,
		[KEYS_UNREADABLE] = H_KEY_UNREADABLE,
	};
	const struct entry *k = l->key;

	if (l->plain && k->seen.state == SEEN_PRESENT &&
	    leaf_key_is(&l->leaf, k->text, k->len))
		return 0;
	if (k->seen.state != SEEN_PRESENT) {
		l->flags |= k->seen.state == SEEN_ABSENT ? H_KEY_ABSENT :
		    H_KEY_GARBLED;
		return 0;
	}
	if (need_cert(l, e) == -1)
		return -1;
	l->flags |= flags[key_compare(k->text, k->len, l->cert)];
	return 0;
}

/* ---- its identity ---- */

static int
ends_in(const char *s, size_t len, const char *ns, const char *account)
{
	static const char scheme[] = "spiffe://";
	size_t n = sizeof(scheme) - 1, nl = strlen(ns), al = strlen(account);
	size_t tail = 4 + nl + 4 + al;
	const char *p;

	if (len <= n + tail || memcmp(s, scheme, n) != 0)
		return 0;
	p = s + len - tail;
	/* the trust domain is all in between */
	return memchr(s + n, '/', len - n) == p &&
	    memcmp(p, "/ns/", 4) == 0 && memcmp(p + 4, ns, nl) == 0 &&
	    memcmp(p + 4 + nl, "/sa/", 4) == 0 &&
	    memcmp(p + 8 + nl, account, al) == 0;
}

/* The service account that a secret is for. */
static const char *
account_of(const struct workload *f)
{
	size_t n = strlen(NAME_WORKLOAD_PREFIX);

	if (f->account != NULL && f->account[0] != '\0')
		return f->account;
	return strncmp(f->ref.name, NAME_WORKLOAD_PREFIX, n) == 0 ?
	    f->ref.name + n : "";
}

/* The first URI, which is kept, and whether it is the right and only one. */
static int
judge_identity(struct cv *cv, struct look *l, const char *account,
    uint32_t *uri, struct err *e)
{
	const char *s = NULL;
	size_t len = 0, n = 0;

	*uri = CV_NONE;
	if (l->plain) {
		s = (const char *)l->leaf.uri.p;
		len = l->leaf.uri.len;
		n = l->leaf.nuri;
	} else
		for (; l->cert->uris[n] != NULL; n++)
			if (n == 0)
				len = strlen(s = l->cert->uris[0]);
	if (n == 0)
		l->flags |= H_NO_URI;
	else if (n > 1)
		l->flags |= H_URIS;
	else if (account != NULL && !ends_in(s, len, l->ref->ns, account))
		l->flags |= H_WRONG_URI;
	return n == 0 ? 0 : cv_text(cv, s, len, uri, e);
}

/* ---- its class ---- */

/*
 * What decides how verifiers take a certificate that was found good once, of
 * one that leaf_parse() does not know.
 */
static void
shape_of(const struct cert *c, unsigned char out[CV_HASH])
{
	unsigned char hash[2][CV_HASH];
	const int facts[] = {
		(int)c->hash, (int)c->key, (int)c->key_bits, (int)c->bc,
		c->pathlen, c->ku_present, (int)c->ku, c->eku_present,
		c->eku_server, c->eku_client, c->eku_any, c->aki_pins,
		c->self_issued, c->aki.p != NULL
	};
	unsigned char all[sizeof(hash) + sizeof(facts)];

	digest_sha256(c->issuer.p, c->issuer.len, hash[0]);
	memset(hash[1], 0, CV_HASH);
	if (c->aki.p != NULL)
		digest_sha256(c->aki.p, c->aki.len, hash[1]);
	memcpy(all, hash, sizeof(hash));
	memcpy(all + sizeof(hash), facts, sizeof(facts));
	digest_sha256(all, sizeof(all), out);
}

static int
same_class(const struct cv_class *c, const struct look *l, int fast,
    const unsigned char shape[CV_HASH])
{
	return c->fast == fast && c->inter == l->inter && c->set == l->set &&
	    c->own.agree == AGREE_OK && c->own.issuer != NULL &&
	    memcmp(c->shape, shape, CV_HASH) == 0;
}

static struct cert *const *
certs_of(const struct cv *cv, uint32_t set, size_t *n)
{
	*n = set == CV_NONE ? 0 : cv_set_at(cv, set)->n;
	return set == CV_NONE ? NULL : cv_set_at(cv, set)->cert;
}

/* pki/leaf.h says why that is needed. */
static int
is_apart(const struct cv *cv, const struct look *l)
{
	struct cert *const *inter, *const *anchor;
	size_t ni, na;

	inter = certs_of(cv, l->inter, &ni);
	anchor = certs_of(cv, l->set, &na);
	return leaf_apart(&l->leaf, inter, ni) &&
	    leaf_apart(&l->leaf, anchor, na);
}

/* The class of a leaf that needs no more than its signature verified. */
static uint32_t
find_fast(const struct cv *cv, const struct look *l)
{
	const struct cv_class *c;
	size_t i;

	for (i = 0; l->plain && i < cv->classes.n; i++) {
		c = cv_class_at(cv, i);
		if (same_class(c, l, 1, l->leaf.shape))
			return is_apart(cv, l) &&
			    leaf_signed_by(&l->leaf, c->own.issuer) ?
			    (uint32_t)i : CV_NONE;
	}
	return CV_NONE;
}

/* One that was verified, and came out good by the same way. */
static uint32_t
find_proved(const struct cv *cv, const struct look *l,
    const struct cv_class *new)
{
	const struct cv_class *c;
	size_t i;

	for (i = 0; new->own.agree == AGREE_OK && i < cv->classes.n; i++) {
		c = cv_class_at(cv, i);
		if (same_class(c, l, new->fast, new->shape) &&
		    c->own.issuer == new->own.issuer &&
		    c->own.root == new->own.root)
			return (uint32_t)i;
	}
	return CV_NONE;
}

static int
classify(struct cv *cv, struct look *l, uint32_t *class, struct err *e)
{
	struct cert *const *inter, *const *anchor;
	struct cv_class new, *c;
	size_t ni, na;

	if ((*class = find_fast(cv, l)) != CV_NONE)
		goto found;
	if (need_cert(l, e) == -1)
		return -1;
	memset(&new, 0, sizeof(new));
	new.fast = l->plain && is_apart(cv, l);
	new.inter = l->inter;
	new.set = l->set;
	if (l->plain)
		memcpy(new.shape, l->leaf.shape, CV_HASH);
	else
		shape_of(l->cert, new.shape);
	inter = certs_of(cv, l->inter, &ni);
	anchor = certs_of(cv, l->set, &na);
	cv_try(cv, l->cert, inter, ni, anchor, na,
	    WHO(CV_B) | WHO(CV_G) | WHO(CV_O), NULL, &new.own);
	if ((*class = find_proved(cv, l, &new)) != CV_NONE)
		goto found;
	if ((c = cv_list_add(&cv->classes, e)) == NULL)
		return -1;
	*c = new;
	c->member = cert_ref(l->cert);
	*class = (uint32_t)cv->classes.n - 1;
found:
	c = cv_class_at(cv, *class);
	c->control_plane |= l->control_plane;
	return 0;
}

void
cv_classes_free(struct cv *cv)
{
	size_t i;

	for (i = 0; i < cv->classes.n; i++)
		cert_free(cv_class_at(cv, i)->member);
	free(cv->classes.v);
}

/* ---- all of it ---- */

/* Accounts whose clients and servers are written in Go: 1.4.10:install/ */
/* kubernetes/helm/istio/charts, the serviceaccounts of the control plane. */
static int
is_control_plane(const struct cv *cv, const struct ref *r,
    const char *account)
{
	static const char *const accounts[] = {
		"istio-sidecar-injector-service-account",
		"istio-galley-service-account",
		"istio-pilot-service-account",
		"istio-mixer-service-account",
		"istio-citadel-service-account"
	};
	size_t i;

	if (strcmp(r->ns, cv->p.istio_ns) != 0 || account == NULL)
		return 0;
	for (i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++)
		if (strcmp(accounts[i], account) == 0)
			return 1;
	return 0;
}

static int
hold(struct cv *cv, struct look *l, const char *account, struct err *e)
{
	struct cv_held *h;

	l->control_plane = is_control_plane(cv, l->ref, account);
	if ((h = cv_list_add(&cv->helds, e)) == NULL ||
	    cv_name(cv, l->ref->ns, l->ref->name, &h->name, e) == -1 ||
	    classify(cv, l, &h->class, e) == -1 ||
	    (!(l->flags & H_PUBLIC) && judge_key(l, e) == -1) ||
	    judge_identity(cv, l, account, &h->uri, e) == -1)
		return -1;
	h->not_after = l->plain ? l->leaf.not_after : l->cert->not_after;
	if (cv->p.now < (l->plain ? l->leaf.not_before : l->cert->not_before))
		l->flags |= H_NOT_YET;
	h->flags = l->flags;
	return 0;
}

/* What must be there before anything can be said. */
static int
is_readable(struct cv *cv, const struct workload *f, int *ok, struct err *e)
{
	struct err why = ERR_INIT;
	const struct entry *bad = NULL;

	*ok = 0;
	if (f->chain.seen.state == SEEN_ABSENT) {
		err_set(&why, ERR_ABSENT, "it is missing or empty");
		return cv_unknown_add(cv, &f->ref, HOLDER, f->chain.name, &why,
		    e);
	}
	if (f->chain.seen.state != SEEN_PRESENT)
		bad = &f->chain;
	else if (f->root.seen.state != SEEN_PRESENT &&
	    f->root.seen.state != SEEN_ABSENT)
		bad = &f->root;
	if (bad != NULL)
		return cv_unknown_add(cv, &f->ref, HOLDER, bad->name,
		    &bad->seen.err, e);
	*ok = 1;
	return 0;
}

/* The intermediates and the trust anchors; 0 in *ok: said to be unknown. */
static int
take_sets(struct cv *cv, struct look *l, size_t rest,
    const struct entry *root, int *ok, struct err *e)
{
	const struct cv_set *s;

	*ok = 0;
	if (cv_set_of(cv, l->chain->text + rest, l->chain->len - rest,
	    &l->inter, e) == -1 ||
	    cv_set_of(cv, root->text, root->len, &l->set, e) == -1)
		return -1;
	if (l->inter != CV_NONE &&
	    (s = cv_set_at(cv, l->inter))->broken.class != ERR_NONE)
		return cv_unknown_add(cv, l->ref, HOLDER, l->chain->name,
		    &s->broken, e);
	if (l->set != CV_NONE &&
	    (s = cv_set_at(cv, l->set))->broken.class != ERR_NONE)
		return cv_unknown_add(cv, l->ref, HOLDER, root->name,
		    &s->broken, e);
	*ok = 1;
	return 0;
}

static int
look_at(struct cv *cv, struct look *l, const struct entry *root,
    const char *account, struct err *e)
{
	struct err why = ERR_INIT;
	size_t rest;
	int ok, ret;

	buf_init(&l->der, CERT_DER_MAX, "a certificate");
	if (!read_chain(l, &rest, &why))
		ret = why.class == ERR_NOMEM ? err_nomem(e) :
		    cv_unknown_add(cv, l->ref, HOLDER, l->chain->name, &why,
		    e);
	else if ((ret = take_sets(cv, l, rest, root, &ok, e)) == 0 && ok)
		ret = hold(cv, l, account, e);
	cert_free(l->cert);
	buf_release(&l->der);
	return ret;
}

int
cv_on_workload(void *arg, const struct workload *f, struct err *e)
{
	struct cv *cv = arg;
	struct look l = { .ref = &f->ref, .chain = &f->chain, .key = &f->key };
	int ok;

	cv->signs.workload_secret = 1;
	if (cv->p.wanted != NULL && !cv->p.wanted(cv->p.arg, &f->ref))
		return 0;
	if (is_readable(cv, f, &ok, e) == -1)
		return -1;
	return ok ? look_at(cv, &l, &f->root, account_of(f), e) : 0;
}

/* A bare PEM file that begins with a leaf: its chain, and no more. */
int
cv_on_chain_file(struct cv *cv, const struct trust_copy *f, struct err *e)
{
	struct look l = { .ref = &f->ref, .chain = &f->entry,
	    .flags = H_FILE | H_PUBLIC };
	const struct entry none = { .seen = { .state = SEEN_ABSENT } };

	return look_at(cv, &l, &none, NULL, e);
}
