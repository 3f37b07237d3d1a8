/* What proxyver says of each pod of tests/proxyver/table; its own tables. */
#include "tests/unit/unit.h"

#include "plugins/proxyver/proxyver.h"

#define TABLE	"tests/proxyver/table"
#define FEWEST	150	/* lines that the table must have */
#define DIGEST	"0123456789abcdef0123456789abcdef" \
		"0123456789abcdef0123456789abcdef"

enum { WORDS_MAX = 24, LINE = 4096 };

enum field {
	F_IMAGE, F_TRAITS, F_ROLE, F_VERSION, F_VARIANT, F_SOURCE, F_VERDICT,
	F_RULES, FIELDS
};

static const char *const field_names[FIELDS] = {
	"IMAGE", "TRAITS", "ROLE", "VERSION", "VARIANT", "SOURCE", "VERDICT",
	"RULES"
};

/* The contract: which ids there are, and what a record of each says. */
static struct {
	const char	*id;
	enum verdict	 verdict;
	int		 reached;	/* by a line of the table */
} rules[] = {
	{ "version-unknown", VERDICT_UNKNOWN, 0 },
	{ "no-hot-reload", VERDICT_BAD, 0 },
	{ "control-plane-too-old", VERDICT_BAD, 0 },
	{ "below-minimum", VERDICT_WARN, 0 },
	{ "restart-needed", VERDICT_WARN, 0 },
	{ "pilot-without-sidecar", VERDICT_WARN, 0 },
	{ "control-plane-security", VERDICT_WARN, 0 },
};

/* A line of the table, and the pod that it makes. */
struct line {
	unsigned		 number;
	char			 text[LINE];
	char			*field[FIELDS];
	unsigned		 wrong;		/* so far, of all lines */
	struct pv_params	 params;
	struct pod		 pod;
	struct container	 main;		/* the one that is judged */
	struct container	 other;
	struct container	 both[2];
	const char		*arg[WORDS_MAX];
	const char		*other_arg[WORDS_MAX];
	struct name_value	 label[WORDS_MAX];
	struct name_value	 env[WORDS_MAX];
	struct volume		 volume[WORDS_MAX];
	/* what came */
	size_t			 records;
	char			 rules[256];
};

static void	wrong(struct line *l, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));

static void
wrong(struct line *l, const char *fmt, ...)
{
	va_list ap;

	l->wrong++;
	fprintf(stderr, TABLE ":%u: ", l->number);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
}

/* Cut *s at the next c and step over it; NULL at the end. */
static char *
cut(char **s, int c)
{
	char *start = *s, *end;

	if (start == NULL)
		return NULL;
	end = strchr(start, c);
	if (end != NULL)
		*end++ = '\0';
	*s = end;
	return start;
}

static size_t
cut_args(char *s, const char *out[WORDS_MAX])
{
	size_t n = 0;
	char *a;

	while ((a = cut(&s, ',')) != NULL) {
		assert_true(n < WORDS_MAX);
		out[n++] = a;
	}
	return n;
}

static void
add(struct name_value *nv, size_t *n, char *s)
{
	assert_true(*n < WORDS_MAX);
	nv[*n].name = cut(&s, '=');
	nv[*n].value = s;
	assert_non_null(s);
	(*n)++;
}

static void
trait(struct line *l, char *value)
{
	struct pod *p = &l->pod;
	char *name;
	struct err e = ERR_INIT;

	name = cut(&value, '=');
	if (strcmp(name, "init") == 0) {
		l->main.init = 1;
		return;
	}
	if (value == NULL)
		fail_msg(TABLE ":%u: what is '%s'?", l->number, name);
	if (strcmp(name, "c") == 0)
		l->main.name = value;
	else if (strcmp(name, "run") == 0)
		l->main.running = strcmp(value, "-") == 0 ? NULL : value;
	else if (strcmp(name, "phase") == 0)
		p->phase = value;
	else if (strcmp(name, "kind") == 0)
		p->ref.kind = value;
	else if (strcmp(name, "arg") == 0)
		l->main.narg = cut_args(value, l->arg);
	else if (strcmp(name, "label") == 0)
		add(l->label, &p->nlabel, value);
	else if (strcmp(name, "env") == 0)
		add(l->env, &l->main.nenv, value);
	else if (strcmp(name, "secret") == 0)
		l->volume[p->nvolume++].secret = value;
	else if (strcmp(name, "hostpath") == 0)
		l->volume[p->nvolume++].host_path = value;
	else if (strcmp(name, "other") == 0) {
		l->other.name = cut(&value, ';');
		l->other.image = cut(&value, ';');
		l->other.running = l->other.image;
		l->other.narg = cut_args(value, l->other_arg);
	} else if (strcmp(name, "min") == 0)
		assert_int_equal(pv_parse_min(value, &l->params, &e), 0);
	else
		fail_msg(TABLE ":%u: what is '%s'?", l->number, name);
	assert_true(p->nvolume < WORDS_MAX);
}

static void
make_pod(struct line *l)
{
	struct pod *p = &l->pod;
	char *traits = l->field[F_TRAITS], *t;
	const char *image = l->field[F_IMAGE];

	p->ref.kind = "pod";
	p->ref.ns = "shop";
	p->ref.name = "cart-0";
	p->phase = "Running";
	p->label = l->label;
	p->volume = l->volume;
	p->container = l->both;
	l->main.name = "istio-proxy";
	l->main.image = strcmp(image, "-") == 0 ? "" : image;
	l->main.running = strcmp(image, "-") == 0 ? NULL : image;
	l->main.arg = l->arg;
	l->main.env = l->env;
	l->other.arg = l->other_arg;
	if (strcmp(traits, "-") != 0)
		while ((t = cut(&traits, ' ')) != NULL)
			trait(l, t);
	if (strcmp(p->phase, "Pending") == 0 || strcmp(p->ref.kind, "pod") != 0)
		l->main.running = l->other.running = NULL;
	/* initContainers are last, else the one in question */
	if (l->other.name == NULL || !l->main.init)
		l->both[p->ncontainer++] = l->main;
	if (l->other.name != NULL)
		l->both[p->ncontainer++] = l->other;
	if (l->other.name != NULL && l->main.init)
		l->both[p->ncontainer++] = l->main;
}

static void
want(struct line *l, enum field f, const char *got)
{
	if (got == NULL)
		got = "-";
	if (strcmp(got, l->field[f]) != 0)
		wrong(l, "%s is '%s', not '%s'", field_names[f], got,
		    l->field[f]);
}

/* A sentence without its full stop, with no name left to be filled in. */
static int
is_message(const char *s)
{
	return s != NULL && s[0] != '\0' && strpbrk(s, "{}\n") == NULL &&
	    s[strlen(s) - 1] != '.' && s[strlen(s) - 1] != ' ' &&
	    s[0] != ' ' && strstr(s, "(null)") == NULL &&
	    strstr(s, "  ") == NULL;
}

static void
check_rule(struct line *l, const struct pv_finding *f)
{
	size_t i, n = strlen(l->rules);

	snprintf(l->rules + n, sizeof(l->rules) - n, "%s%s",
	    l->records == 0 ? "" : ",", f->rule == NULL ? "-" : f->rule->id);
	if (f->rule == NULL) {
		if (f->verdict != VERDICT_OK)
			wrong(l, "no rule is broken, and it is %s",
			    verdict_name(f->verdict));
		return;
	}
	for (i = 0; i < COUNT(rules); i++)
		if (strcmp(rules[i].id, f->rule->id) == 0)
			break;
	if (i == COUNT(rules)) {
		wrong(l, "there is no rule '%s'", f->rule->id);
		return;
	}
	rules[i].reached = 1;
	if (f->verdict != rules[i].verdict)
		wrong(l, "%s is %s", f->rule->id, verdict_name(f->verdict));
}

/* What runs is shown, else the spec's; either may be where both say it. */
static void
check_image(struct line *l, const struct pv_finding *f)
{
	const char *spec = l->main.image, *run = l->main.running, *got;

	got = f->image == NULL ? "" : f->image;
	if (run == NULL || strcmp(got, spec) != 0)
		if (strcmp(got, run == NULL ? spec : run) != 0)
			wrong(l, "the image is '%s'", got);
	if (f->source != NULL && strcmp(f->source, "image-tag") == 0 &&
	    strcmp(got, run == NULL ? "" : run) != 0)
		wrong(l, "not the image that runs: '%s'", got);
}

static int
take(void *arg, const struct pv_finding *f, struct err *e)
{
	struct line *l = arg;

	(void)e;
	if (!is_message(f->message))
		wrong(l, "a message: '%s'", f->message);
	if (strcmp(f->container, l->main.name) != 0)
		return 0;
	if (f->ref != &l->pod.ref)
		wrong(l, "it is of another object");
	check_rule(l, f);
	check_image(l, f);
	want(l, F_ROLE, f->role);
	want(l, F_VERSION, f->version);
	want(l, F_VARIANT, f->variant);
	want(l, F_SOURCE, f->source);
	if (l->records++ == 0)
		want(l, F_VERDICT, verdict_name(f->verdict));
	return 0;
}

static void
check_line(struct line *l)
{
	struct err e = ERR_INIT;
	size_t containers = 0;

	make_pod(l);
	if (pv_judge(&l->params, &l->pod, take, l, &containers, &e) != 0)
		wrong(l, "it failed: %s", e.msg);
	if (l->records == 0)
		snprintf(l->rules, sizeof(l->rules), "none");
	want(l, F_RULES, l->rules);
	if (l->other.name == NULL && containers != (l->records != 0))
		wrong(l, "%zu containers", containers);
}

/* Put the digits of a digest where a line has "sha256:D". */
static void
expand(const char *in, char out[LINE])
{
	static const char sign[] = "sha256:D";
	const char *at;
	size_t n = 0;

	while ((at = strstr(in, sign)) != NULL) {
		n += (size_t)snprintf(out + n, LINE - n, "%.*ssha256:" DIGEST,
		    (int)(at - in), in);
		in = at + strlen(sign);
		assert_true(n < LINE);
	}
	assert_true(n + strlen(in) < LINE);
	snprintf(out + n, LINE - n, "%s", in);
}

/* 1: a case; 0: a comment, or blank. */
static int
read_line(struct line *l, char *in)
{
	char *s = l->text;
	size_t n = strlen(in), i;

	if (n == 0 || in[n - 1] != '\n')
		fail_msg(TABLE ":%u: no end of line", l->number);
	in[n - 1] = '\0';
	if (in[0] == '\0' || in[0] == '#')
		return 0;
	expand(in, l->text);
	for (i = 0; i < FIELDS; i++) {
		l->field[i] = cut(&s, '\t');
		if (l->field[i] == NULL || l->field[i][0] == '\0')
			fail_msg(TABLE ":%u: no %s", l->number, field_names[i]);
	}
	if (s != NULL)
		fail_msg(TABLE ":%u: a field too much", l->number);
	return 1;
}

static void
table(void **state)
{
	static struct line l;
	unsigned number = 0, cases = 0, failures = 0;
	char in[LINE];
	size_t i;
	FILE *f;

	(void)state;
	f = fopen(TABLE, "r");
	if (f == NULL)
		fail_msg("cannot open %s; run it from the root of the sources",
		    TABLE);
	while (fgets(in, sizeof(in), f) != NULL) {
		memset(&l, 0, sizeof(l));
		l.number = ++number;
		if (!read_line(&l, in))
			continue;
		cases++;
		check_line(&l);
		failures += l.wrong != 0;
	}
	fclose(f);
	if (failures != 0)
		fail_msg("%u of %u lines", failures, cases);
	if (cases < FEWEST)
		fail_msg("only %u lines", cases);
	for (i = 0; i < COUNT(rules); i++)
		if (!rules[i].reached)
			fail_msg("no line breaks %s", rules[i].id);
}

/* ---- the table of rules ---- */

static void
check_id(const char *id)
{
	size_t i;

	for (i = 0; id[i] != '\0'; i++)
		if ((id[i] < 'a' || id[i] > 'z') && (id[i] != '-' || i == 0 ||
		    id[i - 1] == '-' || id[i + 1] == '\0'))
			fail_msg("'%s' is no kebab", id);
	assert_true(i > 0);
}

static void
rule_table(void **state)
{
	const struct rule *r;
	size_t i, k, n;

	(void)state;
	for (n = 0; pv_rules[n] != NULL; n++) {
		r = pv_rules[n];
		check_id(r->id);
		for (k = 0; k < n; k++)
			if (strcmp(pv_rules[k]->id, r->id) == 0)
				fail_msg("%s is there twice", r->id);
		for (i = 0; i < COUNT(rules); i++)
			if (strcmp(rules[i].id, r->id) == 0)
				break;
		if (i == COUNT(rules))
			fail_msg("%s is not in the contract", r->id);
		assert_int_equal(r->severity, rules[i].verdict);
		assert_true(r->message[0] != '\0');
		assert_true(r->message[strlen(r->message) - 1] != '.');
		assert_true(strlen(r->hint) > 40);
		assert_int_equal(r->hint[strlen(r->hint) - 1], '.');
		assert_true(r->source[0] != '\0');
	}
	assert_int_equal(n, COUNT(rules));
}

/* ---- reloads[] ---- */

static int
compare(const int a[3], const int b[3])
{
	int i;

	for (i = 0; i < 3; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

static const struct reload *
reload_at(enum part part, int delivery, int major, int minor, int patch)
{
	struct version v = { 1, 0, 0, 0 };

	v.major = major;
	v.minor = minor;
	v.patch = patch;
	return reload_of(part, delivery == -1 ? DELIVERY_FILES :
	    (enum delivery)delivery, &v, 1);
}

static int
is_text(const char *s)
{
	return is_message(s) && strlen(s) >= 10;
}

/* Each row has what it says that it has, and not the version behind it. */
static void
reload_rows(void **state)
{
	const struct reload *r;
	size_t i;
	int d, first, last;

	(void)state;
	for (i = 0; i < reloads_n; i++) {
		r = &reloads[i];
		if (compare(r->from, r->below) >= 0)
			fail_msg("row %zu ends before it begins", i);
		first = r->delivery == -1 ? DELIVERY_FILES : r->delivery;
		last = r->delivery == -1 ? DELIVERY_AGENT : r->delivery;
		for (d = first; d <= last; d++) {
			if (reload_at(r->part, d, r->from[0], r->from[1],
			    r->from[2]) != r)
				fail_msg("row %zu lacks its first", i);
			if (reload_at(r->part, d, r->below[0], r->below[1],
			    r->below[2]) == r)
				fail_msg("row %zu has one too many", i);
			if (r->below[2] > 0 && reload_at(r->part, d,
			    r->below[0], r->below[1], r->below[2] - 1) != r)
				fail_msg("row %zu lacks its last", i);
		}
		if (!is_text(r->text))
			fail_msg("row %zu: '%s'", i, r->text);
		if (r->next == NULL && r->how != RELOAD_ALONE)
			fail_msg("row %zu: what to do", i);
		if (r->next != NULL && !is_text(r->next))
			fail_msg("row %zu: '%s'", i, r->next);
		if (r->source == NULL || strlen(r->source) < 10)
			fail_msg("row %zu has no source", i);
	}
}

static const struct {
	enum part	part;
	int		delivery;
} groups[] = {
	{ PART_PROXY, DELIVERY_FILES }, { PART_PROXY, DELIVERY_NODE_AGENT },
	{ PART_PROXY, DELIVERY_AGENT }, { PART_ZTUNNEL, -1 },
	{ PART_CITADEL, -1 }, { PART_PILOT, -1 }, { PART_GALLEY, -1 },
	{ PART_INJECTOR, -1 }, { PART_MIXER, -1 }, { PART_NODE_AGENT, -1 },
	{ PART_ISTIOD, -1 },
};

/* From 0.0.0 to 2.0.0 each row begins where another one ends. */
static void
reload_gaps(void **state)
{
	static const int start[3] = { 0, 0, 0 }, end[3] = { 2, 0, 0 };
	const struct reload *r;
	const int *at;
	size_t g, i, chain, all = 0;

	(void)state;
	for (g = 0; g < COUNT(groups); g++) {
		for (i = chain = 0; i < reloads_n; i++)
			chain += reloads[i].part == groups[g].part &&
			    reloads[i].delivery == groups[g].delivery;
		all += chain;
		for (at = start; compare(at, end) < 0; at = r->below, chain--) {
			for (r = NULL, i = 0; i < reloads_n && r == NULL; i++)
				if (reloads[i].part == groups[g].part &&
				    reloads[i].delivery == groups[g].delivery &&
				    compare(reloads[i].from, at) == 0)
					r = &reloads[i];
			if (r == NULL)
				fail_msg("group %zu: nothing from %d.%d.%d on",
				    g, at[0], at[1], at[2]);
		}
		if (chain != 0)
			fail_msg("group %zu: rows overlap", g);
	}
	assert_int_equal(all, reloads_n);
}

static void
reload_patches(void **state)
{
	/* patch -1: not known */
	static const struct {
		enum part	part;
		int		minor, patch, known;
	} rows[] = {
		{ PART_PROXY, 1, 2, 1 }, { PART_PROXY, 1, -1, 0 },
		{ PART_PROXY, 0, -1, 1 }, { PART_PROXY, 4, -1, 1 },
		{ PART_CITADEL, 0, -1, 0 }, { PART_CITADEL, 1, -1, 0 },
		{ PART_CITADEL, 2, -1, 0 }, { PART_CITADEL, 3, -1, 0 },
		{ PART_CITADEL, 4, -1, 1 }, { PART_ZTUNNEL, 27, -1, 1 },
		{ PART_ZTUNNEL, 28, -1, 0 }, { PART_ZTUNNEL, 29, -1, 0 },
		{ PART_ZTUNNEL, 30, -1, 1 }, { PART_ISTIOD, 9, -1, 1 },
		{ PART_ISTIOD, 10, -1, 1 }, { PART_GALLEY, 1, -1, 0 },
		{ PART_AGENTGATEWAY, 30, 0, 0 }, { PART_NONE, 4, 3, 0 },
	};
	struct version v = { 1, 1, 0, 0 }, no = { 0, 1, 4, 3 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		v.minor = rows[i].minor;
		v.patch = rows[i].patch == -1 ? 0 : rows[i].patch;
		if ((reload_of(rows[i].part, DELIVERY_FILES, &v,
		    rows[i].patch != -1) != NULL) != rows[i].known)
			fail_msg("row %zu", i);
	}
	assert_null(reload_of(PART_PROXY, DELIVERY_FILES, &no, 1));
}

static void
old_ones(void **state)
{
	static const struct {
		int	major, minor, patch, old;
	} rows[] = {
		{ 0, 8, 0, 1 }, { 0, 8, -1, 1 }, { 1, 0, 0, 1 },
		{ 1, 0, 7, 1 }, { 1, 0, 8, 0 }, { 1, 0, 10, 0 },
		{ 1, 0, -1, -1 }, { 1, 1, 0, 1 }, { 1, 1, 7, 1 },
		{ 1, 1, 8, 0 }, { 1, 1, 10, 0 }, { 1, 1, -1, -1 },
		{ 1, 2, 0, 0 }, { 1, 2, -1, 0 }, { 1, 10, 0, 0 },
		{ 1, 10, -1, 0 },
	};
	struct version v = { 1, 0, 0, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		v.major = rows[i].major;
		v.minor = rows[i].minor;
		v.patch = rows[i].patch == -1 ? 0 : rows[i].patch;
		if (reload_is_old(&v, rows[i].patch != -1) != rows[i].old)
			fail_msg("%d.%d.%d", v.major, v.minor, rows[i].patch);
	}
}

/* Before 1.5 as files, unless the node agent's socket is there; then SDS. */
static void
deliveries(void **state)
{
	struct volume node_agent = { "sdsudspath", NULL, "/var/run/sds" };
	struct volume secret = { "istio-certs", "istio.default", NULL };
	struct version v4 = { 1, 1, 4, 10 }, v5 = { 1, 1, 5, 0 };
	struct pod p;

	(void)state;
	memset(&p, 0, sizeof(p));
	assert_int_equal(part_delivery(&p, &v4), DELIVERY_FILES);
	assert_int_equal(part_delivery(&p, &v5), DELIVERY_AGENT);
	p.nvolume = 1;
	p.volume = &secret;
	assert_int_equal(part_delivery(&p, &v4), DELIVERY_FILES);
	p.volume = &node_agent;
	assert_int_equal(part_delivery(&p, &v4), DELIVERY_NODE_AGENT);
}

/* ---- --min ---- */

static void
minimum(void **state)
{
	static const struct {
		const char	*s;
		int		 major, minor, patch;
	} good[] = {
		{ "1.20", 1, 20, 0 }, { "1.20.3", 1, 20, 3 },
		{ "1.0.8", 1, 0, 8 }, { "0.8", 0, 8, 0 },
		{ "1.1.10", 1, 1, 10 }, { "1.31.0", 1, 31, 0 },
	};
	static const char *const bad[] = {
		"", "1", "1.", ".20", "1..20", "1.20.", "1.20.3.4", "1.20.x",
		"x", "latest", "v1.20", "release-1.20", "-1.20", "+1.20",
		" 1.20", "1.20 ", "1.20\n", "1.20-", "1.20.3-", "1.20-dev",
		"1.20.3-distroless", "1.20.3x", "1,20", "2.0", "2.0.1",
		"1.4294967316", "99999999999999999999.1", "1.20@", "1.20.3@x",
		"1.20@sha256:0a", "1/x:1.20", "1.4/x:1.20.3", "1:1.20", ":",
		"1.20/", "1.20:", "1.20:1", "0x1.20",
		/* good as far as one might care to read */
		"1.20.3                                                   x",
		"1.20.3-0000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000001.20.x",
	};
	struct pv_params p, none;
	struct err e;
	size_t i, accepted = 0;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		memset(&p, 0, sizeof(p));
		if (pv_parse_min(good[i].s, &p, &e) != 0)
			fail_msg("'%s'", good[i].s);
		assert_true(p.has_min && p.min.known);
		if (p.min.major != good[i].major ||
		    p.min.minor != good[i].minor ||
		    p.min.patch != good[i].patch)
			fail_msg("'%s'", good[i].s);
	}
	memset(&none, 0, sizeof(none));
	for (i = 0; i < COUNT(bad); i++) {
		memset(&p, 0, sizeof(p));
		memset(&e, 0, sizeof(e));
		if (pv_parse_min(bad[i], &p, &e) != -1) {
			fprintf(stderr, "--min '%s' is accepted\n", bad[i]);
			accepted++;
			continue;
		}
		assert_int_equal(e.class, ERR_USAGE);
		assert_non_null(strstr(e.msg, "--min"));
		assert_memory_equal(&p, &none, sizeof(p));
	}
	if (accepted != 0)
		fail_msg("%zu are no versions of Istio", accepted);
}

/* ---- pods with several containers ---- */

struct several {
	char	got[512];
	size_t	left;		/* records until it fails */
};

static int
note(void *arg, const struct pv_finding *f, struct err *e)
{
	struct several *s = arg;
	size_t n = strlen(s->got);

	if (s->left-- == 0)
		return err_set(e, ERR_IO, "the disk is full");
	snprintf(s->got + n, sizeof(s->got) - n, "%s %s %s; ", f->container,
	    f->version == NULL ? "-" : f->version,
	    f->rule == NULL ? "ok" : f->rule->id);
	return 0;
}

/* In the spec's order; the first failure of a reader ends it. */
static void
several(void **state)
{
	static const char *const mutual[] = {
		"proxy", "--controlPlaneAuthPolicy", "MUTUAL_TLS"
	};
	struct container c[] = {
		{ .name = "app", .image = "x/app:1.1.3" },
		{ .name = "istio-proxy", .image = "istio/proxyv2:1.1.2",
		    .arg = (const char **)(uintptr_t)mutual, .narg = 3 },
		{ .name = "discovery", .image = "istio/pilot:1.1.5" },
		{ .name = "istio-init", .image = "istio/proxy_init:1.1.2",
		    .init = 1 },
	};
	const struct name_value label = { "istio", "pilot" };
	struct pod p = { { "deployment", "i", "x", NULL, NULL }, "", &label, 1,
	    c, COUNT(c), NULL, 0 };
	struct pv_params none = { 0, { 0, 0, 0, 0 } };
	struct pv_params min = { 1, { 1, 1, 20, 0 } };
	struct several s = { "", 100 };
	struct err e = ERR_INIT;
	size_t n = 40;

	(void)state;
	assert_int_equal(pv_judge(&none, &p, note, &s, &n, &e), 0);
	assert_string_equal(s.got, "istio-proxy 1.1.2 below-minimum; "
	    "discovery 1.1.5 control-plane-security; ");
	assert_int_equal(n, 42);
	s = (struct several){ "", 1 };
	assert_int_equal(pv_judge(&none, &p, note, &s, &n, &e), -1);
	assert_string_equal(s.got, "istio-proxy 1.1.2 below-minimum; ");
	assert_string_equal(e.msg, "the disk is full");
	s = (struct several){ "", 0 };
	assert_int_equal(pv_judge(&none, &p, note, &s, &n, &e), -1);
	assert_string_equal(s.got, "");
	/* what is known of one is not known of the next */
	c[2].image = "istio/pilot:latest";
	s = (struct several){ "", 100 };
	assert_int_equal(pv_judge(&min, &p, note, &s, &n, &e), 0);
	assert_string_equal(s.got, "istio-proxy 1.1.2 below-minimum; "
	    "discovery - version-unknown; "
	    "discovery - control-plane-security; ");
	/* nothing in it */
	p.ncontainer = 0;
	n = 0;
	assert_int_equal(pv_judge(&none, &p, note, &s, &n, &e), 0);
	assert_int_equal(n, 0);
}

/* ---- names that somebody made up ---- */

static int
survive(void *arg, const struct pv_finding *f, struct err *e)
{
	(void)e;
	assert_int_equal(f->verdict, VERDICT_UNKNOWN);
	assert_null(f->version);
	assert_true(f->message[0] != '\0' && strlen(f->message) < 8192);
	++*(int *)arg;
	return 0;
}

static void
hostile(void **state)
{
	static char ref[70001], name[70001];
	struct container c = { .name = "istio-proxy", .image = ref };
	struct name_value label = { "app.kubernetes.io/version", name };
	struct pod p = { { "pod", name, name, NULL, NULL }, name, &label, 1,
	    &c, 1, NULL, 0 };
	struct pv_params none = { 0, { 0, 0, 0, 0 } };
	static const char chars[] = "a1.:@/%{\n\xff";
	struct err e = ERR_INIT;
	size_t i, n;
	int records;

	(void)state;
	for (i = 0; chars[i] != '\0'; i++) {
		memset(ref, chars[i], sizeof(ref) - 1);
		memset(name, chars[i], sizeof(name) - 1);
		n = 0;
		records = 0;
		assert_int_equal(pv_judge(&none, &p, survive, &records, &n, &e),
		    0);
		assert_int_equal(records, 1);
		memcpy(ref, "istio/proxyv2:", strlen("istio/proxyv2:"));
		assert_int_equal(pv_judge(&none, &p, survive, &records, &n, &e),
		    0);
		assert_int_equal(records, 2);
	}
}

static void
sources(void **state)
{
	(void)state;
	assert_null(pv_source_name(PV_NOTHING));
	assert_string_equal(pv_source_name(PV_IMAGE_TAG), "image-tag");
	assert_string_equal(pv_source_name(PV_SPEC_TAG), "spec-tag");
	assert_string_equal(pv_source_name(PV_LABEL), "label");
	assert_string_equal(pv_source_name(PV_AGENT), "agent");
}

/* ---- asking ---- */

#define BY_DIGEST "acme/x@sha256:" DIGEST

/* Of one container, asked: who it is, and the program that is. */
static const struct {
	const char	*name;
	const char	*image;
	const char	*label[2];
	const char	*min;
	const char	*binary;	/* NULL: it is not asked */
} asked[] = {
	{ "istio-proxy", BY_DIGEST, { 0 }, NULL, "pilot-agent" },
	{ "istio-proxy", "istio/proxyv2:latest", { 0 }, NULL, "pilot-agent" },
	{ "istio-proxy", "acme/mine:1.20.0", { 0 }, NULL, "pilot-agent" },
	{ "istio-proxy", "istio/proxyv2-rhel8:2.4", { 0 }, NULL,
	    "pilot-agent" },
	{ "istio-proxy", "istio/proxyv2:1.20.0", { 0 }, NULL, NULL },
	/* without its patch: only where that decides */
	{ "istio-proxy", "istio/proxyv2:1.1-dev", { 0 }, NULL, "pilot-agent" },
	{ "istio-proxy", "istio/proxyv2:1.20-dev", { 0 }, NULL, NULL },
	{ "istio-proxy", "istio/proxyv2:1.20-dev", { 0 }, "1.20.3",
	    "pilot-agent" },
	{ "istio-proxy", "istio/proxyv2:1.20-dev", { 0 }, "1.19", NULL },
	{ "istio-proxy", BY_DIGEST, { "app", "ztunnel" }, NULL, "ztunnel" },
	{ "citadel", BY_DIGEST, { "istio", "citadel" }, NULL, "istio_ca" },
	{ "discovery", BY_DIGEST, { "istio", "pilot" }, NULL,
	    "pilot-discovery" },
	{ "discovery", BY_DIGEST, { "app", "istiod" }, NULL,
	    "pilot-discovery" },
	{ "galley", BY_DIGEST, { "istio", "galley" }, NULL, "galley" },
	{ "sidecar-injector-webhook", BY_DIGEST, { "istio",
	    "sidecar-injector" }, NULL, "sidecar-injector" },
	{ "mixer", BY_DIGEST, { "istio", "mixer" }, NULL, "mixs" },
	{ "nodeagent", BY_DIGEST, { "istio", "nodeagent" }, NULL,
	    "node_agent_k8s" },
	{ "agentgateway", BY_DIGEST, { "gateway.istio.io/managed", "x" }, NULL,
	    NULL },
	{ "app", BY_DIGEST, { 0 }, NULL, NULL },
};

struct one {
	struct container	c[2];
	struct name_value	label;
	struct pod		p;
};

/* Another container stands before it. */
static void
make_one(struct one *x, const char *name, const char *image,
    const char *const label[2])
{
	memset(x, 0, sizeof(*x));
	x->c[0].name = "app";
	x->c[0].image = x->c[0].running = "acme/app:1";
	x->c[1].name = name;
	x->c[1].image = x->c[1].running = image;
	x->label.name = label[0];
	x->label.value = label[1];
	x->p.ref.kind = "pod";
	x->p.ref.ns = "shop";
	x->p.ref.name = "web-0";
	x->p.phase = "Running";
	x->p.label = &x->label;
	x->p.nlabel = label[0] != NULL;
	x->p.container = x->c;
	x->p.ncontainer = 2;
}

static void
questions(void **state)
{
	const char *const *words;
	struct pv_params p;
	struct one x;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(asked); i++) {
		memset(&p, 0, sizeof(p));
		if (asked[i].min != NULL)
			assert_int_equal(pv_parse_min(asked[i].min, &p, NULL),
			    0);
		make_one(&x, asked[i].name, asked[i].image, asked[i].label);
		assert_null(pv_question(&p, &x.p, 0));
		words = pv_question(&p, &x.p, 1);
		if ((words == NULL) != (asked[i].binary == NULL))
			fail_msg("row %zu", i);
		if (words == NULL)
			continue;
		assert_string_equal(words[0], asked[i].binary);
		assert_string_equal(words[1], "version");
		/* who does not run cannot be asked */
		x.p.phase = "Pending";
		assert_null(pv_question(&p, &x.p, 1));
		x.p.phase = "Running";
		x.c[1].running = NULL;
		assert_null(pv_question(&p, &x.p, 1));
	}
}

static int
tell(void *arg, const struct pv_finding *f, struct err *e)
{
	char *out = arg;

	(void)e;
	snprintf(out + strlen(out), LINE - strlen(out), "%s %s %s %s %s|%s\n",
	    f->version == NULL ? "-" : f->version,
	    f->variant == NULL ? "-" : f->variant,
	    f->source == NULL ? "-" : f->source, f->image,
	    f->rule == NULL ? "ok" : f->rule->id, f->message);
	return 0;
}

#define BY_HAND "; to ask by hand: kubectl exec -n shop web-0 -c istio-proxy " \
	"-- pilot-agent version\n"

static void
answers(void **state)
{
	static const struct {
		const char	*image;
		const char	*version;
		const char	*why;
		const char	*want;		/* its beginning */
		const char	*end;
	} cases[] = {
		{ "acme/x:1", "1.1.5", NULL,
		    "1.1.5 - agent acme/x:1 no-hot-reload|", "" },
		{ "acme/x:1", "1.0.7", NULL,
		    "1.0.7 - agent acme/x:1 below-minimum|", "" },
		{ "acme/x:1", "1.20.3-asm.1", NULL,
		    "1.20.3 asm.1 agent acme/x:1 ok|", "half of "
		    "SECRET_TTL (12 of 24 hours); restart its pod to have it "
		    "at once\n" },
		{ "istio/proxyv2:1.1-dev", "1.1.9", NULL,
		    "1.1.9 - agent istio/proxyv2:1.1-dev ok|", "" },
		{ "istio/proxyv2:1.1-dev", "1.1-dev", NULL,
		    "1.1 dev image-tag istio/proxyv2:1.1-dev version-unknown|",
		    "; it was asked, and its own word '1.1-dev' says no more"
		    BY_HAND },
		{ "acme/x:1", "1.1-x", NULL,
		    "1.1 x agent acme/x:1 version-unknown|", "its own word "
		    "'1.1-x' does not say which release of 1.1 it is, and that "
		    "decides" BY_HAND },
		{ "acme/x:1", "unknown", NULL,
		    "- - - acme/x:1 version-unknown|", "; it was asked, and "
		    "its own word 'unknown' is no version of Istio" BY_HAND },
		/* what a tag cannot have in it is no version, either */
		{ "acme/x:1", "a/b:1.20.3", NULL,
		    "- - - acme/x:1 version-unknown|", BY_HAND },
		{ "acme/x:1", NULL, "it is late",
		    "- - - acme/x:1 version-unknown|", "; it was asked, and it "
		    "is late" BY_HAND },
		/* its tag tells enough: nobody else's word counts */
		{ "istio/proxyv2:1.20.0", "1.1.5", NULL,
		    "1.20.0 - image-tag istio/proxyv2:1.20.0 ok|", "" },
	};
	static const char *const none[2] = { NULL, NULL };
	struct pv_params params = { 0, { 0, 0, 0, 0 } };
	const struct volume sds = { "sds", NULL, "/var/run/sds" };
	char got[LINE];
	struct one x;
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		/* the answer of another container is not this one's */
		const struct pv_said said[2] = { { 0, "1.3.3", NULL },
		    { 1, cases[i].version, cases[i].why } };

		make_one(&x, "istio-proxy", cases[i].image, none);
		got[0] = '\0';
		n = 0;
		assert_int_equal(pv_judge_asked(&params, &x.p, said, 2, tell,
		    got, &n, NULL), 0);
		assert_int_equal(n, 1);
		if (strncmp(got, cases[i].want, strlen(cases[i].want)) != 0 ||
		    strlen(got) < strlen(cases[i].end) || strcmp(got +
		    strlen(got) - strlen(cases[i].end), cases[i].end) != 0)
			fail_msg("case %zu: %s", i, got);
	}
	/* how certificates reach it decides, too */
	make_one(&x, "istio-proxy", "acme/x:1", none);
	x.p.volume = &sds;
	x.p.nvolume = 1;
	got[0] = '\0';
	assert_int_equal(pv_judge_asked(&params, &x.p, &(struct pv_said){ 1,
	    "1.1.5", NULL }, 1, tell, got, &n, NULL), 0);
	assert_non_null(strstr(got, " restart-needed|"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(rule_table),
		cmocka_unit_test(reload_rows),
		cmocka_unit_test(reload_gaps),
		cmocka_unit_test(reload_patches),
		cmocka_unit_test(old_ones),
		cmocka_unit_test(deliveries),
		cmocka_unit_test(minimum),
		cmocka_unit_test(several),
		cmocka_unit_test(hostile),
		cmocka_unit_test(sources),
		cmocka_unit_test(questions),
		cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
