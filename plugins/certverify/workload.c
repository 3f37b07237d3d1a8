/* A workload's secret: what it holds, and the class that it belongs to. */
#include <stdlib.h>
#include <string.h>

#include "mesh/names.h"
#include "pki/serial.h"
#include "plugins/certverify/look.h"

#define HOLDER	"workload"

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
	if (cv_need_cert(l, e) == -1)
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

/*
 * An identity that follows from namespace and name is kept as its trust domain
 * alone, which nearly all of a mesh share.
 */
static int
keep_domain(struct cv *cv, struct look *l, const char *s, size_t len,
    uint32_t *uri, struct err *e)
{
	const char *td = s + strlen("spiffe://");
	const char *slash = memchr(td, '/', len - strlen("spiffe://"));
	size_t n = (size_t)(slash - td);

	l->flags |= H_DERIVED;
	if (cv->domain == CV_NONE ||
	    strlen(cv_ns_of(cv, cv->domain)) != n ||
	    memcmp(cv_ns_of(cv, cv->domain), td, n) != 0) {
		if (cv_text(cv, td, n, &cv->domain, e) == -1)
			return -1;
	}
	*uri = cv->domain;
	return 0;
}

/* Is it the account that the secret's name says? */
static int
is_named(const struct look *l, const char *account)
{
	size_t n = strlen(NAME_WORKLOAD_PREFIX);

	return account != NULL &&
	    strncmp(l->ref->name, NAME_WORKLOAD_PREFIX, n) == 0 &&
	    strcmp(l->ref->name + n, account) == 0;
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
	else if (is_named(l, account))
		return keep_domain(cv, l, s, len, uri, e);
	return n == 0 ? 0 : cv_text(cv, s, len, uri, e);
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

/* What a proxy's certificate will be compared with. */
static void
remember(struct cv_held *h, const struct look *l)
{
	const struct der *serial = l->plain ? &l->leaf.serial :
	    &l->cert->serial;
	char text[SERIAL_DIGITS + 1];

	h->not_before = l->plain ? l->leaf.not_before : l->cert->not_before;
	h->not_after = l->plain ? l->leaf.not_after : l->cert->not_after;
	serial_text(serial, text);
	h->serial = cv_serial_hash(text);
}

static int
hold(struct cv *cv, struct look *l, const char *account, struct err *e)
{
	struct cv_held *h;

	l->control_plane = is_control_plane(cv, l->ref, account);
	if ((h = cv_list_add(&cv->helds, e)) == NULL ||
	    cv_name(cv, l->ref->ns, l->ref->name, &h->name, e) == -1 ||
	    cv_classify(cv, l, &h->class, e) == -1 ||
	    (!(l->flags & H_PUBLIC) && judge_key(l, e) == -1) ||
	    judge_identity(cv, l, account, &h->uri, e) == -1)
		return -1;
	remember(h, l);
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
	if (!cv_is_wanted(cv, &f->ref))
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
