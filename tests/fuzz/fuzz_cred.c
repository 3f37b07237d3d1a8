/*
 * What a credential plugin prints, against json-c's view of the same text: no
 * token or pair but the one that stands there, none left from the answer
 * before, and nothing secret in a message.
 */
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kube/cred.h"

#define V1	"client.authentication.k8s.io/v1"
#define V1BETA1	V1 "beta1"
#define LEAK	12	/* bytes of a secret that no message has by chance */

int	LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char before[] = "{\"kind\":\"ExecCredential\",\"apiVersion\":\""
    V1 "\",\"status\":{\"token\":\"old\",\"clientCertificateData\":\"old\","
    "\"clientKeyData\":\"old\",\"expirationTimestamp\":"
    "\"2030-01-02T03:04:05Z\"}}";

static struct json_object *
at(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	if (!json_object_is_type(o, json_type_object) ||
	    !json_object_object_get_ex(o, key, &v))
		return NULL;
	return v;
}

/* A string's bytes; "" for anything else. */
static const char *
text(struct json_object *o, size_t *len)
{
	*len = 0;
	if (!json_object_is_type(o, json_type_string))
		return "";
	*len = (size_t)json_object_get_string_len(o);
	return json_object_get_string(o);
}

static int
is(struct json_object *o, const char *want)
{
	size_t len;
	const char *s = text(o, &len);

	return len == strlen(want) && memcmp(s, want, len) == 0;
}

static int
same(const struct buf *b, const char *s, size_t len)
{
	return b->len == len && memcmp(buf_str(b), s, len) == 0;
}

/* Blanks around a token are no part of it: RFC 9110 section 5.5. */
static const char *
trim(const char *s, size_t *len)
{
	while (*len > 0 && strchr(" \t\n\v\f\r", s[*len - 1]) != NULL &&
	    s[*len - 1] != '\0')
		--*len;
	while (*len > 0 && strchr(" \t\n\v\f\r", *s) != NULL && *s != '\0')
		s++, --*len;
	return s;
}

static void
taken(const struct cred *cr, struct json_object *root, const char *version)
{
	struct json_object *status = at(root, "status");
	const char *s;
	size_t i, len;

	if (!is(at(root, "kind"), "ExecCredential") ||
	    !is(at(root, "apiVersion"), version))
		abort();
	if (cr->token.len == 0 && cr->cert.len == 0)
		abort();
	if ((cr->cert.len > 0) != (cr->key.len > 0))
		abort();
	for (i = 0; i < cr->token.len; i++)
		if (cr->token.p[i] < 0x20 || cr->token.p[i] == 0x7f)
			abort();
	s = text(at(status, "token"), &len);
	s = trim(s, &len);
	if (!same(&cr->token, s, len))
		abort();
	s = text(at(status, "clientCertificateData"), &len);
	if (!same(&cr->cert, s, len))
		abort();
	s = text(at(status, "clientKeyData"), &len);
	if (!same(&cr->key, s, len))
		abort();
	if (cr->expires != 0 && !json_object_is_type(at(status,
	    "expirationTimestamp"), json_type_string))
		abort();
}

/*
 * A message quotes the version and the time, and nothing that is a secret: one
 * with a '=' in it, as our own words have none.
 */
static void
refused(const struct err *e, struct json_object *root)
{
	static const char *const secret[] = { "token", "clientKeyData" };
	struct json_object *status = at(root, "status");
	size_t i, len, ignored;
	const char *s;

	if (e->msg[0] == '\0' || e->class == ERR_NONE)
		abort();
	if (at(root, "items") != NULL)
		return;
	for (i = 0; i < 2; i++) {
		s = text(at(status, secret[i]), &len);
		if (len < LEAK || strlen(s) != len || strchr(s, '=') == NULL ||
		    strstr(text(at(root, "apiVersion"), &ignored), s) != NULL ||
		    strstr(text(at(status, "expirationTimestamp"), &ignored),
		    s) != NULL)
			continue;
		if (strstr(e->msg, s) != NULL)
			abort();
	}
}

/* The answer before leaves nothing behind. */
static void
behind(const char *p, size_t n, const char *version, const struct cred *cr)
{
	struct err e = ERR_INIT;
	struct cred old;

	cred_init(&old, cr->c, NULL, NULL);
	if (cred_parse(&old, before, sizeof(before) - 1, V1, &e) == -1)
		abort();
	if (cred_parse(&old, p, n, version, &e) == 0 && (cr->token.len +
	    cr->cert.len == 0 || old.expires != cr->expires ||
	    !same(&old.token, buf_str(&cr->token), cr->token.len) ||
	    !same(&old.cert, buf_str(&cr->cert), cr->cert.len) ||
	    !same(&old.key, buf_str(&cr->key), cr->key.len)))
		abort();
	cred_release(&old);
}

static int
one(const char *p, size_t n, struct json_object *root, const char *version)
{
	static const struct kube_config config;
	struct err e = ERR_INIT;
	struct cred cr;
	int ret;

	cred_init(&cr, &config, NULL, NULL);
	if ((ret = cred_parse(&cr, p, n, version, &e)) == -1)
		refused(&e, root);
	else
		taken(&cr, root, version);
	behind(p, n, version, &cr);
	cred_release(&cr);
	return ret;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct json_tokener *tok = json_tokener_new();
	const char *s = n == 0 ? "" : (const char *)p;
	struct json_object *root;
	int v1, beta;

	if (tok == NULL)
		abort();
	root = json_tokener_parse_ex(tok, s, (int)n);
	v1 = one(s, n, root, V1);
	beta = one(s, n, root, V1BETA1);
	if (v1 == 0 && beta == 0)
		abort();
	json_object_put(root);
	json_tokener_free(tok);
	return 0;
}
