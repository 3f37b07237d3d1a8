/* What a request says of who asks. */
#include <string.h>

#include "base/buf.h"
#include "kube/transport.h"
#include "pki/b64.h"

void
transport_wipe_headers(struct curl_slist **l)
{
	struct curl_slist *s;

	for (s = *l; s != NULL; s = s->next)
		explicit_bzero(s->data, strlen(s->data));
	curl_slist_free_all(*l);
	*l = NULL;
}

static int
header(struct curl_slist **l, const char *name, const char *value)
{
	struct curl_slist *more;
	struct buf b;
	int ret = -1;

	buf_init_secret(&b, 2 * KUBE_SECRET_MAX, "a header");
	/* libcurl takes "Name;" for a header without a value */
	if (buf_printf(&b, NULL, value[0] == '\0' ? "%s;%s" : "%s: %s", name,
	    value) == 0 && (more = curl_slist_append(*l, buf_str(&b))) !=
	    NULL) {
		*l = more;
		ret = 0;
	}
	buf_release(&b);
	return ret;
}

/* client-go transport/round_trippers.go headerKeyEscape: RFC 3986 escapes */
/* for everything that is no token character of RFC 9110, and for %. */
static int
extra(struct curl_slist **l, const struct kube_extra *x)
{
	static const char token[] = "!#$&'*+-.^_`|~0123456789"
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	struct buf b;
	const char *p;
	int ret = 0;
	size_t i;

	buf_init(&b, 65536, "a header's name");
	ret = buf_puts(&b, "Impersonate-Extra-", NULL);
	for (p = x->key; ret == 0 && *p != '\0'; p++)
		ret = strchr(token, *p) != NULL ? buf_putc(&b,
		    (unsigned char)*p, NULL) : buf_printf(&b, NULL, "%%%02X",
		    (unsigned)(unsigned char)*p);
	for (i = 0; ret == 0 && i < x->n; i++)
		ret = header(l, buf_str(&b), x->value[i]);
	buf_release(&b);
	return ret;
}

static int
impersonate(const struct kube_config *c, struct curl_slist **l)
{
	size_t i;

	if (c->as == NULL)
		return 0;
	if (header(l, "Impersonate-User", c->as) == -1 ||
	    (c->as_uid != NULL &&
	    header(l, "Impersonate-Uid", c->as_uid) == -1))
		return -1;
	for (i = 0; i < c->nas_group; i++)
		if (header(l, "Impersonate-Group", c->as_group[i]) == -1)
			return -1;
	for (i = 0; i < c->nas_extra; i++)
		if (extra(l, &c->as_extra[i]) == -1)
			return -1;
	return 0;
}

static int
basic(const struct kube_config *c, struct curl_slist **l)
{
	struct buf plain, coded;
	int ret = -1;

	buf_init_secret(&plain, KUBE_SECRET_MAX, "a password");
	buf_init_secret(&coded, 2 * KUBE_SECRET_MAX, "a password");
	if (buf_printf(&plain, NULL, "%s:%s", c->username, c->password) == 0 &&
	    buf_puts(&coded, "Basic ", NULL) == 0 &&
	    b64_encode(buf_str(&plain), plain.len, &coded, NULL) == 0)
		ret = header(l, "Authorization", buf_str(&coded));
	buf_release(&plain);
	buf_release(&coded);
	return ret;
}

static int
bearer(const struct cred *cr, struct curl_slist **l)
{
	struct buf b;
	int ret;

	buf_init_secret(&b, 2 * KUBE_SECRET_MAX, "a token");
	ret = buf_printf(&b, NULL, "Bearer %s", buf_str(&cr->token));
	if (ret == 0)
		ret = header(l, "Authorization", buf_str(&b));
	buf_release(&b);
	return ret;
}

int
transport_add_type(struct curl_slist **l, const char *type)
{
	struct curl_slist *more;

	/* a 417 to libcurl's "Expect: 100-continue" would be a second try */
	if (header(l, "Content-Type", type) == -1 ||
	    (more = curl_slist_append(*l, "Expect:")) == NULL)
		return -1;
	*l = more;
	return 0;
}

int
transport_headers(const struct transport *t, const struct cred *cr,
    const char *agent, const char *accept, struct curl_slist **out)
{
	int ret;

	*out = NULL;
	ret = header(out, "Accept", accept);
	if (ret == 0)
		ret = header(out, "User-Agent", agent);
	if (ret == 0 && t->host != NULL)
		ret = header(out, "Host", t->host + strlen("Host: "));
	/* in the clear goes nothing that says who we are */
	if (ret == 0 && kube_config_is_https(t->c) && cr->token.len > 0)
		ret = bearer(cr, out);
	else if (ret == 0 && kube_config_is_https(t->c) &&
	    t->c->username != NULL)
		ret = basic(t->c, out);
	if (ret == 0)
		ret = impersonate(t->c, out);
	if (ret == -1)
		transport_wipe_headers(out);
	return ret;
}
