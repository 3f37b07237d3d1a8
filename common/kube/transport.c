#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kube/http.h"
#include "kube/proxy.h"
#include "kube/transport.h"

#define ARENA_MAX (1024 * 1024)
#define KEEPALIVE_SECONDS 15	/* nine unanswered ones, and it is dead */

/*
 * libcurl has no option for the name that a certificate is verified against:
 * the URL takes the name, CONNECT_TO the connection back to the real host, and
 * a header of its own says Host.
 */
static int
rename_host(struct transport *t, struct url *u, struct err *e)
{
	int six = strchr(u->host, ':') != NULL;
	const char *to;

	to = arena_printf(&t->arena, e, "%s:%s:%s%s%s:%s",
	    t->c->tls_server_name, u->port, six ? "[" : "", u->host,
	    six ? "]" : "", u->port);
	t->host = arena_printf(&t->arena, e, "Host: %s%s%s:%s",
	    six ? "[" : "", u->host, six ? "]" : "", u->port);
	if (to == NULL || t->host == NULL)
		return -1;
	t->connect_to = curl_slist_append(NULL, to);
	u->host = t->c->tls_server_name;
	return t->connect_to == NULL ? err_nomem(e) : 0;
}

static int
set_proxy(struct transport *t, const struct url *u, struct err *e)
{
	struct url p;

	if ((t->c->proxy_url != NULL ? proxy_of_url(&t->arena,
	    t->c->proxy_url, &t->proxy, e) :
	    proxy_of_env(&t->arena, u, &t->proxy, e)) == -1)
		return -1;
	if (t->proxy[0] == '\0' ||
	    url_parse(&t->arena, t->proxy, &p, NULL) == -1)
		return 0;
	t->hide[0] = p.user;
	t->hide[1] = p.password;
	return 0;
}

/* A header's value holds no control character: RFC 9110 section 5.5. */
static int
check_value(const char *what, const char *s, struct err *e)
{
	for (; s != NULL && *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return err_set(e, ERR_CONFIG, "%s holds a control "
			    "character", what);
	return 0;
}

static int
check_values(const struct kube_config *c, struct err *e)
{
	size_t i, j;

	if (check_value("--as", c->as, e) == -1 ||
	    check_value("--as-uid", c->as_uid, e) == -1)
		return -1;
	for (i = 0; i < c->nas_group; i++)
		if (check_value("--as-group", c->as_group[i], e) == -1)
			return -1;
	for (i = 0; i < c->nas_extra; i++)
		for (j = 0; j < c->as_extra[i].n; j++)
			if (check_value("--as-user-extra",
			    c->as_extra[i].value[j], e) == -1)
				return -1;
	return 0;
}

int
transport_init(struct transport *t, const struct kube_config *c,
    struct err *e)
{
	const char *env = getenv("DISABLE_HTTP2");
	struct url u;
	int six;

	memset(t, 0, sizeof(*t));
	t->c = c;
	arena_init(&t->arena, ARENA_MAX, "the transport");
	t->http1 = env != NULL && env[0] != '\0';
	if (c->ca.p == NULL && !c->insecure)
		trust_find("", getenv("SSL_CERT_FILE"), getenv("SSL_CERT_DIR"),
		    &t->trust);
	if (check_values(c, e) == -1 ||
	    url_parse(&t->arena, c->server, &u, e) == -1 ||
	    set_proxy(t, &u, e) == -1)
		return -1;
	six = strchr(u.host, ':') != NULL;
	t->address = arena_printf(&t->arena, e, "%s%s%s:%s", six ? "[" : "",
	    u.host, six ? "]" : "", u.port);
	if (t->address == NULL)
		return -1;
	if (c->tls_server_name != NULL && kube_config_is_https(t->c) &&
	    rename_host(t, &u, e) == -1)
		return -1;
	t->base = url_text(&t->arena, &u, e);
	u.path = "/";
	t->origin = url_text(&t->arena, &u, e);
	return t->base == NULL || t->origin == NULL ? -1 : 0;
}

void
transport_release(struct transport *t)
{
	curl_slist_free_all(t->connect_to);
	arena_release(&t->arena);
}

const char *
transport_path(const struct transport *t)
{
	/* the origin ends in the slash that a path begins with */
	return t->base + strlen(t->origin) - 1;
}

int
transport_same_origin(const struct transport *t, const char *url)
{
	struct arena a;
	struct url u;
	const char *text = NULL;
	int same = 0;

	arena_init(&a, ARENA_MAX, "a URL");
	if (url_parse(&a, url, &u, NULL) == 0 && u.user == NULL) {
		u.path = "/";
		text = url_text(&a, &u, NULL);
		same = text != NULL && strcasecmp(text, t->origin) == 0;
	}
	arena_release(&a);
	return same;
}

/* ---- options ---- */

static struct curl_blob
blob(const void *p, size_t len)
{
	struct curl_blob b;

	b.data = (void *)p;
	b.len = len;
	b.flags = CURL_BLOB_COPY;
	return b;
}

static void
set_tls(const struct transport *t, const struct cred *cr, CURL *curl)
{
	const struct kube_config *c = t->c;
	struct curl_blob b;

	curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, c->insecure ? 0L : 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, c->insecure ? 0L : 2L);
	curl_easy_setopt(curl, CURLOPT_PROXY_SSL_VERIFYPEER,
	    c->insecure ? 0L : 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY_SSL_VERIFYHOST,
	    c->insecure ? 0L : 2L);
	if (c->ca.p != NULL) {
		b = blob(c->ca.p, c->ca.len);
		curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &b);
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
		curl_easy_setopt(curl, CURLOPT_PROXY_CAINFO_BLOB, &b);
		curl_easy_setopt(curl, CURLOPT_PROXY_CAPATH, NULL);
	} else if (!c->insecure) {
		curl_easy_setopt(curl, CURLOPT_CAINFO, t->trust.file);
		curl_easy_setopt(curl, CURLOPT_CAPATH, t->trust.dir);
		curl_easy_setopt(curl, CURLOPT_PROXY_CAINFO, t->trust.file);
		curl_easy_setopt(curl, CURLOPT_PROXY_CAPATH, t->trust.dir);
	}
	curl_easy_setopt(curl, CURLOPT_SSLCERTTYPE, "PEM");
	curl_easy_setopt(curl, CURLOPT_SSLKEYTYPE, "PEM");
	if (c->cert.p != NULL || cr->cert.len > 0) {
		b = c->cert.p != NULL ? blob(c->cert.p, c->cert.len) :
		    blob(cr->cert.p, cr->cert.len);
		curl_easy_setopt(curl, CURLOPT_SSLCERT_BLOB, &b);
		b = c->cert.p != NULL ? blob(c->key.p, c->key.len) :
		    blob(cr->key.p, cr->key.len);
		curl_easy_setopt(curl, CURLOPT_SSLKEY_BLOB, &b);
		/* an encrypted key must not ask the terminal */
		curl_easy_setopt(curl, CURLOPT_KEYPASSWD, "");
	}
}

int
transport_set(const struct transport *t, const struct cred *cr, CURL *curl,
    struct curl_slist *headers)
{
	long ms = t->c->timeout_ms;

	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
	    t->http1 || !kube_config_is_https(t->c) ?
	    (long)CURL_HTTP_VERSION_1_1 : (long)CURL_HTTP_VERSION_2TLS);
	if (!t->c->no_compression)
		curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "");
	curl_easy_setopt(curl, CURLOPT_PROXY, t->proxy);
	if (t->connect_to != NULL)
		curl_easy_setopt(curl, CURLOPT_CONNECT_TO, t->connect_to);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
	    ms < HTTP_CONNECT_MS ? ms : (long)HTTP_CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)HTTP_LOW_SPEED);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME,
	    ms < 1000 ? 1L : ms / 1000);
	/* a stream can be the second request of its connection */
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_SECONDS);
	if (kube_config_is_https(t->c))
		set_tls(t, cr, curl);
	return 0;
}

void
transport_set_stream(CURL *curl, long quiet, int alone)
{
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, quiet);
	/* what packs an answer may wait for more of it */
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, NULL);
	if (alone)
		curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
}

void
transport_set_own(CURL *curl)
{
	curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_PIPEWAIT, 0L);
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
	/* a proxy hands on bytes, not requests */
	curl_easy_setopt(curl, CURLOPT_HTTPPROXYTUNNEL, 1L);
}

void
transport_set_body(CURL *curl, const char *method, const void *p, size_t len)
{
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)p);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
}

void
transport_set_once(const struct transport *t, CURL *curl)
{
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, t->c->timeout_ms);
}

/* ---- errors ---- */

/* The text without the words that may not be said. */
static void
redact(const struct transport *t, const char *text, char *out, size_t size)
{
	size_t o = 0, i, n;

	while (*text != '\0' && o + 6 < size) {
		for (i = 0; i < 4; i++) {
			n = t->hide[i] == NULL ? 0 : strlen(t->hide[i]);
			if (n > 0 && strncmp(text, t->hide[i], n) == 0)
				break;
		}
		if (i < 4) {
			memcpy(out + o, "xxxxx", 5);
			o += 5;
			text += n;
		} else
			out[o++] = *text++;
	}
	out[o] = '\0';
}

static int
is_certificate(CURLcode code)
{
	return code == CURLE_PEER_FAILED_VERIFICATION ||
	    code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CACERT_BADFILE;
}

void
transport_explain(const struct transport *t, CURL *curl, CURLcode code,
    const char *text, struct err *e)
{
	char safe[ERR_MSG_MAX];
	long num = 0;

	redact(t, text[0] != '\0' ? text : curl_easy_strerror(code), safe,
	    sizeof(safe));
	curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &num);
	if (code == CURLE_COULDNT_CONNECT && num == ECONNREFUSED &&
	    t->proxy[0] == '\0')
		err_set(e, ERR_NET, "The connection to the server %s was "
		    "refused - did you specify the right host or port?",
		    t->address);
	else if (code == CURLE_OPERATION_TIMEDOUT)
		err_set(e, ERR_NET, "Unable to connect to the server: %s: "
		    "no progress within the time-out of %ld ms", t->address,
		    t->c->timeout_ms);
	else if (code == CURLE_ABORTED_BY_CALLBACK)
		err_set(e, ERR_NET, "Unable to connect to the server: %s: the "
		    "connection broke, and a write is not sent twice",
		    t->address);
	else if (is_certificate(code))
		err_set(e, ERR_NET, "Unable to connect to the server: tls: "
		    "failed to verify certificate: %s", safe);
	else
		err_set(e, ERR_NET, "Unable to connect to the server: %s%s",
		    t->proxy[0] != '\0' ? "through its proxy: " : "", safe);
}
