/* What the tool sees of a state of the world, and which states look alike. */
#ifndef TESTS_UNIT_ROTATE_VIEW_H
#define TESTS_UNIT_ROTATE_VIEW_H

#include "tests/unit/rotate_world.h"

static inline unsigned
sees_behind(const struct world *w, const struct state *s)
{
	return (s->cm != s->k) + (w->istiod ? 0u : (unsigned)
	    (s->ws0 != s->k) + (s->ws1 != s->k));
}

static inline int
is_up(const struct state *s)
{
	return !s->old0 && !s->old1 && s->m0 != NONE && s->m1 != NONE;
}

static inline unsigned
kept_others(const struct state *s)
{
	unsigned kept = s->kept;

	if (s->k != NONE)
		kept &= ~(1u << (s->k - 1));
	/* one of another key shows nothing */
	return s->k == FOREIGN ? 0 : kept;
}

static inline void
view_parts(const struct world *w, const struct state *s, struct ro_part *p)
{
	memset(p, 0, 2 * sizeof(*p));
	p[0].ref = (struct ref){ "deployment", "istio-system", "ca", "u",
	    "1" };
	p[0].part = w->istiod ? PART_ISTIOD : PART_CITADEL;
	p[0].marked = s->mark != NONE && s->mark == s->k;
	p[0].marked_at = !p[0].marked ? 0 : s->aged ? T0 - 300 : T0 - 100;
	p[0].ready = is_up(s);
	p[1].ref = (struct ref){ "deployment", "istio-system", "istio-pilot",
	    "u", "1" };
	p[1].part = PART_PILOT;
	p[1].secured = FLAG_TRUE;
	p[1].marked = s->mark_t != NONE && s->mark_t == s->k;
	p[1].marked_at = !p[1].marked ? 0 : s->aged_t ? T0 - 300 : T0 - 100;
	p[1].ready = !s->old_t;
}

static inline void
view_leaves(const struct state *s, struct ro_view *v)
{
	const unsigned held[] = { s->ws0, s->ws1 };
	size_t i;

	for (i = 0; i < COUNT(held); i++) {
		if (!cert_signed_by(leaf[held[i]], root[s->k]))
			continue;
		if (v->nissuer == 0)
			v->issuer = leaf[held[i]]->issuer;
		if (der_equal(&v->issuer, &leaf[held[i]]->issuer))
			v->nissuer++;
		else
			v->nother++;
	}
}

static inline void
view_former(const struct world *w, const struct state *s, struct ro_view *v)
{
	const unsigned held[] = { s->cm, s->ws0, s->ws1 };
	size_t i;

	for (i = 0; i < (w->istiod ? 1 : COUNT(held)); i++)
		if (held[i] != s->k && cert_same_key(root[held[i]],
		    root[s->k]) && v->former < root[held[i]]->not_after)
			v->former = root[held[i]]->not_after;
}

static inline void
view_of(const struct world *w, const struct state *s, struct ro_view *v,
    struct ro_part part[2])
{
	static struct control_plane plane;

	memset(v, 0, sizeof(*v));
	v->now = clock_of(s->ended);
	v->era = w->istiod ? ERA_ISTIOD : ERA_CITADEL;
	v->plane = &plane;
	v->in_force = CA_SECRET;
	v->ca.ref = (struct ref){ "secret", "istio-system", "istio-ca-secret",
	    "u", "1" };
	v->ca.seen.state = s->k == NONE ? SEEN_ABSENT : SEEN_PRESENT;
	v->ca.root = root[s->k];
	v->ca.key = s->k == NONE ? KEYS_ABSENT : pair[s->robbed][s->k] ?
	    KEYS_MATCH : KEYS_DIFFER;
	v->consumers = w->istiod ? 1 : 3;
	v->stale = sees_behind(w, s);
	if (s->k != NONE) {
		if (!w->istiod)
			view_leaves(s, v);
		view_former(w, s, v);
	}
	v->moved_at = kept_others(s) != 0 ? T0 - 200 : 0;
	view_parts(w, s, part);
	v->part = part;
	v->npart = w->istiod ? 1 : 2;
}

/* All that view_of() asks of a state. */
static inline uint32_t
view_number(const struct state *s)
{
	uint32_t n = s->k;

	n = n << 3 | s->ws0;
	n = n << 3 | s->ws1;
	n = n << 3 | s->cm;
	n = n << 3 | s->mark;
	n = n << 3 | s->mark_t;
	n = n << 1 | s->aged;
	n = n << 1 | s->aged_t;
	n = n << 1 | s->robbed;
	n = n << 1 | s->old_t;
	n = n << 1 | (unsigned)is_up(s);
	n = n << 1 | (kept_others(s) != 0);
	return n << 1 | s->ended;
}

#endif
