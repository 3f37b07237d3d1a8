/* Step by step, looking again behind each. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd/rotate/run.h"

#ifndef POLL_MS		/* the torture has less time */
#define POLL_MS	1000	/* between two looks, at least, */
#define POLL_LOOKS 2	/* and so many times what a look takes */
#endif
#define STATE_MAX 512
#define STEP_KEY (LEFT_KEY + 16)
#define POLL_MOST_MS 30000

volatile sig_atomic_t rotate_signal;

struct apply {
	struct run	*r;
	const struct look *l;		/* for a rehearsal */
	struct cert	*first;		/* the root when it began */
	int		 asked;
	int64_t		 progress;	/* when there was some, ms */
	size_t		 best;		/* the fewest left of this step */
	char		 step[STATE_MAX];
	char		 state[STATE_MAX];	/* for who is interrupted */
	int64_t		 took;		/* the last look, ms */
};

/* A signal ends it. */
static void
nap(const struct apply *a)
{
	int64_t looks = POLL_LOOKS * a->took;
	int64_t ms = looks < POLL_MS ? POLL_MS : looks > POLL_MOST_MS ?
	    POLL_MOST_MS : looks;
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

/* ---- the records ---- */

static void
step_key(char *key, size_t size, enum ro_step step, const struct ref *ref)
{
	char object[LEFT_KEY];

	left_key(object, ref);
	snprintf(key, size, "%s %s", ro_step_name(step), object);
}

/* The plan as it stands, but for what was said when it was done. */
static int
put_left(void *arg, const struct ro_record *rec, struct err *e)
{
	char key[STEP_KEY];
	struct apply *a = arg;
	size_t i;

	step_key(key, sizeof(key), rec->step, rec->ref);
	for (i = 0; rec->verdict == RO_DONE && i < a->r->said.n; i++)
		if (strcmp(a->r->said.v[i], key) == 0)
			return 0;
	return rotate_put(a->r, rec, e);
}

static int
say_step(struct apply *a, enum ro_step step, const struct ref *ref,
    const char *rule, const char *what, struct err *e)
{
	char key[STEP_KEY];

	step_key(key, sizeof(key), step, ref);
	return names_add(&a->r->said, key, e) == -1 ? -1 :
	    rotate_say(a->r, a->r->own.dry_run ? RO_TODO : RO_DONE, step, ref,
	    rule, e, "%s", what);
}

/* Who has been waited for in vain. */
static int
put_late(struct apply *a, const struct look *l, struct err *e)
{
	size_t i;

	for (i = 0; i < l->nlate; i++)
		if (rotate_say(a->r, RO_TODO, RO_WAIT, &l->late[i].ref,
		    "behind", e, "%s: %s", l->late[i].rule,
		    l->late[i].message) == -1)
			return -1;
	return 0;
}

static int
finish(struct apply *a, const struct look *l, struct err *e)
{
	struct ro_next next;

	return ro_plan(&a->r->params, &l->view, put_left, a, &next, e);
}

/* ---- signals and time ---- */

static void
note_state(struct apply *a, const struct look *l, const struct ro_next *next)
{
	int old = next->todo > 0 && (next->step == RO_BACKUP ||
	    next->step == RO_WRITE);
	char hex[2 * CERT_SHA256_LEN + 1];

	if (l->ca.fact.root == NULL) {
		snprintf(a->state, sizeof(a->state), "there is no CA secret");
		return;
	}
	cert_hex(l->ca.fact.root, hex);
	snprintf(a->state, sizeof(a->state), "the CA secret holds %s (%s "
	    "root), and %zu of %zu are behind", hex, old ? "the old" :
	    "the new", l->view.stale, l->view.consumers);
}

/* What was sent last is not in what was seen last. */
static int
interrupted(struct apply *a, struct err *e)
{
	const struct own_flags *own = &a->r->own;
	char hex[2 * CERT_SHA256_LEN + 1];

	if (a->r->put && a->r->root != NULL) {
		cert_hex(a->r->root, hex);
		snprintf(a->state, sizeof(a->state), "the CA secret was just "
		    "given %s (%s root)", hex, own->rollback != NULL ?
		    "the backup's" : "the new");
	}
	return err_set(e, ERR_IO, "interrupted: %s%s%s; go on with: kubectl "
	    "istio rotate --apply%s%s, and the other flags of this run",
	    a->r->sent == 0 ? "nothing was written" : "", a->r->sent == 0 &&
	    a->state[0] != '\0' ? "; " : "", a->state, own->rollback != NULL ?
	    " --rollback " : "", own->rollback != NULL ? own->rollback : "");
}

/* Another step, or fewer who are left of it, is progress. */
static int
is_over(struct apply *a, const struct look *l, const struct ro_next *next)
{
	char step[STATE_MAX];
	size_t left = l->view.stale;

	snprintf(step, sizeof(step), "%s %.100s/%.200s %d %d",
	    ro_step_name(next->step), next->part == NULL ? "" :
	    next->part->ref.ns, next->part == NULL ? "" :
	    next->part->ref.name, next->part != NULL &&
	    ro_marked(&l->view, next->part), l->view.stale_proxies > 0);
	if (strcmp(step, a->step) != 0 || left < a->best) {
		memcpy(a->step, step, sizeof(step));
		a->best = left;
		a->progress = progress_ms();
	}
	return progress_ms() - a->progress > a->r->own.timeout * 1000;
}

/* ---- the steps ---- */

/* 1: there is no use in going on. */
static int
take(struct apply *a, struct look *l, const struct ro_next *next,
    struct err *e)
{
	const struct ro_part *part = next->part;
	struct run *r = a->r;
	unsigned doubts;

	switch (next->step) {
	case RO_BACKUP:
	case RO_WRITE:
		return rotate_swap(r, l, next, e);
	case RO_RESTART:
	case RO_ROLL:
		if (ro_marked(&l->view, part))
			break;
		doubts = r->doubts;
		if (rotate_restart(r, l, part, e) == -1)
			return -1;
		if (r->doubts > doubts)
			break;
		return say_step(a, next->step, &part->ref, "reads-once",
		    "restarted: its pods are replaced one by one", e);
	case RO_WAIT:
		progress_bar(&r->progress, l->view.consumers - l->view.stale,
		    l->view.consumers);
		break;
	default:
		return 1;
	}
	nap(a);
	return 0;
}

/* What would be restarted, sent to be checked. */
static int
rehearse_restart(void *arg, const struct ro_record *rec, struct err *e)
{
	struct apply *a = arg;
	size_t i;

	if (rec->verdict != RO_TODO ||
	    (rec->step != RO_RESTART && rec->step != RO_ROLL))
		return 0;
	for (i = 0; i < a->l->npart; i++)
		if (&a->l->facts[i].ref == rec->ref)
			return rotate_restart(a->r, a->l, &a->l->facts[i], e);
	return 0;
}

static int
rehearse(struct apply *a, struct look *l, const struct ro_next *next,
    struct err *e)
{
	struct ro_next again;
	int ret;

	/* 1: it was not proved, and that was said */
	if ((next->step == RO_BACKUP || next->step == RO_WRITE) &&
	    (ret = rotate_swap(a->r, l, next, e)) != 0)
		return ret == 1 ? 0 : -1;
	a->l = l;
	if (ro_plan(&a->r->params, &l->view, rehearse_restart, a, &again,
	    e) == -1)
		return -1;
	return finish(a, l, e);
}

/* Once, before the first write.  1: it may not go on. */
static int
begin(struct apply *a, const struct look *l, struct err *e)
{
	int lacks;

	if (a->asked)
		return 0;
	if ((lacks = rotate_rights(a->r, l, e)) != 0)
		return lacks;
	if (rotate_consent(a->r, l, e) == -1)
		return -1;
	a->asked = 1;
	if (l->ca.fact.root != NULL)
		a->first = cert_ref((struct cert *)l->ca.fact.root);
	return 0;
}

/*
 * The same key all the way; anything else is somebody else's doing.  A rollback
 * undoes what it found, and no more: it and the CA's own rotator would undo
 * each other for ever.
 */
static int
is_ours(const struct apply *a, const struct look *l)
{
	const struct cert *root = l->ca.fact.root, *back = a->r->params.back;

	if (a->first == NULL || root == NULL)
		return 1;
	if (back != NULL)
		return cert_equal(root, a->first) || cert_equal(root, back);
	return cert_same_key(a->first, root);
}

/* What is next; with nothing else left, the running proxies are asked. */
static int
plan(struct apply *a, struct look *l, struct ro_next *next, struct err *e)
{
	struct run *r = a->r;

	if (ro_plan(&r->params, &l->view, NULL, NULL, next, e) == -1)
		return -1;
	if (r->own.dry_run || next->stops > 0 || (next->todo > 0 &&
	    next->step != RO_GOAL) || !is_ours(a, l))
		return 0;
	return rotate_proxies(r, l, e) == -1 ? -1 :
	    ro_plan(&r->params, &l->view, NULL, NULL, next, e);
}

/* 1: it is over. */
static int
round_of(struct apply *a, struct look *l, struct err *e)
{
	struct run *r = a->r;
	struct ro_next next;
	int ret;

	if (plan(a, l, &next, e) == -1 ||
	    rotate_arrived(r, l, e) == -1)
		return -1;
	note_state(a, l, &next);
	if (!is_ours(a, l))
		return rotate_say(r, RO_STOP, RO_WRITE, &l->ca.fact.ref,
		    "ca-secret-changed", e, "somebody else has put another "
		    "root there meanwhile: look who, before anything is "
		    "restarted") == -1 ? -1 : 1;
	if (next.stops > 0 || next.todo == 0)
		return finish(a, l, e) == -1 ? -1 : 1;
	if ((ret = begin(a, l, e)) != 0)
		return ret;
	if (r->own.dry_run)
		return rehearse(a, l, &next, e) == -1 ? -1 : 1;
	if (is_over(a, l, &next)) {
		cli_note(stderr, "%lld s without progress: given up",
		    (long long)r->own.timeout);
		return finish(a, l, e) == -1 || put_late(a, l, e) == -1 ? -1 :
		    1;
	}
	if ((ret = take(a, l, &next, e)) != 1)
		return ret;
	return next.step == RO_GOAL && finish(a, l, e) == -1 ? -1 : 1;
}

/* A server that is away for a while is waited for, once it had been there. */
static int
look_again(struct apply *a, struct look *l, struct err *e)
{
	int64_t began = progress_ms();
	int ret;

	while ((ret = rotate_look(a->r, NULL, l, e)) == -1 && a->asked &&
	    e->class == ERR_NET && !rotate_signal &&
	    progress_ms() - a->progress < a->r->own.timeout * 1000) {
		look_free(l);
		e->class = ERR_NONE;
		nap(a);
		began = progress_ms();
	}
	a->took = progress_ms() - began;
	return ret;
}

static void
on_signal(int sig)
{
	rotate_signal = sig;
}

static void
catch_signals(void)
{
	static const int sigs[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa, was;
	size_t i;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	/* nohup(1) and the like have it ignored, and so it stays */
	for (i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++)
		if (sigaction(sigs[i], NULL, &was) == 0 &&
		    was.sa_handler != SIG_IGN)
			sigaction(sigs[i], &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	/* a file size limit is an error like a full disk */
	sigaction(SIGXFSZ, &sa, NULL);
}

int
rotate_apply(struct run *r, struct err *e)
{
	struct apply a = { .r = r, .best = SIZE_MAX };
	struct look l;
	int ret = 0;

	catch_signals();
	a.progress = progress_ms();
	while (ret == 0) {
		if (rotate_signal) {
			ret = interrupted(&a, e);
			break;
		}
		if ((ret = look_again(&a, &l, e)) == 0)
			ret = round_of(&a, &l, e);
		if (ret == -1 && rotate_signal)
			interrupted(&a, e);
		look_free(&l);
	}
	progress_clear(&r->progress);
	cert_free(a.first);
	return ret == -1 ? -1 : 0;
}
