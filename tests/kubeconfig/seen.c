/*
 * What a server would see of us, said without one: the configuration is loaded
 * and the headers are made by kube/ itself, and of the rest only one question
 * is answered here, whether the handshake with the test's server would do.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "kube/transport.h"
#include "kube/url.h"
#include "pki/b64.h"
#include "pki/bundle.h"
#include "tests/kubeconfig/mutants.h"

#define CERT_HEAD "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"
#define KEY_HEAD  "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t"
#define WORDS_MAX 64

/* ---- the place ---- */

static int
put(const char *path, const char *p, size_t n)
{
	FILE *f = fopen(path, "w");
	int bad;

	if (f == NULL) {
		perror(path);
		return -1;
	}
	bad = n > 0 && fwrite(p, n, 1, f) != 1;
	if (fclose(f) != 0 || bad) {
		perror(path);
		return -1;
	}
	return 0;
}

/* Copy NAME over, and what its unit stands for if data is not NULL. */
static int
take(const struct place *p, const char *pki, const char *name, char **pem,
    const char *head, char **data)
{
	char path[1200], text[16384];
	size_t n, len = strlen(head);
	struct buf b;
	FILE *f;
	int ret = -1;

	snprintf(path, sizeof(path), "%s/%s", pki, name);
	if ((f = fopen(path, "r")) == NULL) {
		perror(path);
		return -1;
	}
	n = fread(text, 1, sizeof(text) - 4, f);
	fclose(f);
	text[n] = '\0';
	if (pem != NULL && (*pem = strdup(text)) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	if (put(path, text, n) == -1)
		return -1;
	/* no padding: what follows can be more of it */
	while (n % 3 != 0)
		text[n++] = '\n';
	buf_init(&b, 32768, "base64");
	if (b64_encode(text, n, &b, NULL) == 0 &&
	    strncmp(buf_str(&b), head, len) == 0 &&
	    (*data = strdup(buf_str(&b) + len)) != NULL)
		ret = 0;
	else
		fprintf(stderr, "%s is no PEM as OpenSSL 3 writes it\n", path);
	buf_release(&b);
	return ret;
}

int
place_make(struct place *p, const char *dir, const char *pki)
{
	char path[1200];

	memset(p, 0, sizeof(*p));
	snprintf(p->dir, sizeof(p->dir), "%s", dir);
	snprintf(p->path, sizeof(p->path), "%s/config", p->dir);
	mkdir(dir, 0700);
	snprintf(path, sizeof(path), "%s/tok", p->dir);
	return put(path, "from-file\n", 10) == -1 ||
	    take(p, pki, "ca.crt", &p->ca, CERT_HEAD, &p->data[0]) == -1 ||
	    take(p, pki, "admin.crt", &p->admin, CERT_HEAD,
	    &p->data[1]) == -1 || take(p, pki, "admin.key", NULL, KEY_HEAD,
	    &p->data[2]) == -1 ? -1 : 0;
}

void
place_free(struct place *p)
{
	size_t i;

	for (i = 0; i < UNIT_END - UNIT_CA; i++)
		free(p->data[i]);
	free(p->ca);
	free(p->admin);
}

int
place_write(const struct place *p, const char *path, const struct units *t)
{
	struct buf b;
	size_t i;
	int ret = 0;

	buf_init(&b, 1024 * 1024, "a mutant");
	for (i = 0; i < t->n && ret == 0; i++)
		ret = t->u[i] < 256 ? buf_putc(&b, t->u[i], NULL) :
		    buf_puts(&b, p->data[t->u[i] - UNIT_CA], NULL);
	if (ret == 0)
		ret = put(path, buf_str(&b), b.len);
	buf_release(&b);
	return ret;
}

/* ---- would it do? ---- */

/* Is the certificate in good one of those in text, or the first of them? */
static int
holds(const struct kube_text *text, const char *good, int first)
{
	struct bundle b, g;
	size_t i;
	int found = 0;

	if (bundle_parse(good, strlen(good), &g, NULL) == -1)
		return 0;
	if (bundle_parse(text->p, text->len, &b, NULL) == 0) {
		for (i = 0; i < b.n && !found; i++) {
			if (b.item[i].cert == NULL)
				continue;
			found = memcmp(b.item[i].cert->sha256,
			    g.item[0].cert->sha256, CERT_SHA256_LEN) == 0;
			if (first)
				break;
		}
		bundle_release(&b);
	}
	bundle_release(&g);
	return found;
}

/* A name without its last dot, as it goes into the ClientHello. */
static void
name_of(const char *s, char *out, size_t size)
{
	size_t i;

	for (i = 0; s[i] != '\0' && i + 1 < size; i++)
		out[i] = (char)tolower((unsigned char)s[i]);
	if (i > 0 && out[i - 1] == '.')
		i--;
	out[i] = '\0';
}

/* Why a request would end before the server sees it, or NULL. */
static const char *
stopped(const struct place *p, const struct kube_config *c,
    const struct url *u, const char *name)
{
	static const char *const names[] = { "127.0.0.1", "localhost",
	    "kubernetes.default.svc" };
	int tls = strcmp(u->scheme, "https") == 0;
	size_t i;

	if (c->proxy_url != NULL)
		return "it goes through a proxy";
	if (strcmp(u->host, "127.0.0.1") != 0 &&
	    strcasecmp(u->host, "localhost") != 0)
		return "another host";
	if (strtol(u->port, NULL, 10) != strtol(tls ? TLS_PORT : PLAIN_PORT,
	    NULL, 10))
		return "another port";
	if (!tls || c->insecure)
		return NULL;
	if (c->ca.p == NULL || !holds(&c->ca, p->ca, 0))
		return "another CA";
	for (i = 0; i < 3; i++)
		if (strcmp(name, names[i]) == 0)
			return NULL;
	return "another name";
}

/* ---- the words ---- */

struct words {
	char	*w[WORDS_MAX];
	size_t	 n;
};

static void
word(struct words *w, const char *name, const char *value, size_t len)
{
	char *s;

	if (w->n == WORDS_MAX || (s = malloc(strlen(name) + len + 2)) == NULL)
		abort();
	sprintf(s, "%s=%.*s", name, (int)len, value);
	w->w[w->n++] = s;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A header that says who we are, its name in lower case. */
static void
header_word(struct words *w, const char *h)
{
	size_t n = strcspn(h, ":;"), i;
	const char *v = h + n + (h[n] != '\0');
	char name[1024];

	if (strncasecmp(h, "impersonate", 11) != 0 || n >= sizeof(name))
		return;
	for (i = 0; i < n; i++)
		name[i] = (char)tolower((unsigned char)h[i]);
	name[n] = '\0';
	v += strspn(v, " \t");
	for (n = strlen(v); n > 0 && strchr(" \t", v[n - 1]) != NULL; n--)
		;
	word(w, name, v, n);
}

static void
words_of(struct words *w, const struct place *p, const struct kube_config *c,
    const struct curl_slist *l, const struct url *u, const char *name)
{
	int tls = strcmp(u->scheme, "https") == 0;
	const struct curl_slist *h;
	const char *auth = "-";
	size_t from;

	if (u->path[0] != '\0')
		word(w, "prefix", u->path, strlen(u->path));
	word(w, "tls", tls ? "yes" : "no", tls ? 3 : 2);
	if (tls) {
		name = name[strspn(name, "0123456789.")] == '\0' ? "-" : name;
		word(w, "sni", name, strlen(name));
		name = c->cert.p == NULL ? "-" : holds(&c->cert, p->admin,
		    1) ? "admin" : "another";
		word(w, "cert", name, strlen(name));
	}
	for (h = l; h != NULL; h = h->next)
		if (strncmp(h->data, "Authorization: ", 15) == 0)
			auth = h->data + 15;
	word(w, "auth", auth, strlen(auth));
	word(w, "gzip", c->no_compression ? "no" : "yes",
	    c->no_compression ? 2 : 3);
	for (from = w->n, h = l; h != NULL; h = h->next)
		header_word(w, h->data);
	qsort(w->w + from, w->n - from, sizeof(w->w[0]), by_text);
}

void
printable(const char *s, size_t n, char *out, size_t size)
{
	size_t i, o = 0;

	for (i = 0; i < n && o + 5 < size; i++)
		if (s[i] < ' ' || s[i] > '~' || s[i] == '\\')
			o += (size_t)sprintf(out + o, "\\x%02x",
			    (unsigned char)s[i]);
		else
			out[o++] = s[i];
	out[o] = '\0';
}

static void
join(struct words *w, char *line)
{
	size_t i, o = 0;

	for (i = 0; i < w->n; i++) {
		if (i > 0)
			line[o++] = '\t';
		printable(w->w[i], strlen(w->w[i]), line + o,
		    RESULT_MAX - o - 1);
		o += strlen(line + o);
		free(w->w[i]);
	}
}

static int
say(const struct place *p, const struct kube_config *c, struct transport *t,
    struct cred *cr, char *line, struct err *e)
{
	struct curl_slist *l = NULL;
	struct words w = { .n = 0 };
	struct url u, base;
	const char *why;
	char name[512];

	if (transport_init(t, c, e) == -1 || cred_ready(cr, 1, e) == -1 ||
	    transport_headers(t, cr, "mutants", "x", &l) == -1 ||
	    url_parse(&t->arena, c->server, &u, e) == -1 ||
	    url_parse(&t->arena, t->base, &base, e) == -1) {
		transport_wipe_headers(&l);
		return -1;
	}
	name_of(base.host, name, sizeof(name));
	if ((why = stopped(p, c, &u, name)) != NULL)
		err_set(e, ERR_NET, "(%s)", why);
	else {
		words_of(&w, p, c, l, &base, name);
		join(&w, line);
	}
	transport_wipe_headers(&l);
	return why == NULL ? 0 : -1;
}

void
seen(const struct place *p, char *line, char *why)
{
	struct kube_flags f = { .kubeconfig = p->path };
	struct kube_config *c = NULL;
	struct err e = ERR_INIT;
	struct kube_log log = { 0, NULL, NULL };
	struct transport t;
	struct cred cr;

	strcpy(line, "error");
	if (kube_config_load(&f, &c, &e) == 0) {
		cred_init(&cr, c, &log, NULL);
		memset(&t, 0, sizeof(t));
		if (c->exec != NULL)
			err_set(&e, ERR_CONFIG, "(its plugin is not there)");
		else
			say(p, c, &t, &cr, line, &e);
		transport_release(&t);
		cred_release(&cr);
		kube_config_free(c);
	}
	printable(e.msg, strlen(e.msg), why, RESULT_MAX);
}
