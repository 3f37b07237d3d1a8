#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "kube/url.h"

static int
part(struct arena *a, CURLU *h, CURLUPart what, unsigned flags,
    const char **out, struct err *e)
{
	char *s = NULL;

	*out = NULL;
	if (curl_url_get(h, what, &s, flags) != CURLUE_OK)
		return 0;	/* there is none */
	*out = arena_text(a, s, strlen(s), e);
	curl_free(s);
	return *out == NULL ? -1 : 0;
}

static void
strip(struct url *u)
{
	size_t len = strlen(u->path);
	char *s;

	while (len > 0 && u->path[len - 1] == '/')
		len--;
	s = (char *)u->path;	/* the arena's own copy */
	s[len] = '\0';
	len = strlen(u->host);
	if (u->host[0] == '[' && u->host[len - 1] == ']') {
		s = (char *)u->host;
		s[len - 1] = '\0';
		u->host++;
	}
}

static int
is_address(const char *host)
{
	struct in_addr a;

	return inet_pton(AF_INET, host, &a) == 1;
}

int
url_parse(struct arena *a, const char *s, struct url *u, struct err *e)
{
	const unsigned any = CURLU_NON_SUPPORT_SCHEME;
	CURLUcode code;
	CURLU *h;
	int ret = -1;

	memset(u, 0, sizeof(*u));
	if ((h = curl_url()) == NULL)
		return err_nomem(e);
	code = curl_url_set(h, CURLUPART_URL, s, any);
	if (code != CURLUE_OK)
		err_set(e, ERR_CONFIG, "%s", curl_url_strerror(code));
	else if (part(a, h, CURLUPART_SCHEME, 0, &u->scheme, e) == 0 &&
	    part(a, h, CURLUPART_HOST, 0, &u->host, e) == 0 &&
	    part(a, h, CURLUPART_PORT, CURLU_DEFAULT_PORT, &u->port, e) == 0 &&
	    part(a, h, CURLUPART_PATH, 0, &u->path, e) == 0 &&
	    part(a, h, CURLUPART_USER, CURLU_URLDECODE, &u->user, e) == 0 &&
	    part(a, h, CURLUPART_PASSWORD, CURLU_URLDECODE, &u->password,
	    e) == 0) {
		if (u->scheme == NULL || u->host == NULL ||
		    u->host[0] == '\0')
			err_set(e, ERR_CONFIG, "it has no host");
		/* Go looks "127.1" up as a name, and finds none */
		else if (is_address(u->host) && strstr(s, u->host) == NULL)
			err_set(e, ERR_CONFIG, "its host is an abbreviated "
			    "address");
		else
			ret = 0;
	}
	curl_url_cleanup(h);
	if (ret == 0) {
		if (u->port == NULL)
			u->port = "";
		if (u->path == NULL)
			u->path = arena_text(a, "", 0, e);
		if (u->path == NULL)
			return -1;
		strip(u);
	}
	return ret;
}

const char *
url_text(struct arena *a, const struct url *u, struct err *e)
{
	int six = strchr(u->host, ':') != NULL;

	return arena_printf(a, e, "%s://%s%s%s%s%s%s", u->scheme,
	    six ? "[" : "", u->host, six ? "]" : "",
	    u->port[0] != '\0' ? ":" : "", u->port, u->path);
}

int
url_is_local(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	if (strcasecmp(host, "localhost") == 0)
		return 1;
	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &six) == 1 &&
	    (IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) &&
	    six.s6_addr[12] == 127));
}
