/*
 * ro_plan() in a small world, every state of it: S1 to S4 hold, no step is one
 * that the design forbids, done is said of what is so, and from everywhere the
 * end is reached once nobody interferes.  The same with the executor done
 * wrong: each of the five mistakes is noticed.
 */
#include "tests/unit/rotate_explore.h"

/* least: what was there when it was written, less a little. */
static const struct world worlds[] = {
	{ .name = "killed, and a rival", .rivals = 1, .least = 4500 },
	{ .name = "a rival, and GitOps", .rivals = 1, .gitops = 1,
	    .least = 250000 },
	{ .name = "GitOps, twice", .gitops = 2, .least = 800000 },
	{ .name = "a late write, and GitOps", .cut = 1, .gitops = 1,
	    .least = 100000 },
	{ .name = "the root ends, a rival, GitOps", .expire = 1, .rivals = 1,
	    .gitops = 1, .least = 500000 },
	{ .name = "the root has ended", .ended = 1, .gitops = 1,
	    .least = 35000 },
	{ .name = "rollback, and a rival", .rollback = 1, .rivals = 1,
	    .least = 100000 },
	{ .name = "rollback, and the old root ends", .rollback = 1,
	    .expire = 1, .may_stop = 1, .least = 2500 },
	{ .name = "no secret", .absent = 1, .rollback = 1, .least = 15 },
	{ .name = "no secret, and a CA starts", .absent = 1, .rollback = 1,
	    .foreign = 1, .may_stop = 1, .least = 15 },
	{ .name = "istiod, a rival, GitOps", .istiod = 1, .gitops = 1,
	    .rivals = 1, .least = 150000 },
	{ .name = "another key, and a rival", .foreign = 1, .rivals = 1,
	    .least = 9000 },
};

static const struct {
	const char	*rule;
	struct world	 world;
} wrong[] = {
	{ "S4", { .name = "deleted and created",
	    .mutant = DELETE_CREATE } },
	{ "UP", { .name = "the CA restarted before the write", .expire = 1,
	    .mutant = RESTART_FIRST } },
	{ "S4", { .name = "no resourceVersion", .foreign = 1,
	    .mutant = NO_VERSION } },
	{ "S3", { .name = "another key identifier", .mutant = OTHER_SKI } },
	{ "S3", { .name = "the subject in other bytes",
	    .mutant = OTHER_SUBJECT } },
};

static void
say(const struct exploring *x)
{
	print_message("# %s: explored %zu states, %zu transitions, %zu views; "
	    "done in %zu, more than can be seen in %zu, stops in %zu: %s\n",
	    x->w->name, x->n, x->moves, x->views, x->ends, x->unseen,
	    x->stops, x->broken == NULL ? "holds" : x->broken);
}

static void
test_worlds(void **state)
{
	size_t i, states = 0, moves_n = 0;
	struct exploring x;

	(void)state;
	mint_world(FAITHFUL);
	for (i = 0; i < COUNT(worlds); i++) {
		explore(&worlds[i], &x);
		say(&x);
		if (x.broken != NULL)
			print_way(&x, x.where);
		assert_null(x.broken);
		assert_true(x.n >= worlds[i].least);
		assert_true(x.ends > 0);
		assert_int_equal(x.stops > 0, worlds[i].may_stop);
		states += x.n;
		moves_n += x.moves;
		explored(&x);
	}
	print_message("# explored %zu states, %zu transitions\n", states,
	    moves_n);
	forget_world();
}

static void
test_mutants(void **state)
{
	struct exploring x;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(wrong); i++) {
		mint_world(wrong[i].world.mutant);
		explore(&wrong[i].world, &x);
		say(&x);
		assert_non_null(x.broken);
		assert_string_equal(x.broken, wrong[i].rule);
		explored(&x);
		forget_world();
	}
}

/* What chain_verify() said is what the roots were made for. */
static void
test_judge(void **state)
{
	int l, t;

	(void)state;
	mint_world(FAITHFUL);
	for (l = A; l < ROOTS; l++)
		for (t = A; t < ROOTS; t++) {
			assert_int_equal(valid[0][0][l][t], (l == FOREIGN) ==
			    (t == FOREIGN));
			assert_int_equal(valid[1][0][l][t], (l == FOREIGN) ==
			    (t == FOREIGN));
			assert_int_equal(valid[0][1][l][t], t != A &&
			    valid[0][0][l][t]);
		}
	forget_world();
	mint_world(OTHER_SKI);
	assert_false(valid[0][0][A][T1]);
	assert_true(valid[1][0][A][T1]);
	forget_world();
	mint_world(OTHER_SUBJECT);
	assert_true(valid[0][0][A][T1]);
	assert_false(valid[1][0][A][T1]);
	forget_world();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_worlds),
		cmocka_unit_test(test_mutants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
