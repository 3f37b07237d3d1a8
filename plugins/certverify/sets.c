/* Bundles of certificates, each kept once. */
#include <stdlib.h>
#include <string.h>

#include "pki/digest.h"
#include "plugins/certverify/state.h"

/* Those that a set was made of again, under another text. */
static uint32_t
same_as(const struct cv *cv, const struct cv_set *s)
{
	const struct cv_set *old;
	size_t i, j;

	for (i = 0; i < cv->sets.n; i++) {
		old = cv_set_at(cv, i);
		if (old == s || old->n != s->n ||
		    (old->broken.class == ERR_NONE) !=
		    (s->broken.class == ERR_NONE))
			continue;
		for (j = 0; j < s->n; j++)
			if (!cert_equal(old->cert[j], s->cert[j]))
				break;
		if (j == s->n)
			return (uint32_t)i;
	}
	return (uint32_t)(s - cv_set_at(cv, 0));
}

/*
 * A block that cannot be read makes the whole of it unknown: Envoy refuses
 * such a file, Go passes the block over.
 */
static int
fill(struct cv_set *s, const struct bundle *b, struct err *e)
{
	size_t i;

	if ((s->cert = calloc(b->n + 1, sizeof(struct cert *))) == NULL)
		return err_nomem(e);
	for (i = 0; i < b->n; i++) {
		if (b->item[i].cert != NULL)
			s->cert[s->n++] = cert_ref(b->item[i].cert);
		if (s->broken.class != ERR_NONE)
			continue;
		if (b->item[i].what == BUNDLE_BROKEN)
			s->broken = b->item[i].err;
		else if (b->item[i].cert != NULL &&
		    !cert_readable(b->item[i].cert))
			err_set(&s->broken, ERR_FORMAT, "Envoy cannot read it, "
			    "nor anything else in this file");
		if (s->broken.class != ERR_NONE)
			err_prefix(&s->broken, "#%u", b->item[i].n);
	}
	return 0;
}

static int
add(struct cv *cv, const char *text, size_t len,
    const unsigned char hash[CV_HASH], uint32_t *at, struct err *e)
{
	struct err why = ERR_INIT;
	struct bundle b;
	struct cv_set *s;
	int ret = 0;

	if ((s = cv_list_add(&cv->sets, e)) == NULL)
		return -1;
	memcpy(s->hash, hash, CV_HASH);
	if (bundle_parse(text, len, &b, &why) == -1) {
		if (why.class == ERR_NOMEM)
			return err_nomem(e);
		s->broken = why;
	} else {
		ret = fill(s, &b, e);
		bundle_release(&b);
	}
	s->same = same_as(cv, s);
	*at = s->same;
	return ret;
}

int
cv_set_of(struct cv *cv, const char *text, size_t len, uint32_t *at,
    struct err *e)
{
	unsigned char hash[CV_HASH];
	const struct cv_set *s;
	size_t i;

	*at = CV_NONE;
	if (len == 0)
		return 0;
	if (digest_sha256(text, len, hash, e) == -1)
		return -1;
	for (i = 0; i < cv->sets.n; i++) {
		s = cv_set_at(cv, i);
		if (memcmp(s->hash, hash, CV_HASH) == 0) {
			*at = s->same;
			return 0;
		}
	}
	return add(cv, text, len, hash, at, e);
}

struct cert *const *
cv_certs_of(const struct cv *cv, uint32_t at, size_t *n)
{
	*n = at == CV_NONE ? 0 : cv_set_at(cv, at)->n;
	return at == CV_NONE ? NULL : cv_set_at(cv, at)->cert;
}

void
cv_sets_free(struct cv *cv)
{
	struct cv_set *s;
	size_t i, j;

	for (i = 0; i < cv->sets.n; i++) {
		s = cv_set_at(cv, i);
		for (j = 0; j < s->n; j++)
			cert_free(s->cert[j]);
		free(s->cert);
	}
	free(cv->sets.v);
}

/* Is there an expired certificate with a twin that is not? */
static int
has_expired_twin(const struct cv_set *s, int64_t now)
{
	size_t i, j;

	for (i = 0; i < s->n; i++)
		for (j = 0; now > s->cert[i]->not_after && j < s->n; j++)
			if (now <= s->cert[j]->not_after &&
			    cert_twins(s->cert[i], s->cert[j]))
				return 1;
	return 0;
}

const struct cv_set *
cv_set_try(struct cv *cv, uint32_t at)
{
	const struct cv_force *f = &cv->force;
	struct cv_set *s = cv_set_at(cv, at);
	size_t i;

	if (s->tried)
		return s;
	s->tried = 1;
	s->twin = has_expired_twin(s, cv->p.now);
	for (i = 0; f->root != NULL && i < s->n; i++)
		s->holds |= cert_equal(s->cert[i], f->root);
	if (f->probe != NULL)
		cv_try(cv, f->probe, f->inter, f->ninter, s->cert, s->n,
		    WHO(CV_B) | WHO(CV_G), f->signer, &s->trial);
	return s;
}
