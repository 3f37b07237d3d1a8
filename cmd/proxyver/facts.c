/* Facts of the input: those that were asked for, judged. */
#include <string.h>

#include "cmd/proxyver/run.h"

int
proxyver_unknown(struct run *r, const struct ref *ref, const char *message,
    struct err *e)
{
	struct pv_finding f = {
		.verdict = VERDICT_UNKNOWN, .ref = ref, .message = message,
		.first = 1
	};

	return proxyver_put(r, &f, e);
}

int
proxyver_judge(struct run *r, const struct pod *p, const struct pv_said *said,
    size_t nsaid, struct err *e)
{
	size_t was = r->containers;

	if (pv_judge_asked(&r->params, p, said, nsaid, proxyver_put, r,
	    &r->containers, e) == -1)
		return -1;
	/* who asks for a pod by name wants to hear of it */
	if (r->targeted && r->containers == was)
		return proxyver_unknown(r, &p->ref, part_completed(p) ?
		    "it has run to its end" : "no container of it is Istio's",
		    e);
	return 0;
}

/* Is it one that was asked for by name?  It is remembered that it came. */
static int
is_target(const struct run *r, const struct ref *ref)
{
	struct target *t;

	t = targets_find(&r->targets, ref->kind, ref->ns, ref->name);
	if (t != NULL)
		t->found = 1;
	return t != NULL;
}

/* What has no name of its own can be any pod. */
static int
concerns_us(const struct run *r, const struct ref *ref)
{
	if (ref->ns[0] == '\0')
		return 1;
	if (r->targeted)
		return is_target(r, ref);
	return r->own.ns == NULL || strcmp(ref->ns, r->own.ns) == 0;
}

static int
on_unknown(void *arg, const struct ref *ref, const char *entry,
    const struct err *why, struct err *e)
{
	struct run *r = arg;
	struct err text = *why;

	if (!concerns_us(r, ref))
		return 0;
	if (entry != NULL)
		err_prefix(&text, "%s", entry);
	return r->asking != NULL ? proxyver_hold_unknown(r, ref, text.msg, e) :
	    proxyver_unknown(r, ref, text.msg, e);
}

static int
on_pod(void *arg, const struct pod *p, struct err *e)
{
	struct run *r = arg;

	/* how many namespaces there are: files do not list them */
	if (r->o.files.n > 0 && r->own.ns != NULL &&
	    names_add(&r->ns, p->ref.ns, e) == -1)
		return -1;
	if (!concerns_us(r, &p->ref))
		return 0;
	return r->asking != NULL ? proxyver_hold_pod(r, p, e) :
	    proxyver_judge(r, p, NULL, 0, e);
}

static int
on_ns(void *arg, const struct mesh_ns *f, struct err *e)
{
	struct run *r = arg;

	r->listed++;
	return names_add(&r->ns, f->ref.name, e);
}

struct sink
proxyver_sink(struct run *r)
{
	struct sink s;

	memset(&s, 0, sizeof(s));
	s.pod = on_pod;
	s.ns = on_ns;
	s.unknown = on_unknown;
	s.arg = r;
	return s;
}

int
proxyver_missing(struct run *r, struct err *e)
{
	size_t i;

	for (i = 0; r->o.files.n > 0 && i < r->targets.n; i++)
		if (!r->targets.v[i].found && proxyver_unknown(r, &r->refs[i],
		    "the input does not hold it", e) == -1)
			return -1;
	return 0;
}
