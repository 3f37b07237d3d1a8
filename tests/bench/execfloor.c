/*
 * The floor of asking many pods: the same requests, and nothing made of what
 * comes.  The tools' own link line.
 *	execfloor DIR CONCURRENCY ACCEPT URLS
 * DIR has ca.crt, admin.crt and admin.key.  The file URLS has those that the
 * tool asked for, one a line: the lists go first, all at once over one
 * connection; then those of exec, each a WebSocket over a connection of its
 * own, which is read until the other side closes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/loaded.h"

#define AT_ONCE_MAX	256
#define URLS_MAX	10000
#define PART		16384

static struct curl_blob ca, cert, key;
static char *lists[URLS_MAX], *execs[URLS_MAX];
static size_t nlists, nexecs, next, ended;
static unsigned long long bytes;
static CURLM *multi;
static CURLSH *share;

struct slot {
	CURL			*curl;	/* NULL: none */
	curl_socket_t		 fd;
	int			 there;
	unsigned long long	 got;
	char			 head[16];	/* what came first */
	char			 tail[4];	/* and last */
};

static struct slot slots[AT_ONCE_MAX];
static struct curl_waitfd fds[AT_ONCE_MAX];

__attribute__((noreturn)) static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "execfloor: %s: %s\n", what, why);
	exit(2);
}

static void
read_file(const char *dir, const char *name, struct curl_blob *b)
{
	static char text[3][PART];
	static int n;
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((f = fopen(path, "rb")) == NULL)
		fail(path, "cannot be opened");
	b->data = text[n++];
	b->len = fread(b->data, 1, PART, f);
	b->flags = CURL_BLOB_NOCOPY;
	fclose(f);
}

static void
read_urls(const char *file)
{
	FILE *f = fopen(file, "r");
	char *line = NULL, *u;
	size_t size = 0;
	ssize_t n;

	if (f == NULL)
		fail(file, "cannot be opened");
	while ((n = getline(&line, &size, f)) > 0) {
		line[n - 1] = '\0';
		if (nlists == URLS_MAX || nexecs == URLS_MAX ||
		    (u = strdup(line)) == NULL)
			fail(file, "too many URLs");
		if (strstr(u, "/exec?") != NULL)
			execs[nexecs++] = u;
		else
			lists[nlists++] = u;
	}
	free(line);
	fclose(f);
}

static CURL *
open_url(const char *url)
{
	CURL *c = curl_easy_init();

	if (c == NULL)
		fail(url, "out of memory");
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_CAINFO_BLOB, &ca);
	curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(c, CURLOPT_SSLCERT_BLOB, &cert);
	curl_easy_setopt(c, CURLOPT_SSLKEY_BLOB, &key);
	curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	return c;
}

/* ---- lists ---- */

static size_t
drop(char *p, size_t size, size_t n, void *arg)
{
	(void)p;
	(void)arg;
	bytes += size * n;
	return size * n;
}

static void
list_ended(const CURLMsg *m)
{
	CURL *c = m->easy_handle;
	long status = 0;

	if (m->data.result != CURLE_OK)
		fail("a list", curl_easy_strerror(m->data.result));
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200 && status != 404)
		fail("a list", "was refused");
	curl_multi_remove_handle(multi, c);
	curl_easy_cleanup(c);
}

static void
read_lists(struct curl_slist *headers)
{
	int running = nlists > 0, left;
	CURLMsg *m;
	size_t i;
	CURL *c;

	for (i = 0; i < nlists; i++) {
		c = open_url(lists[i]);
		curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "gzip");
		curl_easy_setopt(c, CURLOPT_PIPEWAIT, 1L);
		curl_easy_setopt(c, CURLOPT_HTTP_VERSION,
		    (long)CURL_HTTP_VERSION_2TLS);
		curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
		curl_multi_add_handle(multi, c);
	}
	while (running > 0) {
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			fail("lists", "broke off");
		while ((m = curl_multi_info_read(multi, &left)) != NULL)
			list_ended(m);
		if (running > 0)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
}

/* ---- exec ---- */

static void
begin(struct slot *s)
{
	memset(s, 0, sizeof(*s));
	s->curl = open_url(execs[next++]);
	curl_easy_setopt(s->curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(s->curl, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(s->curl, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(s->curl, CURLOPT_SHARE, share);
	curl_easy_setopt(s->curl, CURLOPT_PRIVATE, s);
	curl_multi_add_handle(multi, s->curl);
}

/* The key is the one of RFC 6455's example: nobody looks at the answer. */
static void
ask(struct slot *s)
{
	static char text[65536];
	char *url;
	const char *path;
	size_t sent = 0;
	int n;

	curl_easy_getinfo(s->curl, CURLINFO_EFFECTIVE_URL, &url);
	path = strchr(strstr(url, "://") + 3, '/');
	n = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: %.*s\r\n"
	    "Connection: Upgrade\r\nUpgrade: websocket\r\n"
	    "Sec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	    "Sec-WebSocket-Protocol: v5.channel.k8s.io, v4.channel.k8s.io\r\n"
	    "\r\n", path, (int)(path - strstr(url, "://") - 3),
	    strstr(url, "://") + 3);
	if (curl_easy_send(s->curl, text, (size_t)n, &sent) != CURLE_OK ||
	    sent != (size_t)n)
		fail(url, "a request was not sent");
	curl_easy_getinfo(s->curl, CURLINFO_ACTIVESOCKET, &s->fd);
	s->there = 1;
}

static void
end(struct slot *s)
{
	if (strncmp(s->head, "HTTP/1.1 101", 12) != 0)
		fail(s->head, "an answer that is no WebSocket");
	curl_multi_remove_handle(multi, s->curl);
	curl_easy_cleanup(s->curl);
	s->curl = NULL;
	ended++;
}

static void
note(struct slot *s, const char *p, size_t n)
{
	size_t keep;

	if (s->got < sizeof(s->head) - 1) {
		keep = sizeof(s->head) - 1 - (size_t)s->got;
		memcpy(s->head + s->got, p, n < keep ? n : keep);
	}
	s->got += n;
	bytes += n;
	if (n >= sizeof(s->tail))
		memcpy(s->tail, p + n - sizeof(s->tail), sizeof(s->tail));
}

static void
receive(struct slot *s)
{
	static const char close_frame[4] = { '\x88', 2, 3, '\xe8' };
	char part[PART];
	size_t n = 0;
	CURLcode code;

	while ((code = curl_easy_recv(s->curl, part, sizeof(part), &n)) ==
	    CURLE_OK && n > 0) {
		note(s, part, n);
		if (memcmp(s->tail, close_frame, sizeof(s->tail)) == 0)
			break;
	}
	if (code != CURLE_AGAIN)
		end(s);
}

static void
connected(void)
{
	struct slot *s;
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(multi, &left)) != NULL) {
		if (m->data.result != CURLE_OK)
			fail("a connection",
			    curl_easy_strerror(m->data.result));
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE,
		    (char **)&s);
		ask(s);
	}
}

static void
run_execs(size_t concurrency)
{
	unsigned n;
	size_t i;
	int running;

	while (ended < nexecs) {
		for (i = 0; i < concurrency; i++)
			if (slots[i].curl == NULL && next < nexecs)
				begin(&slots[i]);
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			fail("exec", "broke off");
		connected();
		for (i = 0, n = 0; i < concurrency; i++)
			if (slots[i].curl != NULL && slots[i].there) {
				fds[n].fd = slots[i].fd;
				fds[n].events = CURL_WAIT_POLLIN;
				fds[n++].revents = 0;
			}
		curl_multi_poll(multi, fds, n, 1000, NULL);
		for (i = 0, n = 0; i < concurrency; i++)
			if (slots[i].curl != NULL && slots[i].there &&
			    fds[n++].revents != 0)
				receive(&slots[i]);
	}
}

int
main(int argc, char **argv)
{
	struct curl_slist *headers;
	size_t concurrency = argc == 5 ? strtoul(argv[2], NULL, 10) : 0;

	if (concurrency < 1 || concurrency > AT_ONCE_MAX || !loaded() ||
	    curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 2;
	read_file(argv[1], "ca.crt", &ca);
	read_file(argv[1], "admin.crt", &cert);
	read_file(argv[1], "admin.key", &key);
	read_urls(argv[4]);
	headers = curl_slist_append(NULL, argv[3]);
	multi = curl_multi_init();
	share = curl_share_init();
	curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	read_lists(headers);
	run_execs(concurrency);
	fprintf(stderr, "%zu lists, %zu execs, %llu bytes\n", nlists, ended,
	    bytes);
	return 0;
}
