/* Classes of workloads: one is verified, and stands for many. */
#include <stdlib.h>
#include <string.h>

#include "pki/digest.h"
#include "plugins/certverify/look.h"

/* The whole certificate, where its parts are not enough. */
int
cv_need_cert(struct look *l, struct err *e)
{
	return l->cert != NULL ? 0 :
	    cert_parse(l->der.p, l->der.len, &l->cert, e);
}

/*
 * What decides how verifiers take a certificate that was found good once, of
 * one that leaf_parse() does not know.
 */
static int
shape_of(const struct cert *c, unsigned char out[CV_HASH], struct err *e)
{
	unsigned char hash[2][CV_HASH];
	const int facts[] = {
		(int)c->hash, (int)c->key, (int)c->key_bits, (int)c->bc,
		c->pathlen, c->ku_present, (int)c->ku, c->eku_present,
		c->eku_server, c->eku_client, c->eku_any, c->aki_pins,
		c->self_issued, c->aki.p != NULL
	};
	unsigned char all[sizeof(hash) + sizeof(facts)];

	memset(hash[1], 0, CV_HASH);
	if (digest_sha256(c->issuer.p, c->issuer.len, hash[0], e) == -1 ||
	    (c->aki.p != NULL &&
	    digest_sha256(c->aki.p, c->aki.len, hash[1], e) == -1))
		return -1;
	memcpy(all, hash, sizeof(hash));
	memcpy(all + sizeof(hash), facts, sizeof(facts));
	return digest_sha256(all, sizeof(all), out, e);
}

static int
same_class(const struct cv_class *c, const struct look *l, int fast,
    const unsigned char shape[CV_HASH])
{
	return c->fast == fast && c->inter == l->inter && c->set == l->set &&
	    c->own.agree == AGREE_OK && c->own.issuer != NULL &&
	    memcmp(c->shape, shape, CV_HASH) == 0;
}

/* pki/leaf.h says why that is needed. */
static int
is_apart(const struct cv *cv, const struct look *l)
{
	struct cert *const *inter, *const *anchor;
	size_t ni, na;

	inter = cv_certs_of(cv, l->inter, &ni);
	anchor = cv_certs_of(cv, l->set, &na);
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

int
cv_classify(struct cv *cv, struct look *l, uint32_t *class, struct err *e)
{
	struct cert *const *inter, *const *anchor;
	struct cv_class new, *c;
	size_t ni, na;

	if ((*class = find_fast(cv, l)) != CV_NONE)
		goto found;
	if (cv_need_cert(l, e) == -1)
		return -1;
	memset(&new, 0, sizeof(new));
	new.fast = l->plain && is_apart(cv, l);
	new.inter = l->inter;
	new.set = l->set;
	if (l->plain)
		memcpy(new.shape, l->leaf.shape, CV_HASH);
	else if (shape_of(l->cert, new.shape, e) == -1)
		return -1;
	inter = cv_certs_of(cv, l->inter, &ni);
	anchor = cv_certs_of(cv, l->set, &na);
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
