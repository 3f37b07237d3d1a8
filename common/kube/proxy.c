#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kube/proxy.h"

#define ENTRY_MAX 512	/* bytes of a NO_PROXY entry; more match nothing */

/* An address as 16 bytes, IPv4 mapped; returns its bits, or 0. */
static int
address(const char *s, unsigned char out[16])
{
	static const unsigned char mapped[12] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
	};

	memcpy(out, mapped, sizeof(mapped));
	if (inet_pton(AF_INET, s, out + 12) == 1)
		return 32;
	return inet_pton(AF_INET6, s, out) == 1 ? 128 : 0;
}

static int
in_network(char *entry, const char *host)
{
	unsigned char net[16], ip[16];
	char *slash = strchr(entry, '/'), *end;
	int bits, i;
	long n;

	*slash = '\0';
	bits = address(entry, net);
	n = strtol(slash + 1, &end, 10);
	if (bits == 0 || end == slash + 1 || *end != '\0' || n < 0 ||
	    n > bits || address(host, ip) != bits)
		return 0;
	n += 128 - bits;
	for (i = 0; i < n; i++)
		if ((net[i / 8] ^ ip[i / 8]) & (0x80 >> i % 8))
			return 0;
	return 1;
}

static int
same_address(const char *a, const char *b)
{
	unsigned char x[16], y[16];

	return address(a, x) != 0 && address(b, y) != 0 &&
	    memcmp(x, y, 16) == 0;
}

/* Split "host:port" or "[v6]:port" in place; "" if there is no port. */
static const char *
split_port(char **entry)
{
	char *s = *entry, *colon;

	if (s[0] == '[') {
		*entry = s + 1;
		if ((colon = strchr(s, ']')) == NULL)
			return "";
		*colon++ = '\0';
		return *colon == ':' ? colon + 1 : "";
	}
	colon = strchr(s, ':');
	if (colon == NULL || strchr(colon + 1, ':') != NULL)
		return "";	/* none, or a bare IPv6 address */
	*colon = '\0';
	return colon + 1;
}

static int
is_suffix(const char *host, const char *domain)
{
	size_t h = strlen(host), d = strlen(domain);

	return h > d && strcasecmp(host + h - d, domain) == 0;
}

/* One entry of NO_PROXY: *, an address, a network, a domain. */
static int
entry_matches(char *entry, const char *host, const char *port)
{
	unsigned char ip[16];
	const char *want;

	if (strcmp(entry, "*") == 0)
		return 1;
	if (strchr(entry, '/') != NULL)
		return in_network(entry, host);
	want = split_port(&entry);
	if (want[0] != '\0' && strcmp(want, port) != 0)
		return 0;
	if (address(entry, ip) != 0)
		return same_address(entry, host);
	if (entry[0] == '*' && entry[1] == '.')
		entry++;
	if (entry[0] == '.')
		return is_suffix(host, entry);
	if (strcasecmp(entry, host) == 0)
		return 1;
	return is_suffix(host, entry) &&
	    host[strlen(host) - strlen(entry) - 1] == '.';
}

int
proxy_bypasses(const char *no_proxy, const char *host, const char *port)
{
	char entry[ENTRY_MAX];
	size_t n, skip;

	for (; *no_proxy != '\0'; no_proxy += n) {
		n = strcspn(no_proxy, ",");
		skip = strspn(no_proxy, " \t");
		if (skip < n && n - skip < sizeof(entry)) {
			snprintf(entry, sizeof(entry), "%.*s",
			    (int)(n - skip), no_proxy + skip);
			entry[strcspn(entry, " \t")] = '\0';
			if (entry[0] != '\0' &&
			    entry_matches(entry, host, port))
				return 1;
		}
		n += no_proxy[n] == ',';
	}
	return 0;
}

static const char *
env2(const char *upper, const char *lower)
{
	const char *s = getenv(upper);

	return s != NULL && s[0] != '\0' ? s : getenv(lower);
}

int
proxy_of_url(struct arena *a, const char *proxy, const char **out,
    struct err *e)
{
	/* Go hands names to a SOCKS5 proxy unresolved: libcurl's socks5h */
	if (strncasecmp(proxy, "socks5://", 9) == 0)
		*out = arena_printf(a, e, "socks5h://%s", proxy + 9);
	else
		*out = proxy;
	return *out == NULL ? -1 : 0;
}

int
proxy_of_env(struct arena *a, const struct url *u, const char **out,
    struct err *e)
{
	int https = strcmp(u->scheme, "https") == 0;
	const char *proxy, *no;
	struct url p;

	*out = "";
	proxy = https ? env2("HTTPS_PROXY", "https_proxy") :
	    env2("HTTP_PROXY", "http_proxy");
	no = env2("NO_PROXY", "no_proxy");
	if (proxy == NULL || proxy[0] == '\0' || url_is_local(u->host) ||
	    (no != NULL && proxy_bypasses(no, u->host, u->port)))
		return 0;
	if (strstr(proxy, "://") == NULL &&
	    (proxy = arena_printf(a, e, "http://%s", proxy)) == NULL)
		return -1;
	if (url_parse(a, proxy, &p, e) == -1)
		return err_prefix(e, "invalid %s in the environment",
		    https ? "HTTPS_PROXY" : "HTTP_PROXY");
	return proxy_of_url(a, proxy, out, e);
}
