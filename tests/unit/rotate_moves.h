/* Every move in the world: the tool's, the mesh's, the adversary's. */
#ifndef TESTS_UNIT_ROTATE_MOVES_H
#define TESTS_UNIT_ROTATE_MOVES_H

#include "tests/unit/rotate_view.h"

/* ---- states ---- */

static inline uint32_t
slot_of(const struct exploring *x, uint64_t n)
{
	uint64_t h = n * 0x9e3779b97f4a7c15u;
	uint32_t at = (uint32_t)(h >> 40) & (2 * STATES - 1);

	while (x->slot[at] != NO_STATE && x->state[x->slot[at]] != n)
		at = (at + 1) & (2 * STATES - 1);
	return at;
}

static inline uint32_t
number_of(struct exploring *x, const struct state *s, uint32_t from)
{
	union packed p = { .s = *s };
	uint32_t at = slot_of(x, p.n);

	if (x->slot[at] == NO_STATE) {
		assert_true(x->n < STATES);
		x->slot[at] = (uint32_t)x->n;
		x->from[x->n] = from;
		x->state[x->n++] = p.n;
	}
	return x->slot[at];
}

static inline void
add_edge(struct exploring *x, uint32_t from, uint32_t to)
{
	if (x->nedge == x->edges_max) {
		x->edges_max = 2 * x->edges_max + 1024;
		x->edge = realloc(x->edge, 2 * x->edges_max *
		    sizeof(*x->edge));
		assert_non_null(x->edge);
	}
	x->edge[2 * x->nedge] = from;
	x->edge[2 * x->nedge++ + 1] = to;
}

static inline void
broken(struct exploring *x, const char *rule, uint32_t where)
{
	if (x->broken != NULL)
		return;
	x->broken = rule;
	x->where = where;
}

/* fair: it happens sooner or later; else it is the adversary's. */
static inline void
move(struct exploring *x, const struct state *s, int fair)
{
	uint32_t from = (uint32_t)x->done, to = number_of(x, s, from);

	x->moves++;
	if (fair && from != to)
		add_edge(x, from, to);
}

/* ---- the secret ---- */

/* It has another resourceVersion: what was read of it is old. */
static inline void
changed(const struct exploring *x, struct state *s, unsigned k)
{
	s->k = k;
	s->fresh = 0;
	if (x->w->mutant != NO_VERSION)
		s->late = NONE;
}

static inline int
can_start(const struct state *s)
{
	return s->k != NONE && !dead(s, s->k) && !s->robbed;
}

/* ---- the tool ---- */

static inline struct ro_params
params_of(const struct world *w)
{
	const struct ro_params p = { .days = 3650, .min_left = 1825 * DAY,
	    .back = w->rollback ? root[A] : NULL };

	return p;
}

static inline unsigned
plan_of(struct exploring *x, const struct state *s)
{
	struct ro_params p = params_of(x->w);
	uint32_t n = view_number(s);
	struct ro_part part[2];
	struct ro_next next;
	struct ro_view v;
	struct err e;

	assert_true(n < VIEWS);
	if (x->says[n] != 0)
		return x->says[n];
	x->views++;
	view_of(x->w, s, &v, part);
	assert_int_equal(ro_plan(&p, &v, NULL, NULL, &next, &e), 0);
	x->says[n] = next.stops > 0 ? SAYS_STOP : next.todo == 0 ? SAYS_DONE :
	    (unsigned char)(SAYS_STEP | (unsigned)next.step);
	if (next.stops == 0 && next.todo > 0 && next.part != NULL)
		x->says[n] |= (next.part == &part[1] ? SAYS_PART : 0) |
		    (ro_marked(&v, next.part) ? SAYS_WAIT : 0);
	return x->says[n];
}

/* With nobody excused, once the kubelet has brought what the secret has. */
static inline int
is_safe(const struct state *s)
{
	struct state t = *s;

	t.l0 = t.ws0;
	return holds_s1(&t) && holds_s2(&t) && holds_s3(&t);
}

/*
 * Done is said of what is so.  What is only in memory nobody can see: where
 * nothing shows that a root has moved, there is no reason to restart anyone.
 */
enum honesty { LIES, HONEST, UNSEEN };

static inline enum honesty
is_honest(const struct world *w, const struct state *s)
{
	if (sees_behind(w, s) != 0)
		return LIES;
	if ((s->m0 == NONE || s->m0 == s->k) && (s->m1 == NONE || s->m1 ==
	    s->k) && (w->istiod || s->t == s->k))
		return is_safe(s) ? HONEST : LIES;
	return kept_others(s) == 0 && s->mark != s->k && s->mark_t != s->k ?
	    UNSEEN : LIES;
}

/* No step may be one that the design forbids. */
static inline const char *
is_illegal(const struct state *s, unsigned says)
{
	unsigned step = says & 7;

	if (says < SAYS_STEP)
		return NULL;
	if (step == RO_RESTART && (s->k == NONE || dead(s, s->k)))
		return "a restart under a root that is no good";
	if (step == RO_RESTART && s->robbed)
		return "a restart under another key";
	if (step == RO_WRITE && s->k != NONE)
		return "a write without a backup";
	return step == RO_CHECK || step == RO_ROLL || step == RO_GOAL ?
	    "a step that there is nothing for" : NULL;
}

static inline void
looks(struct exploring *x, struct state s)
{
	unsigned says = plan_of(x, &s), step = says & 7;
	const char *bad = is_illegal(&s, says);

	if (bad != NULL)
		broken(x, bad, (uint32_t)x->done);
	if (says == SAYS_DONE) {
		x->unseen += is_honest(x->w, &s) == UNSEEN;
		x->ends += is_honest(x->w, &s) == HONEST;
		if (is_honest(x->w, &s) == LIES)
			broken(x, "done is said too early",
			    (uint32_t)x->done);
	}
	if (says < SAYS_STEP || (says & SAYS_WAIT) || step == RO_WAIT)
		return;			/* and looks again */
	s.seen = s.k;
	s.step = step;
	s.part = (says & SAYS_PART) != 0;
	s.fresh = 1;
	s.phase = ACTS;
	move(x, &s, 1);
}

static inline void
forgets(struct state *s)
{
	s->phase = LOOKS;
	s->seen = s->step = s->part = s->fresh = 0;
}

static inline unsigned
to_write(const struct world *w, struct state *s)
{
	if (w->rollback)
		return A;
	assert_true(s->writes < 3);
	return T1 + s->writes++;
}

/* The backup: of what was seen, and newer than the marks that there are. */
static inline void
keeps(struct state *s)
{
	s->kept |= 1u << (s->seen - 1);
	if (s->mark != NONE && s->mark != s->seen)
		s->aged = 1;
	if (s->mark_t != NONE && s->mark_t != s->seen)
		s->aged_t = 1;
	s->phase = WRITES;
}

static inline void
restarts(struct state *s, unsigned part)
{
	if (part == 0) {
		s->mark = s->seen;
		s->aged = 0;
		s->old0 = s->old1 = 1;
	} else {
		s->mark_t = s->seen;
		s->aged_t = 0;
		s->old_t = 1;
	}
}

static inline void
acts(struct exploring *x, struct state s)
{
	if (x->w->mutant == RESTART_FIRST && s.step == RO_BACKUP) {
		if (dead(&s, s.k))
			broken(x, "UP", (uint32_t)x->done);
		s.m0 = s.m1 = NONE;
	}
	if (s.step == RO_BACKUP)
		keeps(&s);
	else if (s.step == RO_WRITE)
		s.phase = WRITES;
	else {
		restarts(&s, s.part);
		forgets(&s);
	}
	move(x, &s, 1);
}

/* Conditional; refused, it looks again, as it does with no answer. */
static inline void
writes(struct exploring *x, struct state s)
{
	struct state cut = s;
	unsigned r;

	if (x->w->cut && s.fresh && s.late == NONE && s.k != NONE &&
	    s.writes == 0) {
		cut.late = to_write(x->w, &cut);
		forgets(&cut);
		move(x, &cut, 0);
	}
	if (s.fresh || x->w->mutant == NO_VERSION) {
		if (x->w->mutant == DELETE_CREATE) {
			changed(x, &s, NONE);
			s.phase = CREATES;
			move(x, &s, 1);
			return;
		}
		r = to_write(x->w, &s);
		changed(x, &s, r);
	}
	forgets(&s);
	move(x, &s, 1);
}

static inline void
tool(struct exploring *x, const struct state *s)
{
	struct state t = *s;

	switch (s->phase) {
	case LOOKS:
		looks(x, t);
		return;
	case ACTS:
		acts(x, t);
		break;
	case WRITES:
		writes(x, t);
		break;
	case CREATES:
		if (t.k == NONE)
			changed(x, &t, to_write(x->w, &t));
		forgets(&t);
		move(x, &t, 1);
		break;
	}
	t = *s;				/* kill -9 */
	forgets(&t);
	move(x, &t, 0);
}

/* ---- the control plane and the consumers ---- */

/*
 * One replica, m: the field of its own, old: whether its pod is to be
 * replaced.  C has no pointers to bit fields, so it comes and goes whole.
 */
static inline void
replica(struct exploring *x, const struct state *s, int i)
{
	unsigned m = i ? s->m1 : s->m0, old = i ? s->old1 : s->old0;
	struct state t = *s;

#define SET(v) do { if (i) t.m1 = (v); else t.m0 = (v); } while (0)
	if (m == NONE && can_start(s)) {
		SET(s->k);
		move(x, &t, 1);
	}
	if (old) {
		t = *s;
		SET(NONE);
		if (i)
			t.old1 = 0;
		else
			t.old0 = 0;
		move(x, &t, 1);
	}
	if (m == NONE)
		return;
	t = *s;				/* it dies */
	SET(NONE);
	move(x, &t, 0);
	t = *s;				/* it reads the secret again */
	SET(s->k);
	if (can_start(s) && m != s->k)
		move(x, &t, 0);
	t = *s;				/* its rotator */
	if (s->k == A && !dead(s, A) && s->rivals > 0) {
		changed(x, &t, RIVAL);
		t.rivals--;
		SET(RIVAL);
		move(x, &t, 0);
	}
#undef SET
}

/* What a replica writes where it finds another root than its own. */
static inline void
publishes(struct exploring *x, const struct state *s, unsigned m)
{
	struct state t = *s;

	if (m == NONE)
		return;
	t.ws0 = m;
	move(x, &t, 1);
	t = *s;
	t.ws1 = m;
	move(x, &t, 1);
	t = *s;
	t.cm = m;
	move(x, &t, 1);
}

static inline void
consumers(struct exploring *x, const struct state *s)
{
	struct state t = *s;

	t.l0 = s->ws0;
	move(x, &t, 1);
	t = *s;
	t.t = s->ws1;
	t.old_t = 0;
	/* with istiod it is one of those who reload */
	move(x, &t, s->old_t || x->w->istiod);
}

/* ---- others ---- */

static inline void
others(struct exploring *x, const struct state *s)
{
	struct state t = *s;

	if (s->gitops > 0 && s->k != A && s->k != NONE) {
		changed(x, &t, A);
		t.gitops--;
		move(x, &t, 0);
		t = *s;
	}
	/* somebody by hand, or a rotator that is killed behind its write */
	if (s->rivals > 0 && s->k == A) {
		changed(x, &t, RIVAL);
		t.rivals--;
		move(x, &t, 0);
		t = *s;
	}
	/* or a CA that starts without the secret, and makes a key */
	if (s->foreign && (s->k != NONE || x->w->absent)) {
		changed(x, &t, FOREIGN);
		t.foreign = 0;
		t.robbed = 1;
		move(x, &t, 0);
		t = *s;
	}
	if (x->w->expire && !s->ended) {
		t.ended = 1;
		move(x, &t, 0);
	}
	if (s->late == NONE)
		return;
	t = *s;
	changed(x, &t, s->late);
	t.late = NONE;
	move(x, &t, 1);
	t = *s;				/* it was lost */
	t.late = NONE;
	move(x, &t, 1);
}

static inline void
moves(struct exploring *x, const struct state *s)
{
	tool(x, s);
	others(x, s);
	if (s->robbed)			/* the end, but for the secret */
		return;
	replica(x, s, 0);
	replica(x, s, 1);
	publishes(x, s, s->m0);
	publishes(x, s, s->m1);
	consumers(x, s);
}

#endif
