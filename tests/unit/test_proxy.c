/* Go's proxy rules (golang.org/x/net/http/httpproxy), case by case. */
#include "tests/unit/unit.h"

#include "kube/kubeconfig.h"
#include "kube/proxy.h"

/* What NO_PROXY says of a host. */
static const struct {
	const char	*no_proxy;
	const char	*host;
	const char	*port;
	int		 bypass;
} no_proxies[] = {
	{ "", "example.com", "443", 0 },
	{ "*", "example.com", "443", 1 },
	{ " * ", "example.com", "443", 1 },
	/* a domain: itself and what is below it */
	{ "example.com", "example.com", "443", 1 },
	{ "example.com", "EXAMPLE.com", "443", 1 },
	{ "EXAMPLE.com", "example.com", "443", 1 },
	{ "example.com", "api.example.com", "443", 1 },
	{ "example.com", "badexample.com", "443", 0 },
	{ "example.com", "example.com.evil.org", "443", 0 },
	{ "example.com", "com", "443", 0 },
	/* with a dot: only what is below it */
	{ ".example.com", "example.com", "443", 0 },
	{ ".example.com", "api.example.com", "443", 1 },
	{ "*.example.com", "example.com", "443", 0 },
	{ "*.example.com", "api.example.com", "443", 1 },
	/* ports */
	{ "example.com:443", "example.com", "443", 1 },
	{ "example.com:443", "example.com", "6443", 0 },
	{ ".example.com:6443", "a.example.com", "6443", 1 },
	{ "10.1.2.3:6443", "10.1.2.3", "6443", 1 },
	{ "10.1.2.3:6443", "10.1.2.3", "443", 0 },
	/* addresses and networks */
	{ "10.1.2.3", "10.1.2.3", "443", 1 },
	{ "10.1.2.3", "10.1.2.30", "443", 0 },
	{ "10.1.2.0/24", "10.1.2.3", "443", 1 },
	{ "10.1.2.0/24", "10.1.3.3", "443", 0 },
	{ "10.1.2.128/25", "10.1.2.127", "443", 0 },
	{ "0.0.0.0/0", "10.1.2.3", "443", 1 },
	{ "0.0.0.0/0", "example.com", "443", 0 },
	{ "10.1.2.0/33", "10.1.2.3", "443", 0 },
	{ "10.1.2.0/", "10.1.2.3", "443", 0 },
	{ "10.1.2.0/-1", "10.1.2.3", "443", 0 },
	{ "2001:db8::/32", "2001:db8::1", "443", 1 },
	{ "2001:db8::/32", "2001:db9::1", "443", 0 },
	{ "2001:db8::1", "2001:db8:0:0::1", "443", 1 },
	{ "[2001:db8::1]:443", "2001:db8::1", "443", 1 },
	{ "[2001:db8::1]:443", "2001:db8::1", "80", 0 },
	/* lists */
	{ "a.org,example.com", "example.com", "443", 1 },
	{ "a.org, example.com ,b.org", "example.com", "443", 1 },
	{ ",,example.com,", "example.com", "443", 1 },
	{ "a.org,b.org", "example.com", "443", 0 },
	{ "a.org b.org", "b.org", "443", 0 },
};

static void
test_no_proxy(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(no_proxies); i++)
		if (proxy_bypasses(no_proxies[i].no_proxy, no_proxies[i].host,
		    no_proxies[i].port) != no_proxies[i].bypass)
			fail_msg("[%zu] '%s' and %s:%s: want %d", i,
			    no_proxies[i].no_proxy, no_proxies[i].host,
			    no_proxies[i].port, no_proxies[i].bypass);
}

/* "NAME=value NAME=value", a URL, and the proxy that it goes through. */
static const struct {
	const char	*env;
	const char	*url;
	const char	*want;		/* NULL: an error */
} envs[] = {
	{ "", "https://h", "" },
	{ "HTTPS_PROXY=http://p:1", "https://h", "http://p:1" },
	{ "https_proxy=http://p:1", "https://h", "http://p:1" },
	{ "HTTPS_PROXY=http://p:1 https_proxy=http://q:1", "https://h",
	    "http://p:1" },
	{ "HTTP_PROXY=http://p:1", "https://h", "" },
	{ "HTTP_PROXY=http://p:1", "http://h", "http://p:1" },
	{ "http_proxy=http://p:1", "http://h", "http://p:1" },
	{ "HTTPS_PROXY=http://p:1", "http://h", "" },
	{ "ALL_PROXY=http://p:1", "https://h", "" },
	{ "all_proxy=http://p:1", "https://h", "" },
	/* no scheme is http */
	{ "HTTPS_PROXY=p:1", "https://h", "http://p:1" },
	{ "HTTPS_PROXY=10.0.0.1:3128", "https://h", "http://10.0.0.1:3128" },
	/* names are for the SOCKS proxy to resolve */
	{ "HTTPS_PROXY=socks5://p:1", "https://h", "socks5h://p:1" },
	{ "HTTPS_PROXY=https://p:1", "https://h", "https://p:1" },
	/* this machine is never behind a proxy */
	{ "HTTPS_PROXY=http://p:1", "https://localhost:6443", "" },
	{ "HTTPS_PROXY=http://p:1", "https://127.0.0.1:6443", "" },
	{ "HTTPS_PROXY=http://p:1", "https://127.9.8.7", "" },
	{ "HTTPS_PROXY=http://p:1", "https://[::1]:6443", "" },
	{ "HTTPS_PROXY=http://p:1", "https://128.0.0.1", "http://p:1" },
	{ "HTTPS_PROXY=http://p:1", "https://localhost.org", "http://p:1" },
	/* NO_PROXY, and the default port */
	{ "HTTPS_PROXY=http://p:1 NO_PROXY=h", "https://h", "" },
	{ "HTTPS_PROXY=http://p:1 no_proxy=h", "https://h", "" },
	{ "HTTPS_PROXY=http://p:1 NO_PROXY=h:443", "https://h", "" },
	{ "HTTPS_PROXY=http://p:1 NO_PROXY=h:6443", "https://h",
	    "http://p:1" },
	{ "HTTPS_PROXY=http://p:x", "https://h", NULL },
};

static void
set_env(const char *list)
{
	static const char *const names[] = {
		"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy",
		"NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"
	};
	char text[256], *word, *save = NULL, *eq;
	size_t i;

	for (i = 0; i < COUNT(names); i++)
		unsetenv(names[i]);
	snprintf(text, sizeof(text), "%s", list);
	for (word = strtok_r(text, " ", &save); word != NULL;
	    word = strtok_r(NULL, " ", &save)) {
		eq = strchr(word, '=');
		*eq = '\0';
		setenv(word, eq + 1, 1);
	}
}

static void
test_environment(void **state)
{
	const char *got;
	struct arena a;
	struct err e;
	struct url u;
	size_t i;
	int ret;

	(void)state;
	for (i = 0; i < COUNT(envs); i++) {
		memset(&e, 0, sizeof(e));
		arena_init(&a, 65536, "a test");
		set_env(envs[i].env);
		assert_int_equal(url_parse(&a, envs[i].url, &u, &e), 0);
		ret = proxy_of_env(&a, &u, &got, &e);
		if (envs[i].want == NULL) {
			assert_int_equal(ret, -1);
			assert_int_equal(e.class, ERR_CONFIG);
		} else if (ret == -1 || strcmp(got, envs[i].want) != 0)
			fail_msg("[%zu] %s, %s: '%s', want '%s'", i,
			    envs[i].env, envs[i].url, ret == -1 ? e.msg : got,
			    envs[i].want);
		arena_release(&a);
	}
	set_env("");
}

/* URLs as servers have them, and what is said of them. */
static const struct {
	const char	*url;
	const char	*want;		/* NULL: an error */
} urls[] = {
	{ "https://h", "https://h:443" },
	{ "https://h:6443", "https://h:6443" },
	{ "HTTPS://H:6443", "https://H:6443" },
	{ "http://h", "http://h:80" },
	{ "https://h:6443/", "https://h:6443" },
	{ "https://h/pre/fix", "https://h:443/pre/fix" },
	{ "https://h/pre/fix///", "https://h:443/pre/fix" },
	{ "https://h/p?q=1#f", "https://h:443/p" },
	{ "https://[2001:db8::1]:6443/p", "https://[2001:db8::1]:6443/p" },
	{ "https://me:secret@h/p", "https://h:443/p" },
	{ "https://", NULL },
	{ "https://h:port", NULL },
	{ "https://h:99999", NULL },
	{ "", NULL },
};

static void
test_urls(void **state)
{
	const char *got;
	struct arena a;
	struct url u;
	size_t i;
	int ret;

	(void)state;
	for (i = 0; i < COUNT(urls); i++) {
		struct err e = ERR_INIT;

		arena_init(&a, 65536, "a test");
		ret = url_parse(&a, urls[i].url, &u, &e);
		assert_int_equal(ret, urls[i].want == NULL ? -1 : 0);
		if (ret == -1)
			assert_int_equal(e.class, ERR_CONFIG);
		else {
			got = url_text(&a, &u, &e);
			assert_string_equal(got, urls[i].want);
		}
		arena_release(&a);
	}
}

/* Go's durations, or seconds. */
static void
test_durations(void **state)
{
	static const struct {
		const char	*text;
		long		 ms;	/* -1: none */
	} d[] = {
		{ "0", 0 }, { "30", 30000 }, { "30s", 30000 },
		{ "1m30s", 90000 }, { "500ms", 500 }, { "1.5h", 5400000 },
		{ ".5s", 500 }, { "1.s", 1000 }, { "1us", 1 },
		{ "1h0m", 3600000 },
		{ "0x1s", -1 }, { "1e3s", -1 }, { "infs", -1 }, { "s", -1 },
		{ ".s", -1 }, { "-1s", -1 }, { "1s ", -1 }, { "1 s", -1 },
		{ "1.2.3s", -1 }, { "1.5", -1 }, { "1d", -1 }, { "1s2", -1 },
		{ "99999999999999999999h", -1 },
	};
	size_t i;
	long ms;

	(void)state;
	for (i = 0; i < COUNT(d); i++) {
		ms = -1;
		if (kc_duration(d[i].text, &ms) == -1)
			ms = -1;
		if (ms != d[i].ms)
			fail_msg("'%s': %ld, want %ld", d[i].text, ms,
			    d[i].ms);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_proxy),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
