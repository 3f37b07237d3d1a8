/*
 * Our own answer to triples: what the plugin finds, all of it, the workloads
 * of a run in one.  "LABEL FINDINGS MESSAGE" a workload, in their order, with
 * the findings comma separated in theirs: rules' ids, "ok" or "unknown".
 */
#include "tests/oracles/case.h"

#include "mesh/names.h"
#include "plugins/certverify/state.h"

#define RUN_MAX 1000		/* workloads of a run */

static struct said {
	char	 label[200];
	char	 rules[200];
	char	 message[400];
} said[RUN_MAX];

static struct {
	struct cv	*cv;
	struct sink	 sink;
	int		 n;
	struct bundle	 root;		/* --root's */
	struct cert	*named[BUNDLE_CERTS_MAX];
	size_t		 fast, all;
} run;

static void
fail(const struct err *e)
{
	fprintf(stderr, "plugin: %s\n", e->msg);
	exit(1);
}

static struct entry
entry_of(const char *name, const struct der_bytes *d)
{
	struct entry en = { .name = name };

	en.seen.state = d->len == 0 ? SEEN_ABSENT : SEEN_PRESENT;
	en.text = (const char *)d->p;
	en.len = (size_t)d->len;
	return en;
}

/* A mutant's own octets may stand in a message, line ends among them. */
static void
one_line(char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ')
			*s = '?';
}

static int
take(void *arg, const struct cv_finding *f, struct err *e)
{
	const char *rule = f->rule != NULL ? f->rule->id :
	    f->verdict == VERDICT_OK ? "ok" : "unknown";
	struct said *s;
	size_t n;
	int i;

	(void)arg;
	(void)e;
	if (f->holder == NULL || strcmp(f->holder, "workload") != 0)
		return 0;
	i = atoi(f->name + strlen(NAME_WORKLOAD_PREFIX "w"));
	s = &said[i];
	n = strlen(s->rules);
	snprintf(s->rules + n, sizeof(s->rules) - n, "%s%s", n > 0 ? "," : "",
	    rule);
	if (n > 0)
		return 0;
	snprintf(s->message, sizeof(s->message), "%s", f->message);
	one_line(s->message);
	return 0;
}

/* How many were judged as one of a shape. */
static void
count_fast(void)
{
	const struct cv_held *h;
	char seen[CV_CLASSES_MAX] = { 0 };
	size_t i;

	for (i = 0; i < run.cv->helds.n; i++) {
		h = cv_held_at(run.cv, i);
		run.fast += cv_class_at(run.cv, h->class)->fast &&
		    seen[h->class];
		seen[h->class] = 1;
	}
	run.all += run.cv->helds.n;
}

static void
end(void)
{
	struct err e = ERR_INIT;
	struct cv_summary sum;
	int i;

	if (run.cv == NULL)
		return;
	if (cv_judge(run.cv, &e) == -1 ||
	    cv_end(run.cv, take, NULL, &sum, &e) == -1)
		fail(&e);
	count_fast();
	for (i = 0; i < run.n; i++)
		printf("%s %s %s\n", said[i].label, sum.no_root ? "no-root" :
		    said[i].rules, said[i].message);
	memset(said, 0, sizeof(said));
	cv_free(run.cv);
	bundle_release(&run.root);
	run.cv = NULL;
	run.n = 0;
}

/* ---- what the plugin is told ---- */

static void
tell_citadel(int self_signed)
{
	static const char *plugged[] = { "--self-signed-ca=false" };
	static const char *own[] = { "--self-signed-ca=true" };
	struct container c = { .name = "citadel", .narg = 1,
	    .image = "docker.io/istio/citadel:1.4.10",
	    .arg = self_signed ? own : plugged };
	struct deployment d = { .ref = { "deployment", "istio-system",
	    "istio-citadel", NULL, NULL }, .container = &c, .ncontainer = 1 };
	struct err e = ERR_INIT;

	if (run.sink.deployment(run.sink.arg, &d, &e) == -1)
		fail(&e);
}

static void
tell_ca(int self_signed, const struct der_bytes *cert,
    const struct der_bytes *chain, const struct der_bytes *root)
{
	struct ca_secret ca = { .ref = { "secret", "istio-system",
	    self_signed ? NAME_CA_SECRET : NAME_CACERTS, NULL, NULL },
	    .layout = self_signed ? CA_SELF_SIGNED : CA_PLUGGED,
	    .key = KEYS_MATCH };
	struct entry *const en[] = { &ca.cert, &ca.chain, &ca.root };
	struct err e = ERR_INIT;
	size_t i;

	ca.cert = entry_of("ca-cert.pem", cert);
	if (!self_signed) {
		ca.chain = entry_of("cert-chain.pem", chain);
		ca.root = entry_of("root-cert.pem", root);
	}
	for (i = 0; i < 3; i++)
		if (en[i]->len > 0 && bundle_parse(en[i]->text, en[i]->len,
		    &en[i]->bundle, &e) == -1)
			fail(&e);
	if (run.sink.ca_secret(run.sink.arg, &ca, &e) == -1)
		fail(&e);
	for (i = 0; i < 3; i++)
		bundle_release(&en[i]->bundle);
}

/* The CA's own blobs come behind the line that begins a run. */
static char kind;
static long at;

static void
begin(const struct blobs *b)
{
	struct cv_params p = { .now = at, .warn = 7 * 86400,
	    .istio_ns = "istio-system" };
	const struct der_bytes *root = &b->v[2];
	struct err e = ERR_INIT;
	size_t i;

	if (kind == 'r') {
		if (bundle_parse((const char *)root->p, (size_t)root->len,
		    &run.root, &e) == -1)
			fail(&e);
		for (i = 0; i < run.root.n; i++)
			if (run.root.item[i].cert != NULL)
				run.named[p.nroot++] = run.root.item[i].cert;
		p.root = run.named;
	}
	if (cv_new(&p, &run.cv, &e) == -1)
		fail(&e);
	run.sink = cv_sink(run.cv);
	tell_citadel(kind == 's');
	if (kind != 'r')
		tell_ca(kind == 's', &b->v[0], &b->v[1], root);
}

static void
workload(const struct blobs *b, char **w)
{
	char name[64], account[32];
	struct workload f = { .ref = { "secret", "default", name, NULL,
	    NULL }, .account = account };
	struct err e = ERR_INIT;

	if (run.cv == NULL)
		begin(b);
	if (run.n == RUN_MAX)
		exit(2);
	snprintf(account, sizeof(account), "w%08d", run.n);
	snprintf(name, sizeof(name), "%s%s", NAME_WORKLOAD_PREFIX, account);
	snprintf(said[run.n].label, sizeof(said[run.n].label), "%s", w[1]);
	run.n++;
	f.chain = entry_of(NAME_WORKLOAD_CHAIN, case_blob(b, w[3]));
	f.root = entry_of("root-cert.pem", case_blob(b, w[4]));
	f.key = entry_of(NAME_WORKLOAD_KEY, case_blob(b, w[5]));
	if (run.sink.workload(run.sink.arg, &f, &e) == -1)
		fail(&e);
}

int
main(void)
{
	static struct blobs b;
	char *w[CASE_WORDS];

	pki_init();
	while (case_words(&b, w) > 0) {
		if (w[0][0] == 'R') {
			end();
			kind = w[1][0];
			at = atol(w[2]);
		}
		if (w[0][0] == 'W')
			workload(&b, w);
	}
	end();
	fprintf(stderr, "%zu of %zu workloads judged as one of a shape that "
	    "another was verified of\n", run.fast, run.all);
	return 0;
}
