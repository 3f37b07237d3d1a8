/*
 * One kubeconfig, YAML or JSON, and --request-timeout's durations: read twice
 * it is the same, read behind itself it adds nothing, JSON is the same to the
 * reader of JSON, and what is wrong with it is said, as an error of the
 * configuration.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "kube/kubeconfig.h"

#define ROOM	(8 * 1024 * 1024)
#define SMALL	1024		/* bytes of an arena that is soon full */
#define LONG_MS	1000000000L	/* of a duration */

int	LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* ---- a kubeconfig as text, to compare ---- */

static void
put(struct buf *b, const void *p, size_t n)
{
	if (buf_append(b, p, n, NULL) == -1)
		abort();
}

/* NULL and "" are not the same. */
static void
put_text(struct buf *b, const char *s)
{
	if (s != NULL)
		put(b, s, strlen(s));
	put(b, s == NULL ? "-\n" : "\n", s == NULL ? 2 : 1);
}

static void
put_number(struct buf *b, size_t n)
{
	if (buf_printf(b, NULL, "%zu\n", n) == -1)
		abort();
}

static void
put_data(struct buf *b, const struct kube_text *t)
{
	if ((t->p == NULL) != (t->len == 0))
		abort();
	put_number(b, t->len);
	put(b, t->p == NULL ? "" : t->p, t->len);
}

static void
put_texts(struct buf *b, const char **v, size_t n)
{
	size_t i;

	put_number(b, n);
	if (n == 0)
		return;
	for (i = 0; i < n; i++) {
		if (v[i] == NULL)
			abort();
		put_text(b, v[i]);
	}
	if (v[n] != NULL)
		abort();
}

static void
put_cluster(struct buf *b, const struct kc_cluster *c)
{
	put_text(b, c->server);
	put_text(b, c->tls_server_name);
	put_text(b, c->ca_file);
	put_data(b, &c->ca_data);
	put_text(b, c->proxy_url);
	put_number(b, (size_t)c->insecure);
	put_number(b, (size_t)c->no_compression);
	put_text(b, c->info);
}

static void
put_exec(struct buf *b, const struct kube_exec *x)
{
	size_t i;

	put_text(b, x->command);
	put_texts(b, x->arg, x->narg);
	put_number(b, x->nenv);
	for (i = 0; i < x->nenv; i++) {
		put_text(b, x->env[i].name);
		put_text(b, x->env[i].value);
		if (x->env[i].name == NULL || x->env[i].value == NULL)
			abort();
	}
	put_text(b, x->api_version);
	put_text(b, x->install_hint);
	put_number(b, (size_t)x->cluster_info);
}

static void
put_user(struct buf *b, const struct kc_user *u)
{
	size_t i;

	put_text(b, u->cert_file);
	put_text(b, u->key_file);
	put_data(b, &u->cert_data);
	put_data(b, &u->key_data);
	put_text(b, u->token);
	put_text(b, u->token_file);
	put_text(b, u->username);
	put_text(b, u->password);
	put_text(b, u->as);
	put_text(b, u->as_uid);
	put_texts(b, u->as_group, u->nas_group);
	for (i = 0; i < u->nas_extra; i++) {
		put_text(b, u->as_extra[i].key);
		put_texts(b, u->as_extra[i].value, u->as_extra[i].n);
	}
	put_text(b, u->auth_provider);
	put_text(b, u->exec_mode);
	if (u->exec != NULL)
		put_exec(b, u->exec);
}

static void
put_entry(struct buf *b, enum kc_kind kind, const struct kc_entry *en)
{
	if (en->name == NULL || strcmp(en->dir, "/d") != 0)
		abort();
	put_text(b, en->name);
	if (kind == KC_CLUSTER)
		put_cluster(b, &en->u.cluster);
	else if (kind == KC_USER)
		put_user(b, &en->u.user);
	else {
		put_text(b, en->u.context.cluster);
		put_text(b, en->u.context.user);
		put_text(b, en->u.context.ns);
	}
}

static void
put_kc(struct buf *b, const struct kc *kc)
{
	const struct kc_entry *en;
	int kind;

	put_text(b, kc->current);
	for (kind = 0; kind < KC_KINDS; kind++) {
		put_number(b, (size_t)kind);
		for (en = kc->entry[kind]; en != NULL; en = en->next) {
			put_entry(b, (enum kc_kind)kind, en);
			if (kc_find(kc, (enum kc_kind)kind, en->name) != en)
				abort();	/* a name twice */
		}
	}
}

/* ---- reading ---- */

static int
read_one(struct kc *kc, const char *p, size_t n, struct err *e)
{
	struct err none = ERR_INIT;
	int ret;

	*e = none;
	ret = kc_read(kc, p, n, "/d", e);
	if (ret == -1 && (e->msg[0] == '\0' || (e->class != ERR_CONFIG &&
	    e->class != ERR_NOMEM && e->class != ERR_LIMIT)))
		abort();
	if (ret == 0 && (e->msg[0] != '\0' || e->class != ERR_NONE))
		abort();
	return ret;
}

/* twice: behind itself, where every name is taken. */
static int
dump(const char *p, size_t n, size_t max, int twice, struct buf *out,
    struct err *e)
{
	struct kc kc = { 0 };
	struct arena a;
	int ret;

	buf_reset(out);
	arena_init(&a, max, "a kubeconfig");
	kc.arena = &a;
	if ((ret = read_one(&kc, p, n, e)) == 0 && twice &&
	    read_one(&kc, p, n, e) == -1)
		abort();
	if (ret == 0)
		put_kc(out, &kc);
	arena_release(&a);
	return ret;
}

static int
equal(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && memcmp(buf_str(a), buf_str(b), a->len) == 0;
}

static void
again(const char *p, size_t n, int ret, const struct buf *want,
    const struct err *e)
{
	struct err why = ERR_INIT;
	struct buf b;

	buf_init(&b, ROOM, "a test");
	if (dump(p, n, ROOM, ret == 0, &b, &why) != ret ||
	    strcmp(why.msg, e->msg) != 0 || !equal(&b, want))
		abort();
	/* less memory: the same, or the limit is said */
	if (dump(p, n, SMALL, 0, &b, &why) == -1) {
		if (ret == 0 && strstr(why.msg, "over the limit") == NULL)
			abort();
	} else if (ret == -1 || !equal(&b, want))
		abort();
	buf_release(&b);
}

static int
on_json(void *arg, const struct node *root, struct err *e)
{
	struct kc *kc = arg;

	if (kc->nfile > 0 || kc_add(kc, root, "/d", e) == -1)
		return -1;	/* the first document counts */
	return 0;
}

/* An empty list was the first document, too. */
static int
on_json_list(void *arg, const struct node *root, struct err *e)
{
	(void)root;
	(void)e;
	((struct kc *)arg)->nfile++;
	return 0;
}

/* Escapes, blanks and lists aside, JSON is YAML: its own reader agrees. */
static void
as_json(const char *p, size_t n, const struct buf *want)
{
	struct doc_text text = { p, n };
	struct doc_source src = doc_text_source(&text);
	struct kc kc = { 0 };
	struct doc_sink sink = { .item = on_json, .arg = &kc,
		    .list = on_json_list };
	struct err why = ERR_INIT;
	struct arena a;
	struct buf b;
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] == '\\' || (unsigned char)p[i] < 0x20 || p[i] & 0x80)
			return;
	if (p[strspn(p, " ")] != '{')
		return;
	arena_init(&a, ROOM, "a kubeconfig");
	kc.arena = &a;
	buf_init(&b, ROOM, "a test");
	if (doc_read_json(&src, &sink, &why) == 0) {
		put_kc(&b, &kc);
		if (!equal(&b, want))
			abort();
	}
	buf_release(&b);
	arena_release(&a);
}

static int
on_any(void *arg, const struct node *root, struct err *e)
{
	(void)arg;
	(void)root;
	(void)e;
	return 0;
}

/* To YAML a backslash can be a mere character in what begins as JSON. */
static int
is_json(const char *p, size_t n)
{
	struct doc_text text = { p, n };
	struct doc_source src = doc_text_source(&text);
	struct doc_sink sink = { .item = on_any };

	return doc_read_json(&src, &sink, NULL) == 0;
}

/* Is the string that p is in a key? */
static int
in_key(const char *p)
{
	for (; *p != '\0' && *p != '"'; p++)
		if (*p == '\\' && p[1] != '\0')
			p++;
	if (*p == '\0')
		return 0;
	p++;
	p += strspn(p, " \t\r\n");
	return *p == ':';
}

/*
 * A NUL in JSON's strings can stand only where nothing is read: another byte
 * in its place makes no difference.  An extension is kept as it is.
 */
static void
no_nul(const char *p, size_t n, const struct buf *want)
{
	char *text, *s;
	struct err why;
	struct buf b;
	size_t found = 0;

	if ((text = strndup(p, n)) == NULL)
		abort();
	for (s = text; (s = strchr(s, '\\')) != NULL && s[1] != '\0'; s += 2)
		if (strncmp(s, "\\u0000", 6) == 0 && !in_key(s)) {
			s[5] = '1';
			found++;
		}
	buf_init(&b, ROOM, "a test");
	if (found > 0 && strlen(text) == n &&
	    strstr(text, "extension") == NULL &&
	    (dump(text, n, ROOM, 0, &b, &why) == -1 || !equal(&b, want)))
		abort();
	buf_release(&b);
	free(text);
}

/* Go's: digits with at most one point, a unit, and that any number of times. */
static int
is_duration(const char *s)
{
	static const char *const units[] = {
		"ms", "us", "ns", "h", "m", "s"
	};
	size_t i, n;

	if (s[0] != '\0' && s[strspn(s, "0123456789")] == '\0')
		return 1;	/* seconds: client-go's ParseTimeout() */
	while (*s != '\0') {
		n = strspn(s, "0123456789");
		s += n;
		if (*s == '.') {
			i = strspn(++s, "0123456789");
			n += i;
			s += i;
		}
		for (i = 0; i < 6; i++)
			if (strncmp(s, units[i], strlen(units[i])) == 0)
				break;
		if (n == 0 || i == 6)
			return 0;
		s += strlen(units[i]);
	}
	return 1;
}

static void
duration(const uint8_t *p, size_t n)
{
	char s[64];
	long ms = -1;

	if (n >= sizeof(s))
		return;
	memcpy(s, p, n);
	s[n] = '\0';
	if (kc_duration(s, &ms) == -1)
		return;
	if (ms < 0 || ms > LONG_MS)
		abort();
	if (!is_duration(s))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const char *s = n == 0 ? "" : (const char *)p;
	struct err e = ERR_INIT;
	struct buf b;
	int ret;

	buf_init(&b, ROOM, "a test");
	ret = dump(s, n, ROOM, 0, &b, &e);
	again(s, n, ret, &b, &e);
	if (ret == 0 && doc_sniff(s, n) == DOC_JSON) {
		as_json(s, n, &b);
		if (is_json(s, n))
			no_nul(s, n, &b);
		if (s[strspn(s, " \t\r\n")] == '[')
			abort();
	}
	if (n > 0)
		duration(p, n);
	buf_release(&b);
	return 0;
}
