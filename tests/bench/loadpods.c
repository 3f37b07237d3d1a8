/*
 * Pods, or secrets, into an API server, over connections that stay open:
 *	loadpods DIR URL <OBJECTS	(DIR has ca.crt, admin.crt, admin.key)
 * OBJECTS is one JSON object a line, as genpods and gensecrets write them.
 * Each is created; a pod then has its status put, which creating leaves out.
 * The namespaces are made as they come.  The first failure ends it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/loaded.h"

#define CONNECTIONS	8
#define NAMESPACES_MAX	1000
#define ACCOUNT_TRIES	1200	/* of 50 ms, for the controller manager */
#define REPLY_MAX	2048

enum step { IDLE, CREATE, STATUS };

static const struct kind {
	const char	*name;
	const char	*resource;
	int		 status;	/* it has one, to be put apart */
	int		 account;	/* its namespace has to have one */
} kinds[] = {
	{ "Pod", "pods", 1, 1 }, { "Secret", "secrets", 0, 0 },
};

struct slot {
	CURL		*curl;
	enum step	 step;
	const struct kind *kind;
	char		*line;
	size_t		 size;
	size_t		 len;
	char		 ns[64];
	char		 name[256];
	char		 url[768];
	char		 reply[REPLY_MAX];
	size_t		 nreply;
};

static const char *dir, *base;
static struct curl_slist *headers;
static struct slot slots[CONNECTIONS], aside;
static struct space {
	char	name[64];
	int	account;	/* it has one, as far as we know */
} namespaces[NAMESPACES_MAX];
static size_t nnamespaces;

__attribute__((noreturn)) static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "loadpods: %s: %s\n", what, why);
	exit(1);
}

/* The beginning of what came back, for a message. */
static size_t
keep(char *p, size_t size, size_t n, void *arg)
{
	struct slot *s = arg;
	size_t i;

	for (i = 0; i < size * n && s->nreply + 1 < REPLY_MAX; i++)
		s->reply[s->nreply++] = p[i] >= ' ' && p[i] <= '~' ? p[i] : ' ';
	s->reply[s->nreply] = '\0';
	return size * n;
}

static void
open_slot(struct slot *s)
{
	char path[512];

	if ((s->curl = curl_easy_init()) == NULL)
		fail("libcurl", "out of memory");
	snprintf(path, sizeof(path), "%s/ca.crt", dir);
	curl_easy_setopt(s->curl, CURLOPT_CAINFO, path);
	snprintf(path, sizeof(path), "%s/admin.crt", dir);
	curl_easy_setopt(s->curl, CURLOPT_SSLCERT, path);
	snprintf(path, sizeof(path), "%s/admin.key", dir);
	curl_easy_setopt(s->curl, CURLOPT_SSLKEY, path);
	curl_easy_setopt(s->curl, CURLOPT_HTTPHEADER, headers);
	/* a connection each: the server spreads them over its cores */
	curl_easy_setopt(s->curl, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(s->curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(s->curl, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(s->curl, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(s->curl, CURLOPT_PRIVATE, s);
}

/* A GET where there is no method and no body. */
static void
aim(struct slot *s, const char *method, const char *body, size_t len)
{
	s->nreply = 0;
	s->reply[0] = '\0';
	curl_easy_setopt(s->curl, CURLOPT_URL, s->url);
	curl_easy_setopt(s->curl, CURLOPT_CUSTOMREQUEST, method);
	if (body == NULL) {
		curl_easy_setopt(s->curl, CURLOPT_HTTPGET, 1L);
		return;
	}
	curl_easy_setopt(s->curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(s->curl, CURLOPT_POSTFIELDSIZE, (long)len);
}

static long
status_of(struct slot *s, CURLcode code)
{
	long status = 0;

	if (code != CURLE_OK)
		fail(s->url, curl_easy_strerror(code));
	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

/* ---- namespaces ---- */

/* A pod is refused until its namespace has its service account. */
static void
await_account(const char *ns)
{
	struct timespec tick = { 0, 50000000 };
	long status;
	int i;

	snprintf(aside.url, sizeof(aside.url), "%s/api/v1/namespaces/%s/"
	    "serviceaccounts/default", base, ns);
	for (i = 0; i < ACCOUNT_TRIES; i++) {
		aim(&aside, NULL, NULL, 0);
		status = status_of(&aside, curl_easy_perform(aside.curl));
		if (status == 200)
			return;
		if (status != 404)
			fail(aside.url, aside.reply);
		nanosleep(&tick, NULL);
	}
	fail(ns, "no service account after a minute");
}

static struct space *
make_namespace(const char *ns)
{
	struct space *space;
	char body[256];
	long status;
	size_t i;

	for (i = 0; i < nnamespaces; i++)
		if (strcmp(namespaces[i].name, ns) == 0)
			return &namespaces[i];
	if (nnamespaces == NAMESPACES_MAX)
		fail(ns, "too many namespaces");
	space = &namespaces[nnamespaces++];
	snprintf(space->name, sizeof(space->name), "%s", ns);
	snprintf(body, sizeof(body), "{\"apiVersion\":\"v1\",\"kind\":"
	    "\"Namespace\",\"metadata\":{\"name\":\"%s\"}}", ns);
	snprintf(aside.url, sizeof(aside.url), "%s/api/v1/namespaces", base);
	aim(&aside, "POST", body, strlen(body));
	status = status_of(&aside, curl_easy_perform(aside.curl));
	if (status != 201 && status != 409)
		fail(ns, aside.reply);
	return space;
}

/* ---- objects ---- */

static const struct kind *
kind_of(json_object *root)
{
	json_object *v;
	size_t i;

	if (json_object_object_get_ex(root, "kind", &v))
		for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			if (strcmp(json_object_get_string(v), kinds[i].name) ==
			    0)
				return &kinds[i];
	fail("stdin", "an object that is no pod and no secret");
}

static void
copy_of(json_object *meta, const char *key, char *out, size_t size)
{
	json_object *v;

	if (!json_object_object_get_ex(meta, key, &v) ||
	    !json_object_is_type(v, json_type_string) ||
	    (size_t)json_object_get_string_len(v) >= size)
		fail("stdin", "an object without a name or a namespace");
	snprintf(out, size, "%s", json_object_get_string(v));
}

/* The next line into a slot; 0: there is none. */
static int
next_object(struct slot *s)
{
	json_object *root, *meta;
	struct space *space;
	ssize_t n = getline(&s->line, &s->size, stdin);

	if (n <= 0) {
		if (ferror(stdin))
			fail("stdin", "cannot be read");
		return 0;
	}
	s->len = (size_t)n;
	root = json_tokener_parse(s->line);
	if (!json_object_object_get_ex(root, "metadata", &meta))
		fail("stdin", "a line that is no object of Kubernetes");
	s->kind = kind_of(root);
	copy_of(meta, "namespace", s->ns, sizeof(s->ns));
	copy_of(meta, "name", s->name, sizeof(s->name));
	json_object_put(root);
	space = make_namespace(s->ns);
	if (s->kind->account && !space->account) {
		await_account(s->ns);
		space->account = 1;
	}
	return 1;
}

static void
start(CURLM *multi, struct slot *s)
{
	int n = snprintf(s->url, sizeof(s->url), "%s/api/v1/namespaces/%s/%s",
	    base, s->ns, s->kind->resource);

	if (s->step == STATUS)
		snprintf(s->url + n, sizeof(s->url) - (size_t)n, "/%s/status",
		    s->name);
	aim(s, s->step == STATUS ? "PUT" : "POST", s->line, s->len);
	if (curl_multi_add_handle(multi, s->curl) != CURLM_OK)
		fail(s->url, "cannot be asked");
}

/* What comes after: the status of the same one, or the next one. */
static void
go_on(CURLM *multi, struct slot *s)
{
	s->step = s->step == CREATE && s->kind->status ? STATUS :
	    next_object(s) ? CREATE : IDLE;
	if (s->step != IDLE)
		start(multi, s);
}

static void
finished(CURLM *multi, const CURLMsg *m, unsigned long *done)
{
	struct slot *s;
	char what[1024];
	long status;

	curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&s);
	status = status_of(s, m->data.result);
	if (status != (s->step == CREATE ? 201 : 200)) {
		snprintf(what, sizeof(what), "%s: %ld", s->url, status);
		fail(what, s->reply);
	}
	*done += s->step == STATUS || !s->kind->status;
	curl_multi_remove_handle(multi, s->curl);
	go_on(multi, s);
}

static void
setup(char **argv)
{
	dir = argv[1];
	base = argv[2];
	headers = curl_slist_append(NULL, "Content-Type: application/json");
	headers = curl_slist_append(headers,
	    "Accept: application/vnd.kubernetes.protobuf");
	headers = curl_slist_append(headers, "User-Agent: kubelet/v1.20.2");
	open_slot(&aside);
}

int
main(int argc, char **argv)
{
	unsigned long done = 0;
	int i, running = 1, left;
	CURLMsg *m;
	CURLM *multi;

	if (argc != 3 || !loaded() ||
	    curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 2;
	setup(argv);
	multi = curl_multi_init();
	for (i = 0; i < CONNECTIONS; i++) {
		open_slot(&slots[i]);
		go_on(multi, &slots[i]);
	}
	while (running > 0) {
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			fail(base, "the transfers broke off");
		while ((m = curl_multi_info_read(multi, &left)) != NULL) {
			finished(multi, m, &done);
			running = 1;
		}
		if (running > 0)
			curl_multi_poll(multi, NULL, 0, 100, NULL);
	}
	fprintf(stderr, "%lu objects\n", done);
	return 0;
}
