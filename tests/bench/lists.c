/*
 * The floor of reading a list: its pages over one connection, thrown away but
 * for the token that leads to the next.  The tools' own link line.
 *	lists DIR sequential|pipelined ACCEPT_ENCODING URL
 * DIR has ca.crt, admin.crt and admin.key; URL has a query with its limit.
 * sequential asks for a page once the one before is complete, pipelined as
 * soon as its token has come, which protobuf has at its front.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/loaded.h"

#define HEAD_MAX	8192	/* of a page, the metadata within */
#define AHEAD		2	/* transfers at once */

struct slot {
	CURL		*curl;
	int		 running;
	int		 known;		/* what the metadata says */
	size_t		 nhead;
	unsigned char	 head[HEAD_MAX];
};

static struct slot slots[AHEAD];
static char token[HEAD_MAX];	/* of the page to ask for next, unless empty */
static unsigned long pages;
static unsigned long long bytes, wire;

__attribute__((noreturn)) static void
fail(const char *why)
{
	fprintf(stderr, "lists: %s\n", why);
	exit(2);
}

/* ---- protobuf, as much of it as leads to the token ---- */

struct span {
	const unsigned char	*p;
	size_t			 len;
};

/* 1: there is one; 0: it has not come whole. */
static int
varint(struct span *s, uint64_t *v)
{
	unsigned shift;

	*v = 0;
	for (shift = 0; s->len > 0; shift += 7) {
		if (shift > 63)
			fail("a varint without an end");
		*v |= (uint64_t)(*s->p & 0x7f) << shift;
		s->len--;
		if ((*s->p++ & 0x80) == 0)
			return 1;
	}
	return 0;
}

/* The head of a field: its number, and the length of what it holds. */
static int
field(struct span *s, uint64_t *number, uint64_t *len)
{
	uint64_t key;

	*len = 0;
	if (!varint(s, &key))
		return 0;
	*number = key >> 3;
	if ((key & 7) == 2)
		return varint(s, len);
	if ((key & 7) != 0)
		fail("a field of another type");
	return varint(s, &key);
}

/* The field of this number into out; what is before it is passed over. */
static int
enter(struct span *s, uint64_t want, uint64_t *len)
{
	uint64_t number;

	while (field(s, &number, len)) {
		if (number == want)
			return 1;
		if (*len > s->len)
			return 0;
		s->p += *len;
		s->len -= *len;
	}
	return 0;
}

/* runtime.Unknown.raw (2) begins with ListMeta (1), whose continue is 3. */
static void
look(struct slot *t)
{
	struct span s = { t->head, t->nhead };
	uint64_t len;

	if (s.len < 4)
		return;
	if (memcmp(s.p, "k8s", 4) != 0)
		fail("no protobuf of Kubernetes");
	s.p += 4;
	s.len -= 4;
	if (!enter(&s, 2, &len) || !enter(&s, 1, &len) || len > s.len)
		return;
	t->known = 1;
	s.len = (size_t)len;
	if (!enter(&s, 3, &len) || len > s.len || len >= sizeof(token))
		return;
	memcpy(token, s.p, (size_t)len);
	token[len] = '\0';
}

static size_t
drop(char *p, size_t size, size_t n, void *arg)
{
	struct slot *t = arg;
	size_t part = size * n;

	bytes += part;
	if (t->known)
		return part;
	if (part > HEAD_MAX - t->nhead)
		part = HEAD_MAX - t->nhead;
	memcpy(t->head + t->nhead, p, part);
	t->nhead += part;
	look(t);
	if (!t->known && t->nhead == HEAD_MAX)
		fail("no metadata at the front of a page");
	return size * n;
}

/* ---- transfers ---- */

static void
open_slot(struct slot *t, const char *dir, const char *encoding,
    struct curl_slist *headers)
{
	char ca[512], cert[512], key[512];
	CURL *c = curl_easy_init();

	if (c == NULL)
		fail("out of memory");
	t->curl = c;
	snprintf(ca, sizeof(ca), "%s/ca.crt", dir);
	snprintf(cert, sizeof(cert), "%s/admin.crt", dir);
	snprintf(key, sizeof(key), "%s/admin.key", dir);
	curl_easy_setopt(c, CURLOPT_CAINFO, ca);
	curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(c, CURLOPT_SSLCERT, cert);
	curl_easy_setopt(c, CURLOPT_SSLKEY, key);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_2TLS);
	/* to libcurl the empty one means all that it knows */
	if (encoding[0] != '\0')
		curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, encoding);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(c, CURLOPT_PRIVATE, t);
}

/* The page that the token leads to; the first one without. */
static void
ask(CURLM *multi, struct slot *t, const char *base)
{
	static char url[4 * HEAD_MAX];
	char *escaped;

	if (token[0] == '\0')
		snprintf(url, sizeof(url), "%s", base);
	else {
		escaped = curl_easy_escape(t->curl, token, 0);
		if (escaped == NULL || (size_t)snprintf(url, sizeof(url),
		    "%s&continue=%s", base, escaped) >= sizeof(url))
			fail("a token that is too long");
		curl_free(escaped);
	}
	token[0] = '\0';
	t->known = 0;
	t->nhead = 0;
	curl_easy_setopt(t->curl, CURLOPT_URL, url);
	if (curl_multi_add_handle(multi, t->curl) != CURLM_OK)
		fail("a transfer cannot begin");
	t->running = 1;
}

static void
finished(CURLM *multi, const CURLMsg *m)
{
	long status = 0;
	curl_off_t n = 0;
	struct slot *t;

	curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
	curl_easy_getinfo(m->easy_handle, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(m->easy_handle, CURLINFO_SIZE_DOWNLOAD_T, &n);
	if (m->data.result != CURLE_OK)
		fail(curl_easy_strerror(m->data.result));
	if (status != 200 || !t->known)
		fail("a page did not come");
	pages++;
	wire += (unsigned long long)n;
	curl_multi_remove_handle(multi, t->curl);
	t->running = 0;
}

/* Of all pages only the newest can have left a token. */
static int
next_page(CURLM *multi, const char *base, int ahead)
{
	int i, idle = -1, n = 0;

	for (i = 0; i < AHEAD; i++) {
		n += slots[i].running;
		if (!slots[i].running)
			idle = i;
	}
	if (token[0] == '\0' || n >= ahead)
		return 0;
	ask(multi, &slots[idle], base);
	return 1;
}

static void
read_all(CURLM *multi, const char *base, int ahead)
{
	int running, left;
	CURLMsg *m;

	ask(multi, &slots[0], base);
	for (;;) {
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			fail("the transfers broke off");
		while ((m = curl_multi_info_read(multi, &left)) != NULL)
			finished(multi, m);
		if (next_page(multi, base, ahead))
			continue;
		if (running == 0)
			return;
		curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
}

int
main(int argc, char **argv)
{
	struct curl_slist *headers;
	CURLM *multi;
	int i, ahead;

	if (argc != 5 || !loaded() ||
	    curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 2;
	ahead = strcmp(argv[2], "pipelined") == 0 ? AHEAD : 1;
	headers = curl_slist_append(NULL,
	    "Accept: application/vnd.kubernetes.protobuf");
	multi = curl_multi_init();
	curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
	curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, 1L);
	for (i = 0; i < AHEAD; i++)
		open_slot(&slots[i], argv[1], argv[3], headers);
	read_all(multi, argv[4], ahead);
	fprintf(stderr, "%lu pages, %llu bytes, %llu as they came\n", pages,
	    bytes, wire);
	return 0;
}
