/* ro_plan(): each rule and what is nearly one, the order of steps, flags. */
#include "plugins/rotate/rotate.h"
#include "tests/unit/mint.h"

#define DAY	86400L
#define MIN	(1825 * DAY)
#define TEXT_MAX 8192
#define PARTS	8

static EVP_PKEY *key, *other_key;
static struct cert *old, *new, *twin, *utf8, *ski, *stranger, *ends, *bound;

struct mesh {
	struct ro_params	 p;
	struct ro_view		 v;
	struct control_plane	 plane;
	struct ro_part		 part[PARTS];
	struct ro_pod		 never[2];
	struct ro_left		 left[2];
	char			*ns[2];
	const char		*loss[1];
	struct strs		 accepted;
	const char		*excuse;	/* a rule's id */
	struct ro_next		 next;
	char			 text[TEXT_MAX];	/* by plan() */
	char			 said[TEXT_MAX];	/* its messages */
	size_t			 n, said_n;
};

/* ---- a mesh, and its plan ---- */

static int
on_record(void *arg, const struct ro_record *r, struct err *e)
{
	struct mesh *m = arg;

	(void)e;
	assert_null(strpbrk(r->message, "{}"));
	assert_ptr_equal(ro_rule(r->rule->id), r->rule);
	m->n += (size_t)snprintf(m->text + m->n, TEXT_MAX - m->n,
	    "%s %s %s %s\n", ro_verdict_name(r->verdict),
	    ro_step_name(r->step), r->rule->id, r->ref->name);
	m->said_n += (size_t)snprintf(m->said + m->said_n, TEXT_MAX -
	    m->said_n, "%s\n", r->message);
	return 0;
}

static int
is_excused(void *arg, const char *rule, const struct ref *ref)
{
	const struct mesh *m = arg;

	assert_non_null(ref->name);
	return m->excuse != NULL && strcmp(m->excuse, rule) == 0;
}

static const char *
plan(struct mesh *m)
{
	struct ro_next quiet;
	struct err e;

	m->v.plane = &m->plane;
	m->v.part = m->part;
	m->v.never = m->never;
	m->v.left = m->left;
	m->v.unmanaged = m->ns;
	m->p.accept_loss = &m->accepted;
	m->p.excused = is_excused;
	m->p.arg = m;
	m->n = m->said_n = 0;
	m->text[0] = m->said[0] = '\0';
	assert_int_equal(ro_plan(&m->p, &m->v, on_record, m, &m->next, &e), 0);
	/* nothing depends on whether somebody listens */
	assert_int_equal(ro_plan(&m->p, &m->v, NULL, NULL, &quiet, &e), 0);
	assert_int_equal(quiet.stops, m->next.stops);
	assert_int_equal(quiet.todo, m->next.todo);
	assert_int_equal(quiet.step, m->next.step);
	assert_ptr_equal(quiet.part, m->next.part);
	return m->text;
}

/* Nothing has moved, nothing is to be done. */
static void
quiet_mesh(struct mesh *m)
{
	const struct ref ref = { "secret", "istio-system", "istio-ca-secret",
	    "u", "7" };

	memset(m, 0, sizeof(*m));
	m->p.days = RO_DAYS;
	m->p.min_left = MIN;
	m->plane.citadel_version = (struct version){ 1, 1, 4, 10 };
	m->v.now = T0;
	m->v.era = ERA_CITADEL;
	m->v.in_force = CA_SECRET;
	m->v.ca.ref = ref;
	m->v.ca.seen.state = SEEN_PRESENT;
	m->v.ca.root = new;
	m->v.ca.key = KEYS_MATCH;
	m->v.issuer = new->subject;
	m->v.nissuer = 3;
	m->v.consumers = 5;
}

static void
add_part(struct mesh *m, enum part part, const char *name)
{
	struct ro_part *p = &m->part[m->v.npart++];

	assert_true(m->v.npart <= PARTS);
	p->ref = (struct ref){ part == PART_NODE_AGENT ? "daemonset" :
	    "deployment", "istio-system", name, "u", "1" };
	p->part = part;
	p->version = (struct version){ 1, 1, 4, 10 };
	p->has_patch = 1;
	p->ready = 1;
}

static void
add_left(struct mesh *m, const char *rule)
{
	struct ro_left *l = &m->left[m->v.nleft++];

	l->ref = (struct ref){ "secret", "shop", "istio.default", NULL, NULL };
	l->rule = rule;
	l->message = "what certverify says";
}

static void
add_never(struct mesh *m, int controlled)
{
	struct ro_pod *p = &m->never[m->v.nnever++];

	p->ref = (struct ref){ "pod", "shop", "cart-0", NULL, NULL };
	p->controlled = controlled;
}

/* ---- each rule ---- */

#define CASE(name) static void name(struct mesh *m)

CASE(old_root) { m->v.ca.root = old; }
CASE(quiet) { (void)m; }
CASE(not_seen) {
	m->v.ca.root = NULL;
	m->v.ca.seen.state = SEEN_FORBIDDEN;
	strcpy(m->v.ca.seen.err.msg, "forbidden");
}
CASE(absent) {
	m->v.ca.root = NULL;
	m->v.ca.seen.state = SEEN_ABSENT;
}
CASE(absent_back) { absent(m); m->p.back = new; }
CASE(no_root) { m->v.ca.root = NULL; }
CASE(external) { m->v.in_force = CA_EXTERNAL; }
CASE(only_named) { strcpy(m->plane.external, "vault"); }
CASE(plugged) { m->v.in_force = CA_CACERTS; }
CASE(mismatch) { old_root(m); m->v.ca.key = KEYS_DIFFER; }
CASE(mismatch_quiet) { m->v.ca.key = KEYS_DIFFER; }
CASE(no_key) { old_root(m); m->v.ca.key = KEYS_ABSENT; }
CASE(inapplicable) { old_root(m); m->v.ca.inapplicable = "weak"; }
CASE(inapplicable_back) { inapplicable(m); m->p.back = new; }
CASE(immutable) { old_root(m); m->v.ca.immutable = 1; }
CASE(strange) {
	m->v.strangers = 4;
	m->v.nissuer = 0;
	m->v.stale = 5;
}
CASE(strange_but_one) { strange(m); m->v.stale = 4; }
CASE(strange_but_issued) { strange(m); m->v.nissuer = 1; }
CASE(nobody_there) { strange(m); m->v.strangers = 0; }
CASE(not_yet) { m->v.now = new->not_before - 1; }
CASE(just_valid) { m->v.now = new->not_before; }
CASE(immutable_quiet) { m->v.ca.immutable = 1; }
CASE(owned) { old_root(m); m->v.ca.owner = OWNER_ARGO_CD; }
CASE(owned_quiet) { m->v.ca.owner = OWNER_ARGO_CD; }
CASE(ahead) { old_root(m); m->v.skew = RO_SKEW_MAX + 1; }
CASE(nearly_ahead) { old_root(m); m->v.skew = RO_SKEW_MAX; }
CASE(after) { old_root(m); m->v.skew = -RO_SKEW_MAX - 1; }
CASE(nearly_after) { old_root(m); m->v.skew = -RO_SKEW_MAX; }
CASE(citadel_107) {
	old_root(m);
	m->plane.citadel_version = (struct version){ 1, 1, 0, 7 };
}
CASE(citadel_108) {
	old_root(m);
	m->plane.citadel_version = (struct version){ 1, 1, 0, 8 };
}
CASE(citadel_117) {
	old_root(m);
	m->plane.citadel_version = (struct version){ 1, 1, 1, 7 };
}
CASE(istiod_117) { citadel_117(m); m->v.era = ERA_ISTIOD; }
CASE(from_old) { m->p.from = old->sha256; }
CASE(from_seen) { from_old(m); m->v.succeeds = 1; }
CASE(from_this) { m->p.from = new->sha256; }
CASE(back_stranger) { m->p.back = stranger; }
CASE(back_ski) { m->p.back = ski; }
CASE(back_old) { m->p.back = old; }
CASE(back_this) { m->p.back = new; }
CASE(back_ended) { m->p.back = ends; m->v.now = ends->not_after + 1; }
CASE(back_ends) { m->p.back = ends; m->v.now = ends->not_after; }
CASE(unmanaged) { old_root(m); m->ns[0] = (char *)"shop";
	m->v.nunmanaged = 1; }
CASE(unmanaged_quiet) { unmanaged(m); m->v.ca.root = new; }
CASE(bare) {
	m->v.former = 1;
	m->p.roll = 1;
	add_never(m, 0);
}
CASE(controlled) { bare(m); m->never[0].controlled = 1; }
CASE(bare_quiet) { bare(m); m->v.former = 0; }
CASE(unknown) { add_left(m, NULL); }
CASE(bad) { add_left(m, "expired"); }
CASE(bad_old) { old_root(m); bad(m); }
CASE(soon) { m->v.ca.root = bound; m->p.min_left++; }
CASE(not_soon) { m->v.ca.root = bound; }
CASE(spelling) { m->v.issuer = utf8->subject; }
CASE(no_leaf) { spelling(m); m->v.nissuer = 0; }
CASE(moved) { m->v.former = 1; add_part(m, PART_CITADEL, "istio-citadel"); }
CASE(not_moved) { add_part(m, PART_CITADEL, "istio-citadel"); }
CASE(left_to_you) { moved(m); m->p.restart_none = 1; }
CASE(stale) { m->v.stale = 1; }
CASE(never) { m->v.former = 1; add_never(m, 1); }
CASE(never_roll) { never(m); m->p.roll = 1; }

static const struct {
	const char	*rule;
	void		(*yes)(struct mesh *), (*nearly)(struct mesh *);
} rows[] = {
	{ "ca-not-seen", not_seen, absent },
	{ "ca-secret-absent", absent, absent_back },
	{ "external-ca", external, only_named },
	{ "plugged-in-ca", plugged, quiet },
	{ "not-a-certificate", no_root, not_seen },
	{ "key-mismatch", mismatch, old_root },
	{ "key-mismatch", no_key, mismatch_quiet },
	{ "same-key-inapplicable", inapplicable, inapplicable_back },
	{ "unknown-key", strange, strange_but_one },
	{ "unknown-key", strange, strange_but_issued },
	{ "unknown-key", strange, nobody_there },
	{ "root-not-yet-valid", not_yet, just_valid },
	{ "immutable-secret", immutable, immutable_quiet },
	{ "gitops-owner", owned, owned_quiet },
	{ "clock-skew", ahead, nearly_ahead },
	{ "clock-skew", after, nearly_after },
	{ "control-plane-too-old", citadel_107, citadel_108 },
	{ "control-plane-too-old", citadel_117, istiod_117 },
	{ "from-differs", from_old, from_seen },
	{ "from-differs", from_old, from_this },
	{ "other-key", back_stranger, back_old },
	{ "other-key", back_ski, back_this },
	{ "backup-expired", back_ended, back_ends },
	{ "unmanaged-namespace", unmanaged, unmanaged_quiet },
	{ "bare-pod", bare, controlled },
	{ "bare-pod", bare, bare_quiet },
	{ "bare-pod", bare, never },
	{ "not-examined", unknown, bad },
	{ "ends-soon", old_root, quiet },
	{ "ends-soon", soon, not_soon },
	{ "named", from_this, from_seen },
	{ "other-spelling", spelling, no_leaf },
	{ "rollback", back_old, back_this },
	{ "keep-the-old", old_root, absent_back },
	{ "reads-once", moved, not_moved },
	{ "left-to-you", left_to_you, moved },
	{ "behind", stale, quiet },
	{ "broken-otherwise", bad, unknown },
	{ "broken-otherwise", bad, bad_old },
	{ "no-hot-reload", never, never_roll },
	{ "goal-reached", quiet, stale },
	{ "goal-reached", not_soon, soon },
};

/* They need more than a view. */
static const char *const of_cmd[] = { "no-right", "ca-secret-changed",
	"not-proved" };

static int
says(struct mesh *m, const char *rule)
{
	char word[64];

	snprintf(word, sizeof(word), " %s ", rule);
	return strstr(plan(m), word) != NULL;
}

static void
test_rules(void **state)
{
	struct mesh m;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		quiet_mesh(&m);
		rows[i].yes(&m);
		if (!says(&m, rows[i].rule))
			fail_msg("row %zu: no %s in:\n%s", i, rows[i].rule,
			    m.text);
		quiet_mesh(&m);
		rows[i].nearly(&m);
		if (says(&m, rows[i].rule))
			fail_msg("row %zu: %s in:\n%s", i, rows[i].rule,
			    m.text);
	}
}

static void
test_all_rules(void **state)
{
	size_t i, j, n;

	(void)state;
	for (i = 0; ro_rules[i] != NULL; i++) {
		for (n = j = 0; j < COUNT(rows); j++)
			n += strcmp(rows[j].rule, ro_rules[i]->id) == 0;
		for (j = 0; j < COUNT(of_cmd); j++)
			n += strcmp(of_cmd[j], ro_rules[i]->id) == 0;
		if (n == 0)
			fail_msg("%s has no row", ro_rules[i]->id);
		for (j = 0; j < i; j++)
			assert_string_not_equal(ro_rules[i]->id,
			    ro_rules[j]->id);
		assert_true(ro_rules[i]->hint[0] != '\0');
		assert_true(ro_rules[i]->source[0] != '\0');
	}
	assert_null(ro_rule("no-such"));
}

/* ---- whole plans ---- */

static void
whole(struct mesh *m, const char *text)
{
	assert_string_equal(plan(m), text);
}

static void
control_plane(struct mesh *m)
{
	add_part(m, PART_PILOT, "istio-pilot");
	m->part[0].secured = FLAG_TRUE;
	add_part(m, PART_CITADEL, "istio-citadel");
	add_part(m, PART_NODE_AGENT, "istio-nodeagent");
	add_part(m, PART_MIXER, "istio-telemetry");
}

/* First the CA, whatever the order in which they are seen. */
static void
test_order(void **state)
{
	struct mesh m;

	(void)state;
	quiet_mesh(&m);
	old_root(&m);
	control_plane(&m);
	add_never(&m, 1);
	whole(&m, "todo backup keep-the-old istio-ca-secret\n"
	    "todo write ends-soon istio-ca-secret\n"
	    "todo restart reads-once istio-citadel\n"
	    "todo wait behind istio-system\n"
	    "todo restart reads-once istio-pilot\n"
	    "todo restart reads-once istio-nodeagent\n"
	    "skip roll no-hot-reload cart-0\n");
	assert_int_equal(m.next.todo, 6);
	assert_int_equal(m.next.step, RO_BACKUP);
	assert_null(m.next.part);
	assert_int_equal(m.next.subject.len, 0);
}

/* Step by step, as each has been taken. */
static void
test_steps(void **state)
{
	struct mesh m;

	(void)state;
	quiet_mesh(&m);
	control_plane(&m);
	m.v.moved_at = T0 - 100;
	m.v.stale = 5;
	m.v.stale_hooks = 1;
	plan(&m);
	assert_int_equal(m.next.step, RO_RESTART);
	assert_ptr_equal(m.next.part, &m.part[1]);
	m.part[1].marked = 1;
	m.part[1].marked_at = T0 - 50;
	m.part[1].ready = 0;
	plan(&m);			/* its pods are not Ready yet */
	assert_int_equal(m.next.step, RO_RESTART);
	assert_ptr_equal(m.next.part, &m.part[1]);
	m.part[1].ready = 1;
	plan(&m);
	assert_int_equal(m.next.step, RO_WAIT);
	assert_null(m.next.part);
	m.v.stale = 1;			/* the webhook */
	plan(&m);
	assert_int_equal(m.next.step, RO_RESTART);
	assert_ptr_equal(m.next.part, &m.part[0]);
	m.part[0].marked = m.part[2].marked = 1;
	m.part[0].marked_at = m.part[2].marked_at = T0;
	plan(&m);
	assert_int_equal(m.next.step, RO_WAIT);
	m.v.stale = m.v.stale_proxies = 1;
	m.v.stale_hooks = 0;		/* they come last */
	plan(&m);
	assert_int_equal(m.next.step, RO_WAIT);
	assert_int_equal(m.next.todo, 1);
	assert_non_null(strstr(m.text, "todo wait behind istio-system\n"));
	m.v.stale = m.v.stale_proxies = 0;
	whole(&m, "done restart reads-once istio-citadel\n"
	    "done restart reads-once istio-pilot\n"
	    "done restart reads-once istio-nodeagent\n"
	    "done goal goal-reached istio-ca-secret\n");
	assert_int_equal(m.next.todo + m.next.stops, 0);
}

static void
test_expired(void **state)
{
	struct mesh m;

	(void)state;
	quiet_mesh(&m);
	old_root(&m);
	control_plane(&m);
	m.v.now = old->not_after + DAY;
	m.v.stale = m.v.consumers;
	plan(&m);
	assert_int_equal(m.next.step, RO_BACKUP);
	assert_int_equal(m.next.stops, 0);
	assert_non_null(strstr(m.said, "in -1 days"));
}

/* ---- who restarts ---- */

static const struct {
	enum part	 part;
	int		 v[3];		/* all 0: not known */
	enum era_flag	 secured;
	size_t		 stale, hooks;
	int		 restarts;
} who[] = {
	{ PART_CITADEL, { 1, 4, 10 }, FLAG_UNSET, 0, 0, 1 },
	{ PART_ISTIOD, { 1, 31, 0 }, FLAG_UNSET, 0, 0, 1 },
	{ PART_NODE_AGENT, { 1, 4, 10 }, FLAG_UNSET, 0, 0, 1 },
	{ PART_PILOT, { 1, 4, 10 }, FLAG_TRUE, 0, 0, 1 },
	{ PART_PILOT, { 1, 4, 10 }, FLAG_FALSE, 0, 0, 0 },
	{ PART_PILOT, { 0, 0, 0 }, FLAG_UNSET, 0, 0, 0 },
	{ PART_MIXER, { 1, 4, 10 }, FLAG_TRUE, 0, 0, 1 },
	{ PART_MIXER, { 1, 4, 10 }, FLAG_FALSE, 0, 0, 0 },
	{ PART_GALLEY, { 1, 4, 10 }, FLAG_TRUE, 0, 0, 1 },
	{ PART_GALLEY, { 1, 4, 10 }, FLAG_FALSE, 0, 0, 0 },
	{ PART_GALLEY, { 1, 1, 7 }, FLAG_FALSE, 0, 0, 1 },
	{ PART_GALLEY, { 0, 0, 0 }, FLAG_FALSE, 0, 0, 1 },
	{ PART_INJECTOR, { 1, 4, 10 }, FLAG_UNSET, 0, 0, 0 },
	{ PART_INJECTOR, { 1, 4, 10 }, FLAG_UNSET, 1, 1, 1 },
	{ PART_INJECTOR, { 1, 4, 10 }, FLAG_UNSET, 2, 1, 0 },
	{ PART_INJECTOR, { 1, 1, 7 }, FLAG_UNSET, 0, 0, 1 },
	{ PART_ZTUNNEL, { 1, 28, 5 }, FLAG_UNSET, 0, 0, 1 },
	{ PART_ZTUNNEL, { 1, 28, 6 }, FLAG_UNSET, 0, 0, 0 },
	{ PART_ZTUNNEL, { 1, 29, 1 }, FLAG_UNSET, 0, 0, 1 },
	{ PART_ZTUNNEL, { 1, 29, 2 }, FLAG_UNSET, 0, 0, 0 },
	{ PART_NONE, { 1, 4, 10 }, FLAG_TRUE, 0, 0, 0 },
};

static void
test_who(void **state)
{
	struct mesh m;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(who); i++) {
		quiet_mesh(&m);
		m.v.former = 1;
		add_part(&m, who[i].part, "it");
		m.part[0].version = (struct version){ who[i].v[0] > 0,
		    who[i].v[0], who[i].v[1], who[i].v[2] };
		m.part[0].secured = who[i].secured;
		m.v.stale = who[i].stale;
		m.v.stale_hooks = who[i].hooks;
		if (says(&m, "reads-once") != who[i].restarts)
			fail_msg("row %zu:\n%s", i, m.text);
	}
}

/* ---- has it been restarted? ---- */

static const struct {
	int	marked;
	long	marked_at, moved_at, rolled_at;
	int	ready, done;
} settled[] = {
	{ 0, 0, 0, 0, 1, 0 },
	{ 1, 0, 0, 0, 1, 1 },
	{ 1, 0, 0, 0, 0, 0 },
	{ 1, 500, 500, 0, 1, 1 },
	{ 1, 499, 500, 0, 1, 0 },	/* another root was there since */
	{ 1, 499, 500, 500 + RO_SETTLED, 1, 1 },
	{ 0, 0, 500, 500 + RO_SETTLED, 1, 1 },
	{ 0, 0, 500, 499 + RO_SETTLED, 1, 0 },
	{ 0, 0, 500, 500 + RO_SETTLED, 0, 0 },
	{ 0, 0, 0, 5000, 1, 0 },	/* nothing says since when */
};

static void
test_settled(void **state)
{
	struct mesh m;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(settled); i++) {
		quiet_mesh(&m);
		m.v.former = 1;
		add_part(&m, PART_CITADEL, "istio-citadel");
		m.part[0].marked = settled[i].marked;
		m.part[0].marked_at = settled[i].marked_at;
		m.part[0].rolled_at = settled[i].rolled_at;
		m.part[0].ready = settled[i].ready;
		m.v.moved_at = settled[i].moved_at;
		plan(&m);
		if ((m.next.todo == 0) != settled[i].done)
			fail_msg("row %zu:\n%s", i, m.text);
	}
}

/* What one says of when the root was put there holds for another. */
static void
test_settled_by_another(void **state)
{
	struct mesh m;

	(void)state;
	quiet_mesh(&m);
	add_part(&m, PART_CITADEL, "istio-citadel");
	add_part(&m, PART_NODE_AGENT, "istio-nodeagent");
	m.part[0].marked = 1;
	m.part[0].marked_at = 500;
	m.part[1].rolled_at = 499 + RO_SETTLED;
	plan(&m);
	assert_ptr_equal(m.next.part, &m.part[1]);
	m.part[1].rolled_at++;
	plan(&m);
	assert_int_equal(m.next.todo, 0);
}

/* ---- flags ---- */

static void
test_from(void **state)
{
	struct mesh m;

	(void)state;
	quiet_mesh(&m);
	from_this(&m);			/* whatever life is left */
	whole(&m, "todo backup keep-the-old istio-ca-secret\n"
	    "todo write named istio-ca-secret\n"
	    "todo wait behind istio-system\n");
	quiet_mesh(&m);
	from_seen(&m);
	whole(&m, "done goal goal-reached istio-ca-secret\n");
	quiet_mesh(&m);
	from_old(&m);
	m.excuse = "from-differs";	/* that it is for */
	plan(&m);
	assert_int_equal(m.next.stops, 1);
	quiet_mesh(&m);
	from_old(&m);
	m.v.ca.root = twin;		/* a stale run, on a root that ends */
	plan(&m);
	assert_int_equal(m.next.stops, 1);
}

static void
test_rollback(void **state)
{
	struct mesh m;

	(void)state;
	quiet_mesh(&m);
	back_old(&m);
	add_part(&m, PART_CITADEL, "istio-citadel");
	m.part[0].marked = 1;		/* for the root that goes */
	whole(&m, "todo backup keep-the-old istio-ca-secret\n"
	    "todo write rollback istio-ca-secret\n"
	    "todo restart reads-once istio-citadel\n"
	    "todo wait behind istio-system\n");
	m.v.ca.root = old;		/* it ends soon, and that is wanted */
	m.v.former = new->not_after;
	m.part[0].marked = 0;
	plan(&m);
	assert_int_equal(m.next.step, RO_RESTART);
	assert_int_equal(m.next.stops, 0);
	quiet_mesh(&m);
	absent_back(&m);
	plan(&m);			/* there is nothing to keep */
	assert_int_equal(m.next.step, RO_WRITE);
	assert_int_equal(m.next.stops, 0);
	quiet_mesh(&m);
	back_stranger(&m);
	m.excuse = "other-key";
	plan(&m);
	assert_int_equal(m.next.stops, 1);
}

static void
test_restart_none(void **state)
{
	struct mesh m;

	(void)state;
	quiet_mesh(&m);
	left_to_you(&m);
	m.v.stale = 2;
	whole(&m, "skip restart left-to-you istio-citadel\n"
	    "todo wait behind istio-system\n");
	assert_int_equal(m.next.step, RO_WAIT);
	assert_non_null(strstr(m.said, "kubectl rollout restart deployment "
	    "istio-citadel -n istio-system"));
	m.part[0].marked = 1;
	m.v.stale = 0;
	whole(&m, "done restart reads-once istio-citadel\n"
	    "done goal goal-reached istio-ca-secret\n");
}

static void
test_roll(void **state)
{
	struct mesh m;

	(void)state;
	quiet_mesh(&m);
	m.v.former = 1;
	m.p.roll = 1;
	add_part(&m, PART_PROXY, "cart");
	add_never(&m, 1);
	whole(&m, "todo roll reads-once cart\n");
	assert_int_equal(m.next.step, RO_ROLL);
	assert_ptr_equal(m.next.part, &m.part[0]);
	m.p.restart_none = 1;		/* that is about the control plane */
	whole(&m, "todo roll reads-once cart\n");
	m.part[0].marked = 1;
	whole(&m, "done roll reads-once cart\n"
	    "done goal goal-reached istio-ca-secret\n");
	add_never(&m, 0);
	plan(&m);
	assert_int_equal(m.next.stops, 1);
	m.excuse = "bare-pod";
	plan(&m);
	assert_int_equal(m.next.stops + m.next.todo, 0);
	m.p.roll = 0;			/* said, and left alone */
	plan(&m);
	assert_int_equal(m.next.stops + m.next.todo, 0);
}

static void
test_unmanaged(void **state)
{
	struct mesh m;

	(void)state;
	quiet_mesh(&m);
	unmanaged(&m);
	m.ns[1] = (char *)"shop2";
	m.v.nunmanaged = 2;
	m.loss[0] = "shop";
	m.accepted = (struct strs){ m.loss, 1 };
	assert_non_null(strstr(plan(&m),
	    "skip check unmanaged-namespace shop\n"
	    "stop check unmanaged-namespace shop2\n"));
	assert_int_equal(m.next.stops, 1);
	m.excuse = "unmanaged-namespace";	/* only by its own flag */
	plan(&m);
	assert_int_equal(m.next.stops, 1);
	m.v.nunmanaged = 1;
	plan(&m);
	assert_int_equal(m.next.stops, 0);
	assert_int_equal(m.next.step, RO_BACKUP);
}

/* An excuse lets it go on, where there is something to go on with. */
static const struct {
	const char	*rule;
	void		(*yes)(struct mesh *);
	size_t		 stops;
} excuses[] = {
	{ "gitops-owner", owned, 0 },
	{ "clock-skew", ahead, 0 },
	{ "control-plane-too-old", citadel_117, 0 },
	{ "bare-pod", bare, 0 },
	{ "not-examined", unknown, 0 },
	{ "ca-not-seen", not_seen, 1 },
	{ "ca-secret-absent", absent, 1 },
	{ "not-a-certificate", no_root, 1 },
	{ "backup-expired", back_ended, 1 },
};

static void
test_excuses(void **state)
{
	struct mesh m;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(excuses); i++) {
		quiet_mesh(&m);
		excuses[i].yes(&m);
		plan(&m);
		assert_int_equal(m.next.stops, 1);
		m.excuse = excuses[i].rule;
		plan(&m);
		if (m.next.stops != excuses[i].stops)
			fail_msg("%s:\n%s", m.excuse, m.text);
	}
	quiet_mesh(&m);
	external(&m);
	absent(&m);
	m.excuse = "external-ca";
	plan(&m);
	assert_int_equal(m.next.stops, 1);
	quiet_mesh(&m);
	bad(&m);
	m.excuse = "broken-otherwise";
	plan(&m);
	assert_int_equal(m.next.todo, 0);
}

/* The leaves' bytes, and why. */
static void
test_spelling(void **state)
{
	struct mesh m;

	(void)state;
	quiet_mesh(&m);
	spelling(&m);
	m.v.nissuer = 4;
	m.v.nother = 2;
	whole(&m, "todo backup keep-the-old istio-ca-secret\n"
	    "todo write other-spelling istio-ca-secret\n"
	    "todo wait behind istio-system\n");
	assert_non_null(strstr(m.said, "than 4 leaves"));
	assert_non_null(strstr(m.said, "(2 in the root's)"));
	assert_true(der_equal(&m.next.subject, &utf8->subject));
	m.v.ca.root = utf8;		/* and then it is good */
	whole(&m, "done goal goal-reached istio-ca-secret\n");
	quiet_mesh(&m);
	spelling(&m);			/* named, and spelt as they do */
	from_this(&m);
	assert_true(says(&m, "named"));
	assert_true(der_equal(&m.next.subject, &utf8->subject));
	quiet_mesh(&m);
	spelling(&m);			/* the backup's bytes are its own */
	back_old(&m);
	assert_true(says(&m, "rollback"));
	assert_int_equal(m.next.subject.len, 0);
}

static struct cert *
a_root(EVP_PKEY *k, long to, int is_utf8, const char *id)
{
	const struct mint m = { .o = "cluster.local", .utf8 = is_utf8,
	    .key = k, .from = -300 * DAY, .to = to, .bc = "critical,CA:TRUE",
	    .ku = "critical,keyCertSign", .ski = id };

	return mint(&m);
}

static int
roots_new(void **state)
{
	(void)state;
	key = EVP_EC_gen("P-256");
	other_key = EVP_EC_gen("P-256");
	old = a_root(key, 20 * DAY, 0, "hash");
	new = a_root(key, 3650 * DAY, 0, "hash");
	twin = a_root(key, 30 * DAY, 0, "hash");
	utf8 = a_root(key, 3650 * DAY, 1, "hash");
	ski = a_root(key, 3650 * DAY, 0, "01020304");
	stranger = a_root(other_key, 3650 * DAY, 0, "hash");
	ends = a_root(key, 40 * DAY, 0, "hash");
	bound = a_root(key, MIN, 0, "hash");
	return 0;
}

static int
roots_free(void **state)
{
	struct cert *const all[] = { old, new, twin, utf8, ski, stranger,
	    ends, bound };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(all); i++)
		cert_free(all[i]);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other_key);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_all_rules),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_expired),
		cmocka_unit_test(test_who),
		cmocka_unit_test(test_settled),
		cmocka_unit_test(test_settled_by_another),
		cmocka_unit_test(test_from),
		cmocka_unit_test(test_rollback),
		cmocka_unit_test(test_restart_none),
		cmocka_unit_test(test_roll),
		cmocka_unit_test(test_unmanaged),
		cmocka_unit_test(test_excuses),
		cmocka_unit_test(test_spelling),
	};

	return cmocka_run_group_tests(tests, roots_new, roots_free);
}
