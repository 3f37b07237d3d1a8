/* A running proxy: who it is, and the records about it. */
#include <stdio.h>
#include <string.h>

#include "mesh/names.h"
#include "plugins/certverify/proxy.h"

const struct container *
cv_proxy_of(const struct pod *p)
{
	enum part part;
	size_t i;

	if (strcmp(p->phase, "Running") != 0)
		return NULL;
	for (i = 0; i < p->ncontainer; i++) {
		part = part_of(p, &p->container[i]);
		if (part == PART_PROXY || part == PART_ZTUNNEL)
			return &p->container[i];
	}
	return NULL;
}

#define WORDS 4

/* pilot-agent request GET is there since 1.0; its path has no slash before */
static const char *const questions[][WORDS] = {
	{ "pilot-agent", "request", "GET", "certs" },
	{ "pilot-agent", "request", "GET",
	    "config_dump?mask=dynamic_active_secrets" },
	{ "curl", "-sS", "http://localhost:15000/config_dump", NULL },
};

const char *const *
cv_question(const struct pod *p, int bundle, size_t *n)
{
	const char *const *q;

	q = questions[part_of(p, cv_proxy_of(p)) == PART_ZTUNNEL ? 2 :
	    bundle != 0];
	*n = q[WORDS - 1] == NULL ? WORDS - 1 : WORDS;
	return q;
}

/* ---- which version, and what that does ---- */

static void
find_version(struct px *x, const struct container *ct)
{
	struct image im;
	int known = part_image(ct, x->part, &im) != NULL;

	if (!known)
		im.version.known = 0;
	x->delivery = part_delivery(x->pod, &im.version);
	if (!known)
		return;
	x->reload = reload_of(x->part, x->delivery, &im.version,
	    im.has_patch);
	version_text(&im.version, im.has_patch, x->version);
}

void
px_reload(const struct px *x, struct cv_words *w)
{
	const struct reload *r = x->reload;

	if (r == NULL)
		cv_word(w, "how", "its version is not known");
	else
		cv_word(w, "how", "its version, %s, %s", x->version, r->text);
	if (cv_root_is_named(x->cv))
		cv_word(w, "next", "before that root is used, it must get "
		    "there");
	else
		cv_word(w, "next", "%s", r != NULL && r->next != NULL ?
		    r->next : r != NULL && r->how == RELOAD_ALONE ? "if it "
		    "has had the time for that, restart its pod" :
		    "restart its pod");
}

/* ---- records ---- */

struct px_pending *
px_add(struct px *x, enum cv_rule_id id, enum verdict verdict)
{
	struct px_pending *p = &x->pending[x->n++];

	p->id = id;
	p->verdict = verdict;
	p->leaf = x->named;
	p->count = 0;
	p->w.n = 0;
	return p;
}

static void
finding(const struct px *x, const struct proxy_cert *leaf,
    struct cv_finding *f)
{
	memset(f, 0, sizeof(*f));
	f->kind = "pod";
	f->ns = x->pod->ref.ns;
	f->name = x->pod->ref.name;
	f->holder = "envoy";
	f->root = x->root;
	if (leaf == NULL)
		return;
	f->identity = leaf->nuri > 0 ? leaf->uri[0] : NULL;
	f->dated = leaf->has_to;
	f->not_after = leaf->expiration;
}

static int
send_ok(const struct px *x, struct cv_out *o, struct err *e)
{
	struct cv_finding f;

	finding(x, x->named, &f);
	if (x->c->form == PROXY_ZTUNNEL)
		f.count = x->c->nleaf;
	return cv_send_plain(o, &f, VERDICT_OK, x->c->form == PROXY_CERTS ?
	    "holds the root in force, by its serial number and dates" :
	    "holds the root in force", e);
}

static int
send_all(struct px *x, struct cv_out *o, struct err *e)
{
	static const enum verdict order[] = {
		VERDICT_UNKNOWN, VERDICT_BAD, VERDICT_WARN
	};
	struct cv_finding f;
	size_t i, j;

	if (x->n == 0)
		return send_ok(x, o, e);
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		for (j = 0; j < x->n; j++) {
			if (x->pending[j].verdict != order[i])
				continue;
			finding(x, x->pending[j].leaf, &f);
			f.count = x->pending[j].count;
			if (cv_send_as(o, &f, x->pending[j].id, order[i],
			    &x->pending[j].w, e) == -1)
				return -1;
		}
	return 0;
}

/* ---- judging ---- */

static void
not_asked(struct px *x, const struct container *ct, const struct err *why)
{
	struct px_pending *p = px_add(x, V_NOT_ASKED, VERDICT_UNKNOWN);
	const char *const *q;
	size_t n;

	q = cv_question(x->pod, 0, &n);
	cv_word(&p->w, "why", "%s", why == NULL || why->msg[0] == '\0' ?
	    "it was not asked" : why->msg);
	cv_word(&p->w, "next", "to ask by hand: kubectl exec -n %s %s -c %s "
	    "-- %s %s %s%s%s", x->pod->ref.ns, x->pod->ref.name, ct->name,
	    q[0], q[1], q[2], n == WORDS ? " " : "", n == WORDS ? q[3] : "");
}

static int
judge(struct px *x, const struct container *ct, const struct err *why,
    struct err *e)
{
	if (x->c == NULL) {
		not_asked(x, ct, why);
		return 0;
	}
	px_choose(x);
	if (px_root(x, e) == -1)
		return -1;
	px_leaf(x);
	return 0;
}

int
cv_proxy(struct cv *cv, const struct pod *p, const struct proxy_certs *c,
    const struct err *why, cv_emit *emit, void *arg, struct cv_summary *sum,
    struct err *e)
{
	struct cv_out o = { .cv = cv, .emit = emit, .arg = arg, .sum = sum };
	const struct container *ct = cv_proxy_of(p);
	struct px x;
	int ret;

	if (ct == NULL)
		return 0;
	memset(&x, 0, offsetof(struct px, pending));
	x.n = 0;
	x.cv = cv;
	x.pod = p;
	x.c = c;
	x.part = part_of(p, ct);
	find_version(&x, ct);
	cv_out_init(&o);
	ret = judge(&x, ct, why, e);
	if (ret == 0)
		ret = send_all(&x, &o, e);
	sum->objects++;
	cv_out_release(&o);
	return ret;
}
