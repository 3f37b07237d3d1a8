/* Every state that the moves lead to, and what must hold there. */
#ifndef TESTS_UNIT_ROTATE_EXPLORE_H
#define TESTS_UNIT_ROTATE_EXPLORE_H

#include "tests/unit/rotate_moves.h"

static inline struct state
first_state(const struct world *w)
{
	unsigned r = w->rollback && !w->absent ? T1 : A;
	struct state s;

	memset(&s, 0, sizeof(s));
	s.k = w->absent ? NONE : r;
	s.m0 = s.m1 = s.ws0 = s.l0 = s.ws1 = s.t = s.cm = r;
	if (w->rollback) {
		s.kept = 1u << (A - 1);
		s.mark = s.mark_t = w->absent ? NONE : T1;
	}
	s.gitops = w->gitops & 3;
	s.rivals = w->rivals & 1;
	s.foreign = w->foreign & 1;
	s.ended = w->ended & 1;
	return s;
}

/* Where it is over: done, or it stops and says why. */
static inline int
is_end(struct exploring *x, const struct state *s)
{
	unsigned says;

	if (s->phase != LOOKS)
		return 0;
	says = plan_of(x, s);
	x->stops += says == SAYS_STOP;
	return says == SAYS_DONE || says == SAYS_STOP || s->robbed;
}

/* From which states can the end be reached, with nobody's ill will? */
static inline void
reach(struct exploring *x)
{
	uint32_t *first = calloc(x->n + 2, sizeof(*first));
	uint32_t *back = malloc((x->nedge + 1) * sizeof(*back));
	uint32_t *todo = malloc(x->n * sizeof(*todo));
	size_t i, n = 0, at;
	union packed p;

	assert_true(first != NULL && back != NULL && todo != NULL);
	for (i = 0; i < x->nedge; i++)
		first[x->edge[2 * i + 1] + 2]++;
	for (i = 2; i < x->n + 2; i++)
		first[i] += first[i - 1];
	for (i = 0; i < x->nedge; i++)
		back[first[x->edge[2 * i + 1] + 1]++] = x->edge[2 * i];
	for (i = 0; i < x->n; i++) {
		p.n = x->state[i];
		if (is_end(x, &p.s)) {
			x->good[i] = 1;
			todo[n++] = (uint32_t)i;
		}
	}
	for (at = 0; at < n; at++)
		for (i = first[todo[at]]; i < first[todo[at] + 1]; i++)
			if (!x->good[back[i]]) {
				x->good[back[i]] = 1;
				todo[n++] = back[i];
			}
	x->lost = x->n - n;
	for (i = 0; i < x->n && x->lost > 0; i++)
		if (!x->good[i])
			broken(x, "it never ends", (uint32_t)i);
	free(first);
	free(back);
	free(todo);
}

static inline void
explore(const struct world *w, struct exploring *x)
{
	struct state s = first_state(w);
	const char *rule;
	union packed p;

	memset(x, 0, sizeof(*x));
	x->w = w;
	x->state = malloc(STATES * sizeof(*x->state));
	x->from = malloc(STATES * sizeof(*x->from));
	x->slot = malloc(2 * STATES * sizeof(*x->slot));
	x->says = calloc(VIEWS, 1);
	x->good = calloc(STATES, 1);
	assert_true(x->state != NULL && x->from != NULL && x->slot != NULL &&
	    x->says != NULL && x->good != NULL);
	memset(x->slot, 0xff, 2 * STATES * sizeof(*x->slot));
	number_of(x, &s, NO_STATE);
	for (; x->done < x->n && x->broken == NULL; x->done++) {
		p.n = x->state[x->done];
		if ((rule = breaks(x, &p.s)) != NULL)
			broken(x, rule, (uint32_t)x->done);
		else
			moves(x, &p.s);
	}
	if (x->broken == NULL)
		reach(x);
}

static inline void
explored(struct exploring *x)
{
	free(x->state);
	free(x->from);
	free(x->slot);
	free(x->says);
	free(x->good);
	free(x->edge);
}

/* How it came to that. */
static inline void
print_way(const struct exploring *x, uint32_t i)
{
	union packed p;

	if (x->from[i] != NO_STATE)
		print_way(x, x->from[i]);
	p.n = x->state[i];
	print_message("  k%d m%d%d ws%d%d l%d t%d cm%d mark%d%d aged%d%d "
	    "old%d%d%d kept%x phase%d seen%d step%s part%d fresh%d late%d"
	    "%s%s\n", p.s.k, p.s.m0, p.s.m1, p.s.ws0, p.s.ws1, p.s.l0,
	    p.s.t, p.s.cm, p.s.mark, p.s.mark_t, p.s.aged, p.s.aged_t,
	    p.s.old0, p.s.old1, p.s.old_t, p.s.kept, p.s.phase, p.s.seen,
	    ro_step_name((enum ro_step)p.s.step), p.s.part, p.s.fresh,
	    p.s.late, p.s.ended ? " ended" : "", p.s.robbed ? " robbed" : "");
}

#endif
