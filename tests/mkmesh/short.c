/* Words for what a mesh has many of. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "tests/mkmesh/mkmesh.h"

#define WORDS_MAX 128
#define TEXT_MAX 8192

struct line {
	char	*w[WORDS_MAX + 1];
	int	 n;
};

static void __attribute__((format(printf, 2, 3)))
add(struct line *l, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) >= (int)sizeof(text) ||
	    l->n == WORDS_MAX)
		die("a line that is too long");
	va_end(ap);
	l->w[l->n++] = strdup(text);
	l->w[l->n] = NULL;
}

static void
release(struct line *l)
{
	while (l->n > 0)
		free(l->w[--l->n]);
}

/* "NS/SA" taken apart; returns SA. */
static const char *
split(const char *id, char *ns, size_t size)
{
	const char *slash = id == NULL ? NULL : strchr(id, '/');

	if (slash == NULL || (size_t)(slash - id) >= size)
		die("no NS/NAME: %s", id == NULL ? "" : id);
	memcpy(ns, id, (size_t)(slash - id));
	ns[slash - id] = '\0';
	return slash + 1;
}

/*
 * Citadel's profile from 1.2 on (1.4.10:security/pkg/pki/util/
 * generate_cert.go): what the words do not say.
 */
static void
make_leaf(struct mesh *m, const char *name, const char *id, char **w)
{
	const char *sa, *by = word(w, "issuer", NULL), *dns;
	struct line l = { .n = 0 };
	char ns[256];
	X509 *issuer;

	if (by == NULL || (issuer = cert_named(m, by)) == NULL)
		die("%s needs an issuer", name);
	sa = split(id, ns, sizeof(ns));
	add(&l, "cert");
	add(&l, "%s", name);
	for (w += 2; *w != NULL; w++)
		add(&l, "%s", *w);
	dns = word(l.w, "dns", NULL);
	add(&l, "san=URI:spiffe://%s/ns/%s/sa/%s%s%s",
	    word(l.w, "td", "cluster.local"), ns, sa,
	    dns == NULL ? "" : ",DNS:", dns == NULL ? "" : dns);
	add(&l, "sancrit");
	add(&l, "subject=");
	add(&l, "key=k2");
	add(&l, "ca=no");
	add(&l, "ku=leaf");
	add(&l, "eku=server,client");
	add(&l, "ski=none");
	add(&l, "aki=%s", X509_get0_subject_key_id(issuer) == NULL ? "none" :
	    "keyid");
	add(&l, "from=-20d");
	add(&l, "to=+70d");
	make_cert(m, l.w);
	release(&l);
}

static void
make_workload(struct mesh *m, char **w)
{
	const char *id = w[1], *sa, *inter, *v;
	struct line l = { .n = 0 };
	char ns[256];

	sa = split(id, ns, sizeof(ns));
	make_leaf(m, id, id, w);
	add(&l, "secret");
	add(&l, "%s/istio.%s", ns, sa);
	add(&l, "type=istio.io/key-and-cert");
	add(&l, "meta=\"annotations\":\\s{\"istio.io/service-account.name\":"
	    "\"%s\"}", sa);
	inter = word(w, "inter", NULL);
	if ((v = word(w, "chain", NULL)) != NULL)
		add(&l, "cert-chain.pem=%s", v);
	else
		add(&l, "cert-chain.pem=%s%s%s", id, inter == NULL ? "" : "+",
		    inter == NULL ? "" : inter);
	if ((v = word(w, "keypem", NULL)) != NULL)
		add(&l, "key.pem=%s", v);
	else
		add(&l, "key.pem=pkcs1:%s", word(w, "key", "k2"));
	add(&l, "root-cert.pem=%s", word(w, "root", ""));
	make_object(m, "Secret", l.w);
	release(&l);
}

/* The "=" of ENV=VALUE, and none for the words that mean something here. */
static char *
env_of(char *w)
{
	return strncmp(w, "name=", 5) == 0 ? NULL : strchr(w, '=');
}

static void
make_plane(struct mesh *m, char **w)
{
	int citadel = strcmp(w[0], "citadel") == 0;
	const char *name, *comma = "";
	char text[TEXT_MAX];
	size_t n;
	char *eq;

	name = word(w, "name", citadel ? "istio-citadel" : "istiod");
	n = (size_t)snprintf(text, sizeof(text),
	    "{\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", "
	    "\"metadata\": {\"name\": \"%s\", \"namespace\": \"istio-system\"},"
	    " \"spec\": {\"template\": {\"metadata\": {\"labels\": {\"%s\": "
	    "\"%s\"}}, \"spec\": {\"containers\": [{\"name\": \"%s\", "
	    "\"image\": \"docker.io/istio/%s:%s\", \"args\": [\"%s\"], "
	    "\"env\": [", name, citadel ? "istio" : "app",
	    citadel ? "citadel" : "istiod", citadel ? "citadel" : "discovery",
	    citadel ? "citadel" : "pilot", w[1],
	    citadel ? "--self-signed-ca=true" : "discovery");
	for (w += 2; *w != NULL; w++) {
		if ((eq = env_of(*w)) == NULL)
			continue;
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "%s{\"name\": \"%.*s\", \"value\": \"%s\"}", comma,
		    (int)(eq - *w), *w, eq + 1);
		if (n >= sizeof(text))
			die("too much env");
		comma = ", ";
	}
	snprintf(text + n, sizeof(text) - n, "]}]}}}}");
	make_json(m, text);
}

static void
make_namespace(struct mesh *m, char **w)
{
	const char *meta = word(w, "meta", NULL);
	char text[TEXT_MAX];

	snprintf(text, sizeof(text), "{\"apiVersion\": \"v1\", \"kind\": "
	    "\"Namespace\", \"metadata\": {\"name\": \"%s\"%s%s}%s}", w[1],
	    meta == NULL ? "" : ", ", meta == NULL ? "" : meta,
	    word(w, "terminating", NULL) == NULL ? "" :
	    ", \"status\": {\"phase\": \"Terminating\"}");
	make_json(m, text);
}

static void
make_account(struct mesh *m, const char *id)
{
	char ns[256], text[TEXT_MAX];
	const char *name = split(id, ns, sizeof(ns));

	snprintf(text, sizeof(text), "{\"apiVersion\": \"v1\", \"kind\": "
	    "\"ServiceAccount\", \"metadata\": {\"name\": \"%s\", "
	    "\"namespace\": \"%s\"}}", name, ns);
	make_json(m, text);
}

int
make_short(struct mesh *m, char **w)
{
	if (strcmp(w[0], "leaf") == 0)
		make_leaf(m, w[1], word(w, "id", NULL), w);
	else if (strcmp(w[0], "workload") == 0)
		make_workload(m, w);
	else if (strcmp(w[0], "istiod") == 0 || strcmp(w[0], "citadel") == 0)
		make_plane(m, w);
	else if (strcmp(w[0], "namespace") == 0)
		make_namespace(m, w);
	else if (strcmp(w[0], "account") == 0)
		make_account(m, w[1]);
	else
		return 0;
	return 1;
}
