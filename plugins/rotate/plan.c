/* The next step, from what is seen. */
#include <string.h>

#include "base/when.h"
#include "plugins/rotate/state.h"

/* ---- is there a root to be put in force? ---- */

/* Most leaves name their issuer in other bytes than the root has. */
static int
other_spelling(const struct ro_view *v)
{
	return v->nissuer > 0 && !der_equal(&v->issuer, &v->ca.root->subject);
}

static enum ro_id
why_write(const struct ro_params *p, const struct ro_view *v)
{
	const struct cert *root = v->ca.root;

	if (p->back != NULL)
		return root == NULL || !cert_equal(root, p->back) ?
		    RO_ROLLBACK : RO_REACHED;
	if (root == NULL)
		return RO_REACHED;
	if (p->from != NULL && memcmp(p->from, root->sha256,
	    CERT_SHA256_LEN) == 0)
		return RO_NAMED;
	if (other_spelling(v))
		return RO_SPELLING;
	return root->not_after - v->now < p->min_left ? RO_ENDS_SOON :
	    RO_REACHED;
}

static int
is_marked(const struct ro_view *v)
{
	size_t i;

	for (i = 0; i < v->npart; i++)
		if (v->part[i].marked)
			return 1;
	return 0;
}

static int
say_write(struct plan *pl, struct err *e)
{
	const struct ro_view *v = pl->v;
	char until[WHEN_STRLEN];

	if (pl->why == RO_REACHED)
		return 0;
	if (v->ca.root != NULL) {
		when_format(v->ca.root->not_after, until);
		ro_word(pl, "date", "%s", until);
		if (ro_say(pl, RO_TODO, RO_BACKUP, &v->ca.ref, RO_KEEP_OLD,
		    e) == -1)
			return -1;
		ro_word(pl, "date", "%s", until);
		ro_word(pl, "days", "%lld", (long long)when_days(
		    v->ca.root->not_after, v->now));
		ro_word(pl, "new", "%lld", (long long)pl->p->days);
		ro_word(pl, "leaves", "%zu", v->nissuer);
		ro_word(pl, "others", "%zu", v->nother);
	}
	if (pl->why == RO_SPELLING || (pl->p->back == NULL &&
	    v->ca.root != NULL && other_spelling(v)))
		pl->next->subject = v->issuer;
	return ro_say(pl, RO_TODO, RO_WRITE, &v->ca.ref, pl->why, e);
}

/* ---- who restarts ---- */

static int
is_ca(const struct ro_part *part)
{
	return part->part == PART_CITADEL || part->part == PART_ISTIOD;
}

/*
 * todo until it has been restarted and all its pods are Ready again; what
 * the step is waiting for then is for who restarts to see.
 */
static int
say_part(struct plan *pl, const struct ro_part *part, enum ro_step step,
    struct err *e)
{
	const char *why = ro_reason(pl, part);
	enum ro_verdict verdict = RO_TODO;
	size_t before = pl->next->todo;
	enum ro_id id = RO_READS_ONCE;

	if (why == NULL)
		return 0;
	if (pl->why == RO_REACHED && ro_settled(pl, part) && part->ready)
		verdict = RO_DONE;
	else if (pl->p->restart_none && step == RO_RESTART) {
		verdict = RO_SKIP;
		id = RO_LEFT_TO_YOU;
	}
	ro_word(pl, "why", "%s", why);
	ro_word(pl, "what", "%s", verdict == RO_DONE ? "it has been restarted "
	    "since" : pl->why == RO_REACHED && ro_marked(pl->v, part) ?
	    "it has been told to, and not all of its pods are Ready" :
	    "its pods are replaced one by one");
	ro_word(pl, "kind", "%s", part->ref.kind);
	ro_word(pl, "name", "%s", part->ref.name);
	ro_word(pl, "ns", "%s", part->ref.ns);
	if (ro_say(pl, verdict, step, &part->ref, id, e) == -1)
		return -1;
	if (before == 0 && pl->next->todo == 1)
		pl->next->part = part;
	return 0;
}

/* First the CA, later those who read what it has written. */
static int
say_parts(struct plan *pl, int ca, struct err *e)
{
	const struct ro_view *v = pl->v;
	size_t i;

	for (i = 0; i < v->npart; i++)
		if (v->part[i].part != PART_PROXY &&
		    is_ca(&v->part[i]) == ca &&
		    say_part(pl, &v->part[i], RO_RESTART, e) == -1)
			return -1;
	return 0;
}

/* ---- who holds it ---- */

static int
say_wait(struct plan *pl, size_t n, const char *who, struct err *e)
{
	struct ref mesh = { .kind = "mesh", .ns = "" };

	if (n == 0)
		return 0;
	mesh.name = pl->v->ca.ref.ns;
	ro_word(pl, "n", "%zu", n);
	ro_word(pl, "all", "%zu", pl->v->consumers);
	ro_word(pl, "who", "%s", who);
	ro_word(pl, "cost", "%s", pl->v->era == ERA_CITADEL ? "proxies whose "
	    "certificates are mounted are hot-restarted, and connections that "
	    "outlive their drain time (45 s) end" : "proxies take it with "
	    "their next certificate, and keep their connections");
	return ro_say(pl, RO_TODO, RO_WAIT, &mesh, RO_BEHIND, e);
}

/* What no root mends: that shows once a good one is there. */
static int
say_broken(struct plan *pl, struct err *e)
{
	const struct ro_view *v = pl->v;
	size_t i;

	for (i = 0; pl->why == RO_REACHED && i < v->nleft; i++) {
		if (v->left[i].rule == NULL)
			continue;
		ro_word(pl, "rule", "%s", v->left[i].rule);
		ro_word(pl, "what", "%s", v->left[i].message);
		if (ro_say(pl, ro_excused(pl, RO_BROKEN, &v->left[i].ref) ?
		    RO_SKIP : RO_TODO, RO_GOAL, &v->left[i].ref, RO_BROKEN,
		    e) == -1)
			return -1;
	}
	return 0;
}

/* ---- proxies that never reload ---- */

static int
say_never(struct plan *pl, struct err *e)
{
	const struct ro_view *v = pl->v;
	size_t i;

	if (!pl->moving)
		return 0;
	for (i = 0; pl->p->roll && i < v->npart; i++)
		if (v->part[i].part == PART_PROXY &&
		    say_part(pl, &v->part[i], RO_ROLL, e) == -1)
			return -1;
	for (i = 0; !pl->p->roll && i < v->nnever; i++)
		if (ro_say(pl, RO_SKIP, RO_ROLL, &v->never[i].ref,
		    RO_NO_RELOAD, e) == -1)
			return -1;
	return 0;
}

static int
say_goal(struct plan *pl, struct err *e)
{
	const struct ro_view *v = pl->v;
	char until[WHEN_STRLEN];

	if (pl->next->todo > 0 || pl->next->stops > 0)
		return 0;
	when_format(v->ca.root->not_after, until);
	ro_word(pl, "date", "%s", until);
	ro_word(pl, "days", "%lld", (long long)when_days(
	    v->ca.root->not_after, v->now));
	ro_word(pl, "all", "%zu", v->consumers);
	return ro_say(pl, RO_DONE, RO_GOAL, &v->ca.ref, RO_REACHED, e);
}

/* What is behind before the write is no step of its own then. */
static int
say_steps(struct plan *pl, struct err *e)
{
	const struct ro_view *v = pl->v;
	int written = pl->why == RO_REACHED;

	if (say_write(pl, e) == -1 ||
	    (pl->moving && say_parts(pl, 1, e) == -1) ||
	    say_wait(pl, written ? v->stale - v->stale_hooks -
	    v->stale_proxies : v->consumers,
	    "hold another root than the CA", e) == -1 ||
	    (pl->moving && say_parts(pl, 0, e) == -1) ||
	    say_wait(pl, written ? v->stale_hooks : 0,
	    "are webhooks with another caBundle", e) == -1 ||
	    say_never(pl, e) == -1 ||
	    say_wait(pl, written ? v->stale_proxies : 0,
	    "are running proxies that have not loaded it", e) == -1 ||
	    say_broken(pl, e) == -1)
		return -1;
	return say_goal(pl, e);
}

int
ro_plan(const struct ro_params *p, const struct ro_view *v, ro_emit *emit,
    void *arg, struct ro_next *next, struct err *e)
{
	struct plan pl = { .p = p, .v = v, .emit = emit, .arg = arg,
	    .next = next };

	memset(next, 0, sizeof(*next));
	pl.why = why_write(p, v);
	pl.moving = pl.why != RO_REACHED || v->former != 0 ||
	    v->moved_at != 0 || is_marked(v);
	if (ro_check(&pl, e) == -1)
		return -1;
	if (next->stops > 0 && (v->ca.root == NULL || v->in_force !=
	    CA_SECRET))
		return 0;
	return say_steps(&pl, e);
}
