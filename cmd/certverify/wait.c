/*
 * --wait: read and judge everything; watch those who are stale, each judged
 * when it changes; and when none is left, or something else has happened, read
 * and judge everything again, which is what counts.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/certverify/run.h"
#include "kube/kube.h"

#define AGAIN_MS	1000	/* between two readings of everything */
#define OTHERS_MS	5000	/* where what is stale is not watched */
#define KEY_MAX		1024

struct wait {
	struct run	*r;
	struct kube	*k;
	struct cv	*cv;
	struct names	 stale;		/* "KIND NS/NAME", sorted */
	unsigned char	*done;		/* of each of them */
	size_t		 left;		/* that are not */
	size_t		 others;	/* stale, and not watched */
	size_t		 objects;	/* judged, in all */
	size_t		 fewest;	/* that were ever left */
	int64_t		 progress;	/* when that was, ms */
	int64_t		 read;		/* when everything was read */
	int		 anew;		/* read everything now */
};

static void
nap(int64_t ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static int
is_over(const struct wait *w)
{
	return progress_ms() - w->progress > w->r->own.timeout * 1000;
}

/* ---- who is stale ---- */

static void
key_of(char key[KEY_MAX], const char *kind, const char *ns, const char *name)
{
	snprintf(key, KEY_MAX, "%s %s/%s", kind, ns, name);
}

static int
on_finding(void *arg, const struct cv_finding *f, struct err *e)
{
	struct wait *w = arg;
	char key[KEY_MAX];

	if (!f->stale || certverify_excused(w->r, f->rule, f->kind, f->ns,
	    f->name))
		return 0;
	if (strcmp(f->kind, "secret") != 0 &&
	    strcmp(f->kind, "configmap") != 0) {
		w->others++;
		return 0;
	}
	key_of(key, f->kind, f->ns, f->name);
	return names_add(&w->stale, key, e);
}

static void
note_progress(struct wait *w)
{
	size_t left = w->left + w->others;

	if (left < w->fewest) {
		w->fewest = left;
		w->progress = progress_ms();
	}
	progress_bar(&w->r->progress, left > w->objects ? 0 :
	    w->objects - left, w->objects);
}

/* Read and judge it all. */
static int
take_stock(struct wait *w, struct err *e)
{
	struct cv_summary sum;

	cv_free(w->cv);
	w->cv = NULL;
	w->anew = 0;
	w->read = progress_ms();
	if (certverify_read(w->r, w->k, &w->cv, e) == -1)
		return -1;
	names_free(&w->stale);
	w->others = 0;
	if (cv_end(w->cv, on_finding, w, &sum, e) == -1)
		return -1;
	names_sort(&w->stale);
	free(w->done);
	if ((w->done = calloc(w->stale.n + 1, 1)) == NULL)
		return err_nomem(e);
	w->left = w->stale.n;
	w->objects = sum.objects;
	note_progress(w);
	return 0;
}

/* ---- what changes meanwhile ---- */

/* Somebody is stale no more, or again, or is gone. */
static void
settle(struct wait *w, const char *kind, const char *ns, const char *name,
    int stale)
{
	char key[KEY_MAX];
	unsigned char *done;
	char **at;

	key_of(key, kind, ns, name);
	if ((at = names_find(&w->stale, key)) == NULL) {
		/* it was in order before: the root may have changed */
		w->anew |= stale;
		return;
	}
	done = &w->done[at - w->stale.v];
	if (*done == !stale)
		return;
	*done = !stale;
	w->left += stale ? 1 : (size_t)-1;
	note_progress(w);
}

static int
on_workload(void *arg, const struct workload *f, struct err *e)
{
	struct wait *w = arg;
	int stale;

	certverify_tell_time(w->r, w->cv);
	if (cv_again_workload(w->cv, f, &stale, e) == -1)
		return -1;
	settle(w, "secret", f->ref.ns, f->ref.name, stale);
	return 0;
}

static int
on_trust_copy(void *arg, const struct trust_copy *f, struct err *e)
{
	struct wait *w = arg;
	int stale;

	if (f->source != TRUST_CA_ROOT_CERT)
		return 0;
	if (cv_again_trust(w->cv, f, &stale, e) == -1)
		return -1;
	settle(w, "configmap", f->ref.ns, f->ref.name, stale);
	return 0;
}

/* What cannot be read is for the reading of everything to say. */
static int
on_unknown(void *arg, const struct ref *f, const char *entry,
    const struct err *why, struct err *e)
{
	struct wait *w = arg;

	(void)f;
	(void)entry;
	(void)why;
	(void)e;
	w->anew = 1;
	return 0;
}

/* A secret that is gone waits for nothing; a copy of the root is missed. */
static int
on_gone(void *arg, const struct ref *r, struct err *e)
{
	struct wait *w = arg;

	(void)e;
	settle(w, r->kind, r->ns, r->name,
	    strcmp(r->kind, "configmap") == 0);
	return 0;
}

static int
on_ca(void *arg, struct err *e)
{
	struct wait *w = arg;

	(void)e;
	w->anew = 1;
	return 1;
}

static int
on_idle(void *arg, struct err *e)
{
	struct wait *w = arg;
	int64_t age = progress_ms() - w->read;

	(void)e;
	note_progress(w);
	return is_over(w) || (w->left == 0 && w->others == 0) ||
	    (w->anew && age > AGAIN_MS) || (w->others > 0 && age > OTHERS_MS);
}

static int
watch(struct wait *w, struct err *e)
{
	const struct holders_watch hw = {
		.gone = on_gone, .ca = on_ca, .idle = on_idle, .arg = w
	};
	struct observe_options oo = certverify_options(w->r);
	struct holders_scope s = certverify_scope(w->r);
	struct sink sink;
	int again = 0;

	/* a list that may not be read whole may not be watched, either */
	if (w->r->versions.secrets[0] == '\0' ||
	    w->r->versions.configmaps[0] == '\0') {
		nap(OTHERS_MS);
		return 0;
	}
	memset(&sink, 0, sizeof(sink));
	oo.progress = NULL;
	sink.workload = on_workload;
	sink.trust_copy = on_trust_copy;
	sink.unknown = on_unknown;
	sink.arg = w;
	return observe_holders_watch(w->k, &s, &oo, &sink, &w->r->versions,
	    &hw, &again, e);
}

/* A server that is away for a while, as while it is upgraded, is waited for. */
static int
stock_again(struct wait *w, struct err *e)
{
	int64_t age = progress_ms() - w->read;

	if (age < AGAIN_MS)
		nap(AGAIN_MS - age);
	while (take_stock(w, e) == -1) {
		if (e->class != ERR_NET || is_over(w))
			return -1;
		e->class = ERR_NONE;
		nap(AGAIN_MS);
	}
	return 0;
}

int
certverify_wait(struct run *r, struct kube *k, struct cv **out, struct err *e)
{
	struct wait w = { .r = r, .k = k, .fewest = SIZE_MAX };
	int ret;

	w.progress = progress_ms();
	ret = take_stock(&w, e);
	while (ret == 0 && w.left + w.others > 0 && !is_over(&w)) {
		if ((ret = watch(&w, e)) == 0)
			ret = stock_again(&w, e);
	}
	progress_clear(&r->progress);
	if (ret == 0 && w.left + w.others > 0)
		cli_note(stderr, "waited %lld s without progress: %zu still "
		    "stale", (long long)r->own.timeout, w.left + w.others);
	*out = w.cv;
	names_free(&w.stale);
	free(w.done);
	return ret;
}
