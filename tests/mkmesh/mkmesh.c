/* Lines in, manifests out. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/when.h"
#include "tests/mkmesh/mkmesh.h"

#define OUT_MAX (64u << 20)
#define WORDS_MAX 64

void
die(const char *fmt, ...)
{
	va_list ap;

	fputs("mkmesh: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

const char *
word(char **w, const char *name, const char *otherwise)
{
	size_t n = strlen(name);

	for (; *w != NULL; w++)
		if (strncmp(*w, name, n) == 0 &&
		    (w[0][n] == '=' || w[0][n] == '\0'))
			return w[0][n] == '=' ? *w + n + 1 : *w + n;
	return otherwise;
}

static void
put(struct buf *b, const char *p, size_t n)
{
	struct err e;

	if (buf_append(b, p, n, &e) == -1)
		die("%s", e.msg);
}

static void
puts_(struct buf *b, const char *s)
{
	put(b, s, strlen(s));
}

static void
put_bio(struct buf *b, BIO *bio)
{
	char *p;
	long n = BIO_get_mem_data(bio, &p);

	put(b, p, (size_t)n);
	BIO_free(bio);
}

static void
put_b64(struct buf *b, const struct buf *in)
{
	unsigned char *out = malloc(in->len / 3 * 4 + 8);
	int n = EVP_EncodeBlock(out, in->p, (int)in->len);

	put(b, (char *)out, (size_t)n);
	free(out);
}

static void
put_text(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		if (*s != '\\')
			put(b, s, 1);
		else {
			s++;
			put(b, *s == 'n' ? "\n" : *s == 'r' ? "\r" : " ", 1);
		}
}

static void
put_part(struct mesh *m, struct buf *b, const char *part)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct buf inner;
	const char *p;
	EVP_PKEY *key;
	X509 *x;

	if (strncmp(part, "text:", 5) == 0) {
		put_text(b, part + 5);
		BIO_free(bio);
	} else if (strncmp(part, "b64:", 4) == 0) {
		buf_init(&inner, OUT_MAX, "a value");
		put_part(m, &inner, part + 4);
		put_b64(b, &inner);
		buf_release(&inner);
		BIO_free(bio);
	} else if (strncmp(part, "esc:", 4) == 0) {
		buf_init(&inner, OUT_MAX, "a value");
		put_part(m, &inner, part + 4);
		for (p = buf_str(&inner); *p != '\0'; p++)
			put(b, *p == '\n' ? "\\n" : p, *p == '\n' ? 2 : 1);
		buf_release(&inner);
		BIO_free(bio);
	} else if (strncmp(part, "chop:", 5) == 0) {
		put_part(m, b, part + 5);
		if (b->len > 0)
			b->p[--b->len] = '\0';
		BIO_free(bio);
	} else if (strncmp(part, "crlf:", 5) == 0) {
		buf_init(&inner, OUT_MAX, "a value");
		put_part(m, &inner, part + 5);
		for (p = buf_str(&inner); *p != '\0'; p++)
			put(b, *p == '\n' ? "\r\n" : p, *p == '\n' ? 2 : 1);
		buf_release(&inner);
		BIO_free(bio);
	} else if (strncmp(part, "key:", 4) == 0 ||
	    strncmp(part, "enc:", 4) == 0) {
		key = key_named(part + 4);
		PEM_write_bio_PKCS8PrivateKey(bio, key, *part == 'e' ?
		    EVP_aes_128_cbc() : NULL, *part == 'e' ? "secret" : NULL,
		    *part == 'e' ? 6 : 0, NULL, NULL);
		EVP_PKEY_free(key);
		put_bio(b, bio);
	} else if (strncmp(part, "pkcs1:", 6) == 0) {
		key = key_named(part + 6);
		PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0,
		    NULL, NULL);
		EVP_PKEY_free(key);
		put_bio(b, bio);
	} else if ((x = cert_named(m, part)) != NULL) {
		PEM_write_bio_X509(bio, x);
		put_bio(b, bio);
	} else
		die("no certificate %s", part);
}

static void
value(struct mesh *m, struct buf *b, const char *text)
{
	char *copy = strdup(text), *part, *save = NULL;

	for (part = strtok_r(copy, "+", &save); part != NULL;
	    part = strtok_r(NULL, "+", &save))
		put_part(m, b, part);
	free(copy);
}

static void
put_quoted(struct buf *b, const char *s, size_t n)
{
	char u[8];

	puts_(b, "\"");
	for (; n > 0; s++, n--)
		if (*s == '\n')
			puts_(b, "\\n");
		else if (*s == '\r')
			puts_(b, "\\r");
		else if (*s == '"' || *s == '\\') {
			snprintf(u, sizeof(u), "\\%c", *s);
			puts_(b, u);
		} else
			put(b, s, 1);
	puts_(b, "\"");
}

/* A multi-line text as YAML's block scalar, if it ends in one newline. */
static void
put_block(struct buf *b, const char *s, size_t n)
{
	const char *nl;

	if (n < 2 || s[n - 1] != '\n' || s[n - 2] == '\n' ||
	    memchr(s, '\r', n) != NULL || s[0] == ' ') {
		put_quoted(b, s, n);
		puts_(b, "\n");
		return;
	}
	puts_(b, "|\n");
	while (n > 0) {
		nl = memchr(s, '\n', n);
		puts_(b, "    ");
		put(b, s, (size_t)(nl - s) + 1);
		n -= (size_t)(nl - s) + 1;
		s = nl + 1;
	}
}

static void
begin_object(struct mesh *m)
{
	puts_(&m->yaml, "---\n");
	puts_(&m->json, m->json.len > 0 ? ",\n" : "");
}

static void
both(struct mesh *m, const char *yaml, const char *json, const char *arg)
{
	struct err e;

	if (yaml != NULL && (buf_printf(&m->yaml, &e, "%s%s\n", yaml,
	    arg) == -1))
		die("%s", e.msg);
	if (json != NULL && (buf_printf(&m->json, &e, "%s\"%s\"", json,
	    arg) == -1))
		die("%s", e.msg);
}

static void
metadata(struct mesh *m, char *name, char **w)
{
	const char *meta = word(w, "meta", NULL);
	char *slash = strchr(name, '/');

	if (slash != NULL)
		*slash++ = '\0';
	puts_(&m->yaml, "metadata:\n");
	both(m, "  name: ", ", \"metadata\": {\"name\": ",
	    slash == NULL ? name : slash);
	if (slash != NULL)
		both(m, "  namespace: ", ", \"namespace\": ", name);
	if (meta != NULL) {
		/* "labels":\s{...}: flow style is YAML too */
		puts_(&m->json, ", ");
		put_text(&m->json, meta);
		puts_(&m->yaml, "  ");
		put_text(&m->yaml, meta);
		puts_(&m->yaml, "\n");
	}
	puts_(&m->json, "}");
}

void
make_object(struct mesh *m, const char *kind, char **w)
{
	int secret = strcmp(kind, "Secret") == 0, first = 1, raw;
	struct buf v, enc;
	char *eq;

	begin_object(m);
	puts_(&m->yaml, "apiVersion: v1\n");
	puts_(&m->json, "{\"apiVersion\": \"v1\"");
	both(m, "kind: ", ", \"kind\": ", kind);
	metadata(m, w[1], w);
	if (word(w, "type", NULL) != NULL)
		both(m, "type: ", ", \"type\": ", word(w, "type", NULL));
	puts_(&m->yaml, "data:\n");
	puts_(&m->json, ", \"data\": {");
	for (w += 2; *w != NULL; w++) {
		if (strncmp(*w, "type=", 5) == 0 ||
		    strncmp(*w, "meta=", 5) == 0)
			continue;
		if ((eq = strchr(*w, '=')) == NULL)
			die("no value: %s", *w);
		*eq++ = '\0';
		buf_init(&v, OUT_MAX, "a value");
		buf_init(&enc, OUT_MAX, "a value");
		raw = strncmp(eq, "raw:", 4) == 0;
		value(m, &v, raw ? eq + 4 : eq);
		puts_(&m->yaml, "  ");
		puts_(&m->yaml, *w);
		puts_(&m->yaml, ": ");
		puts_(&m->json, first ? "" : ", ");
		put_quoted(&m->json, *w, strlen(*w));
		puts_(&m->json, ": ");
		if (secret) {
			if (raw)
				put(&enc, buf_str(&v), v.len);
			else if (v.len > 0)
				put_b64(&enc, &v);
			put_quoted(&m->yaml, buf_str(&enc), enc.len);
			puts_(&m->yaml, "\n");
			put_quoted(&m->json, buf_str(&enc), enc.len);
		} else {
			put_block(&m->yaml, buf_str(&v), v.len);
			put_quoted(&m->json, buf_str(&v), v.len);
		}
		first = 0;
		buf_release(&v);
		buf_release(&enc);
	}
	puts_(&m->json, "}}");
}

/* Whom a webhook calls: a URL, or NS/SERVICE. */
static void
client(struct mesh *m, char *whom)
{
	char *slash = strchr(whom, '/');

	if (strstr(whom, "://") != NULL) {
		both(m, "    url: ", ", \"url\": ", whom);
		return;
	}
	if (slash == NULL)
		die("no service: %s", whom);
	*slash++ = '\0';
	puts_(&m->yaml, "    service:\n");
	both(m, "      namespace: ", ", \"service\": {\"namespace\": ", whom);
	both(m, "      name: ", ", \"name\": ", slash);
	puts_(&m->json, "}");
}

void
make_webhook(struct mesh *m, const char *kind, char **w)
{
	struct buf v, enc;
	int first = 1;
	char *eq, *whom;

	begin_object(m);
	both(m, "apiVersion: ", "{\"apiVersion\": ",
	    "admissionregistration.k8s.io/v1");
	both(m, "kind: ", ", \"kind\": ", kind);
	metadata(m, w[1], w);
	puts_(&m->yaml, "webhooks:\n");
	puts_(&m->json, ", \"webhooks\": [");
	for (w += 2; *w != NULL; w++) {
		if ((eq = strchr(*w, '=')) == NULL)
			die("no value: %s", *w);
		*eq++ = '\0';
		buf_init(&v, OUT_MAX, "a value");
		buf_init(&enc, OUT_MAX, "a value");
		value(m, &v, eq);
		if (v.len > 0)
			put_b64(&enc, &v);
		if ((whom = strchr(*w, '@')) != NULL)
			*whom++ = '\0';
		both(m, "- name: ", first ? "{\"name\": " : ", {\"name\": ",
		    *w);
		puts_(&m->yaml, "  clientConfig:\n");
		both(m, "    caBundle: ", ", \"clientConfig\": "
		    "{\"caBundle\": ", enc.len > 0 ? buf_str(&enc) : "");
		if (whom != NULL)
			client(m, whom);
		puts_(&m->json, "}}");
		first = 0;
		buf_release(&v);
		buf_release(&enc);
	}
	puts_(&m->json, "]}");
}

static void
make_trust_bundle(struct mesh *m, char **w)
{
	struct buf v;

	begin_object(m);
	both(m, "apiVersion: ", "{\"apiVersion\": ",
	    "certificates.k8s.io/v1beta1");
	both(m, "kind: ", ", \"kind\": ", "ClusterTrustBundle");
	metadata(m, w[1], w);
	puts_(&m->yaml, "spec:\n");
	both(m, "  signerName: ", ", \"spec\": {\"signerName\": ", w[2]);
	buf_init(&v, OUT_MAX, "a value");
	value(m, &v, w[3]);
	puts_(&m->yaml, "  trustBundle: ");
	put_block(&m->yaml, buf_str(&v), v.len);
	puts_(&m->json, ", \"trustBundle\": ");
	put_quoted(&m->json, buf_str(&v), v.len);
	puts_(&m->json, "}}");
	buf_release(&v);
}

static void
write_file(struct mesh *m, const char *name, const char *p, size_t n)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", m->outdir, name);
	if ((f = fopen(path, "w")) == NULL || fwrite(p, 1, n, f) != n ||
	    fclose(f) == EOF)
		die("cannot write %s: %s", path, strerror(errno));
}

void
make_pem(struct mesh *m, char **w)
{
	struct buf v;

	buf_init(&v, OUT_MAX, "a value");
	value(m, &v, w[2]);
	write_file(m, w[1], buf_str(&v), v.len);
	buf_release(&v);
}

/* An object as it stands: flow style is YAML too. */
void
make_json(struct mesh *m, const char *text)
{
	begin_object(m);
	puts_(&m->yaml, text);
	puts_(&m->yaml, "\n");
	puts_(&m->json, text);
}

/* One line: its words, or the rest of it for json. */
static void
line(struct mesh *m, char *s)
{
	char *w[WORDS_MAX + 1], *save = NULL;
	struct err e;
	int n = 0;

	if (strncmp(s, "json ", 5) == 0) {
		make_json(m, s + 5);
		return;
	}
	for (s = strtok_r(s, " \t", &save); s != NULL && n < WORDS_MAX;
	    s = strtok_r(NULL, " \t", &save))
		w[n++] = s;
	w[n] = NULL;
	if (n == 0 || w[0][0] == '#')
		return;
	if (n < 2)
		die("too short: %s", w[0]);
	if (strcmp(w[0], "at") == 0) {
		m->at = (int64_t)time(NULL);
		if (strcmp(w[1], "now") != 0 &&
		    when_parse(w[1], &m->at, &e) == -1)
			die("%s", e.msg);
	} else if (strcmp(w[0], "cert") == 0)
		make_cert(m, w);
	else if (strcmp(w[0], "secret") == 0)
		make_object(m, "Secret", w);
	else if (strcmp(w[0], "configmap") == 0)
		make_object(m, "ConfigMap", w);
	else if (strcmp(w[0], "mutating") == 0)
		make_webhook(m, "MutatingWebhookConfiguration", w);
	else if (strcmp(w[0], "validating") == 0)
		make_webhook(m, "ValidatingWebhookConfiguration", w);
	else if (strcmp(w[0], "trustbundle") == 0 && n == 4)
		make_trust_bundle(m, w);
	else if (strcmp(w[0], "pem") == 0)
		make_pem(m, w);
	else if (!make_short(m, w))
		die("what is '%s'?", w[0]);
}

static void
finish(struct mesh *m)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	struct buf list;
	unsigned n, j;
	struct err e;
	int i;

	write_file(m, "mesh.yaml", buf_str(&m->yaml), m->yaml.len);
	buf_init(&list, OUT_MAX, "a list");
	buf_printf(&list, &e, "{\"apiVersion\": \"v1\", \"items\": [\n%s\n], "
	    "\"kind\": \"List\"}\n", buf_str(&m->json));
	write_file(m, "mesh.json", buf_str(&list), list.len);
	buf_reset(&list);
	for (i = 0; i < m->ncert; i++) {
		X509_digest(m->cert[i].cert, EVP_sha256(), md, &n);
		buf_printf(&list, &e, "%s\t", m->cert[i].name);
		for (j = 0; j < n; j++)
			buf_printf(&list, &e, "%02x", md[j]);
		buf_printf(&list, &e, "\t%s\t%s\n", m->cert[i].from,
		    m->cert[i].to);
		free(m->cert[i].name);
		X509_free(m->cert[i].cert);
	}
	write_file(m, "certs", buf_str(&list), list.len);
	buf_release(&list);
	buf_release(&m->yaml);
	buf_release(&m->json);
}

int
main(int argc, char **argv)
{
	struct mesh m = { .at = 0 };
	char *s = NULL;
	size_t size = 0;
	ssize_t n;
	FILE *f;

	if (argc != 3 || (f = fopen(argv[1], "r")) == NULL)
		die("usage: mkmesh SPEC OUTDIR");
	m.outdir = argv[2];
	buf_init(&m.yaml, OUT_MAX, "a manifest");
	buf_init(&m.json, OUT_MAX, "a manifest");
	while ((n = getline(&s, &size, f)) > 0) {
		if (s[n - 1] == '\n')
			s[n - 1] = '\0';
		/* the catalogue's spec and expectation are one file */
		if (strcmp(s, "want") == 0)
			break;
		line(&m, s);
	}
	free(s);
	fclose(f);
	finish(&m);
	return 0;
}
