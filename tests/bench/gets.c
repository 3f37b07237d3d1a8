/*
 * The floor of talking to an API server: the same GETs over one connection,
 * all at once, thrown away.  The tools' own link line.
 *	gets DIR ACCEPT URL...	(DIR has ca.crt, admin.crt and admin.key)
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/loaded.h"

static size_t
drop(char *p, size_t size, size_t n, void *arg)
{
	(void)p;
	(void)arg;
	return size * n;
}

static CURL *
get(const char *dir, struct curl_slist *headers, const char *url)
{
	char ca[512], cert[512], key[512];
	CURL *c = curl_easy_init();

	if (c == NULL)
		exit(1);
	snprintf(ca, sizeof(ca), "%s/ca.crt", dir);
	snprintf(cert, sizeof(cert), "%s/admin.crt", dir);
	snprintf(key, sizeof(key), "%s/admin.key", dir);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_CAINFO, ca);
	curl_easy_setopt(c, CURLOPT_SSLCERT, cert);
	curl_easy_setopt(c, CURLOPT_SSLKEY, key);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
	return c;
}

int
main(int argc, char **argv)
{
	struct curl_slist *headers;
	int i, running = 1, bad = 0, left;
	CURLMsg *m;
	CURLM *multi;

	if (argc < 4 || !loaded() ||
	    curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 2;
	headers = curl_slist_append(NULL, argv[2]);
	multi = curl_multi_init();
	curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, 1L);
	for (i = 3; i < argc; i++)
		curl_multi_add_handle(multi, get(argv[1], headers, argv[i]));
	while (running > 0) {
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			return 2;
		while ((m = curl_multi_info_read(multi, &left)) != NULL)
			bad |= m->data.result != CURLE_OK;
		if (running > 0)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
	return bad ? 2 : 0;
}
