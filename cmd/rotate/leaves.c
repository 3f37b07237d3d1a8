/*
 * What leaves say about roots: the bytes that they name their issuer in, and
 * which other root of the key somebody still holds.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/rotate/run.h"
#include "pki/leaf.h"

#define SPELLINGS	8	/* of one name, that are told apart */

struct spelling {
	struct buf	 der;
	size_t		 n;
	int		 ours;	/* signed with the root's key */
};

struct leaves {
	const struct cert	*root;		/* in force */
	const uint8_t		*from;
	struct spelling		 name[SPELLINGS];
	size_t			 nname;
	struct buf		 last;		/* the copy seen just before */
	struct buf		 der;		/* of a leaf, for a moment */
	int64_t			 former;
	int			 succeeds;
	int			 pins;
	size_t			 strangers;	/* roots of another key */
};

int
leaves_new(const struct run *r, const struct ca *ca, struct leaves **out,
    struct err *e)
{
	struct leaves *v;

	*out = NULL;
	if ((v = calloc(1, sizeof(*v))) == NULL)
		return err_nomem(e);
	v->root = ca->fact.root;
	v->from = r->params.from;
	buf_init(&v->last, BUNDLE_BYTES_MAX, "a bundle");
	buf_init(&v->der, LEAF_DER_MAX, "a leaf");
	*out = v;
	return 0;
}

/* Anything of the root's key that is not the root itself. */
static void
look_at_root(struct leaves *v, const struct cert *c)
{
	v->strangers += !cert_same_key(c, v->root);
	if (!cert_same_key(c, v->root) || cert_equal(c, v->root))
		return;
	if (v->former < c->not_after)
		v->former = c->not_after;
	if (v->from != NULL && memcmp(v->from, c->sha256,
	    CERT_SHA256_LEN) == 0)
		v->succeeds = 1;
}

static void
look_at_roots(struct leaves *v, const struct bundle *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (b->item[i].cert != NULL)
			look_at_root(v, b->item[i].cert);
}

/* 1; 0: too much of it, which certverify says. */
static int
parsed(const struct entry *en, struct bundle *b, struct err *e)
{
	struct err why = ERR_INIT;

	if (bundle_parse(en->text, en->len, b, &why) == 0)
		return 1;
	if (why.class != ERR_NOMEM)
		return 0;
	*e = why;
	return -1;
}

static int
add_root(struct leaves *v, const struct entry *en, struct err *e)
{
	struct bundle b;
	int ret;

	if (en->seen.state != SEEN_PRESENT || (en->len == v->last.len &&
	    (en->len == 0 || memcmp(en->text, v->last.p, en->len) == 0)))
		return 0;
	buf_reset(&v->last);
	if (en->len <= BUNDLE_BYTES_MAX &&
	    buf_append(&v->last, en->text, en->len, e) == -1)
		return -1;
	if ((ret = parsed(en, &b, e)) != 1)
		return ret;
	look_at_roots(v, &b);
	bundle_release(&b);
	return 0;
}

/* Beside the root in force another one is no sign that it is still to go. */
int
leaves_copy(struct leaves *v, const struct entry *en, struct err *e)
{
	struct bundle b;
	size_t i;
	int ret;

	if (v->root == NULL || en->seen.state != SEEN_PRESENT)
		return 0;
	if ((ret = parsed(en, &b, e)) != 1)
		return ret;
	for (i = 0; i < b.n; i++)
		if (b.item[i].cert != NULL && cert_equal(b.item[i].cert,
		    v->root))
			break;
	if (i == b.n)
		look_at_roots(v, &b);
	bundle_release(&b);
	return 0;
}

/* Its spelling, a new one if need be; *out is NULL if there are too many. */
static int
spelling_of(struct leaves *v, const struct der *name, struct spelling **out,
    struct err *e)
{
	struct spelling *s;
	struct der der;

	for (s = v->name; s < v->name + v->nname; s++) {
		der.p = s->der.p;
		der.len = s->der.len;
		*out = s;
		if (der_equal(&der, name))
			return 0;
	}
	*out = NULL;
	if (v->nname == SPELLINGS)
		return 0;
	*out = &v->name[v->nname++];
	buf_init(&(*out)->der, CERT_DER_MAX, "a name");
	return buf_append(&(*out)->der, name->p, name->len, e);
}

/*
 * 1: counted; 0: not one of those that Citadel and istiod issue (pki/leaf.h),
 * none of which pins anything.
 */
static int
add_plain(struct leaves *v, const struct entry *en, struct err *e)
{
	struct spelling *s;
	struct leaf leaf;
	size_t rest;

	buf_reset(&v->der);
	if (en->len > BUNDLE_BYTES_MAX ||
	    !pem_first(en->text, en->len, "CERTIFICATE", &v->der, &rest) ||
	    !leaf_parse(v->der.p, v->der.len, &leaf))
		return 0;
	if (spelling_of(v, &leaf.issuer, &s, e) == -1)
		return -1;
	if (s != NULL) {
		s->ours = s->ours || leaf_signed_by(&leaf, v->root);
		s->n++;
	}
	return 1;
}

static int
add_leaf(struct leaves *v, const struct cert *leaf, struct err *e)
{
	struct spelling *s;

	if (spelling_of(v, &leaf->issuer, &s, e) == -1)
		return -1;
	if (s == NULL)
		return 0;
	s->ours = s->ours || cert_signed_by(leaf, v->root);
	s->n++;
	/* anybody can put a leaf of his own into a secret */
	v->pins |= leaf->aki_pins && cert_signed_by(leaf, v->root);
	return 0;
}

int
leaves_add(struct leaves *v, const struct workload *f, struct err *e)
{
	struct bundle b;
	int ret;

	if (v->root == NULL)
		return 0;
	if (add_root(v, &f->root, e) == -1)
		return -1;
	if (f->chain.seen.state != SEEN_PRESENT)
		return 0;
	if ((ret = add_plain(v, &f->chain, e)) != 0)
		return ret == -1 ? -1 : 0;
	if ((ret = parsed(&f->chain, &b, e)) != 1)
		return ret;
	ret = 0;
	if (bundle_first(&b) != NULL)
		ret = add_leaf(v, bundle_first(&b), e);
	bundle_release(&b);
	return ret;
}

int
leaves_end(struct leaves *v, struct look *l, struct err *e)
{
	const struct spelling *most = NULL;
	struct ro_view *view = &l->view;
	size_t i, all = 0;

	for (i = 0; i < v->nname; i++) {
		if (!v->name[i].ours) {
			v->strangers += v->name[i].n;
			continue;
		}
		all += v->name[i].n;
		if (most == NULL || v->name[i].n > most->n)
			most = &v->name[i];
	}
	if (most != NULL && buf_append(&l->issuer, most->der.p, most->der.len,
	    e) == -1)
		return -1;
	if (most != NULL) {
		view->issuer.p = l->issuer.p;
		view->issuer.len = l->issuer.len;
		view->nissuer = most->n;
		view->nother = all - most->n;
	}
	view->former = v->former;
	view->strangers = v->strangers;
	view->succeeds |= v->succeeds;
	if (v->pins && view->ca.inapplicable == NULL)
		view->ca.inapplicable = "leaves pin the serial number of the "
		    "old one (authorityKeyIdentifier)";
	return 0;
}

void
leaves_free(struct leaves *v)
{
	size_t i;

	if (v == NULL)
		return;
	for (i = 0; i < v->nname; i++)
		buf_release(&v->name[i].der);
	buf_release(&v->last);
	buf_release(&v->der);
	free(v);
}
