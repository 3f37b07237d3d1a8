/* Transfers: started, tried again, handed on. */
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/when.h"
#include "kube/http.h"
#include "kube/transport.h"

#define BROKEN_TRIES 3	/* of a connection that breaks */

static const long backoff_ms[] = { 250, 1000, 2000 };

struct transfer {
	struct http		*http;
	size_t			 slot;
	CURL			*curl;		/* NULL while nothing is asked */
	struct curl_slist	*headers;
	const char		*accept;
	struct buf		 url;
	struct buf		 body;
	char			 error[CURL_ERROR_SIZE];
	int			 over;		/* the body's maximum was hit */
	int			 running;	/* in the multi */
	int64_t			 wake;		/* when to start, monotonic ms */
	long			 waited;	/* ms, in all */
	unsigned		 tries;
	unsigned		 broken;
	unsigned		 redirects;
	int			 refused;	/* a 401 was answered with new */
						/* credentials */
	unsigned		 runs;		/* cred's, when it started */
	int64_t			 date;		/* of the answer, or 0 */
	int64_t			 began;
};

struct http {
	const struct kube_config *c;
	struct http_options	 o;
	struct cred		 cred;
	struct transport	 transport;
	CURLM			*multi;
	int64_t			 date, date_ours;
	int			 answered;	/* some answer came, ever */
	struct transfer		*t;
	size_t			 nt;
	size_t			 busy;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t
wall(void)
{
	return (int64_t)time(NULL);
}

int
http_open(const struct kube_config *c, const struct http_options *o,
    struct http **out, struct err *e)
{
	struct http *h;

	*out = NULL;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    (h = calloc(1, sizeof(*h))) == NULL)
		return err_nomem(e);
	h->c = c;
	h->o = *o;
	cred_init(&h->cred, c, o->log, o->stdin_taken);
	if (transport_init(&h->transport, c, e) == -1) {
		http_close(h);
		return -1;
	}
	if ((h->multi = curl_multi_init()) == NULL) {
		http_close(h);
		return err_nomem(e);
	}
	/* one connection: HTTP/2 carries all requests at once over it, */
	/* HTTP/1.1 one after the other */
	curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
	curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, 1L);
	*out = h;
	return 0;
}

void
http_close(struct http *h)
{
	if (h == NULL)
		return;
	if (h->multi != NULL)
		curl_multi_cleanup(h->multi);
	transport_release(&h->transport);
	cred_release(&h->cred);
	free(h);
	curl_global_cleanup();
}

int
http_clock(const struct http *h, int64_t *server, int64_t *ours)
{
	*server = h->date;
	*ours = h->date_ours;
	return h->date != 0;
}

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	(void)size;	/* 1, says libcurl */
	if (buf_append(&t->body, p, n, NULL) == -1) {
		t->over = 1;
		return n == 0 ? 1 : 0;
	}
	return n;
}

/* Date, of the last response of this transfer. */
static size_t
on_header(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	char text[64];

	(void)size;
	if (n > 5 && n < sizeof(text) && strncasecmp(p, "date:", 5) == 0) {
		memcpy(text, p + 5, n - 5);
		text[n - 5] = '\0';
		t->date = (int64_t)curl_getdate(text, NULL);
		if (t->date < 0)
			t->date = 0;
	}
	return n;
}

static void
drop_handle(struct transfer *t)
{
	if (t->running)
		curl_multi_remove_handle(t->http->multi, t->curl);
	t->running = 0;
	curl_easy_cleanup(t->curl);
	t->curl = NULL;
	transport_wipe_headers(&t->headers);
}

/* Put a request on its way. */
static int
start(struct transfer *t, struct err *e)
{
	struct http *h = t->http;

	drop_handle(t);
	buf_reset(&t->body);
	t->error[0] = '\0';
	t->date = 0;
	t->over = 0;
	t->wake = 0;
	t->tries++;
	if (cred_ready(&h->cred, wall(), e) == -1)
		return -1;
	t->runs = h->cred.runs;
	if ((t->curl = curl_easy_init()) == NULL ||
	    transport_headers(&h->transport, &h->cred, h->o.agent, t->accept,
	    &t->headers) == -1 ||
	    transport_set(&h->transport, &h->cred, t->curl, t->headers) == -1)
		return err_nomem(e);
	curl_easy_setopt(t->curl, CURLOPT_URL, buf_str(&t->url));
	curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(t->curl, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, t->error);
	curl_easy_setopt(t->curl, CURLOPT_PRIVATE, t);
	if (curl_multi_add_handle(h->multi, t->curl) != CURLM_OK)
		return err_nomem(e);
	t->running = 1;
	t->began = now_ms();
	return 0;
}

/* Try again in a while, unless the waiting has been long enough. */
static int
again(struct transfer *t, long wait)
{
	long most = t->http->c->timeout_ms > 0 ? t->http->c->timeout_ms :
	    TRANSPORT_LONGEST_MS;

	if (t->tries >= HTTP_TRIES || t->waited + wait > most)
		return 0;
	t->waited += wait;
	t->wake = now_ms() + wait;
	kube_log(t->http->o.log, KUBE_LOG_REQUESTS, "trying again in %ld ms",
	    wait);
	drop_handle(t);
	return 1;
}

static int
is_break(CURLcode code)
{
	switch (code) {
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_WEIRD_SERVER_REPLY:
		return 1;
	default:
		return 0;
	}
}

/* 1: it is tried again. */
static int
retry_broken(struct transfer *t, CURLcode code)
{
	if (!is_break(code) || t->broken >= BROKEN_TRIES)
		return 0;
	return again(t, backoff_ms[t->broken++]);
}

static int
retry_busy(struct transfer *t, long status)
{
	curl_off_t asked = 0;
	long wait;

	if (status != 429 && status < 500)
		return 0;
	curl_easy_getinfo(t->curl, CURLINFO_RETRY_AFTER, &asked);
	if (asked > 0)
		wait = 1000 * (long)(asked > HTTP_RETRY_AFTER_MAX ?
		    HTTP_RETRY_AFTER_MAX : asked);
	else if (t->tries <= 3)
		wait = 2 * backoff_ms[t->tries - 1];
	else
		return 0;
	return again(t, wait);
}

/* A redirect within the same server is followed; 1: it is. */
static int
redirect(struct transfer *t, long status, struct err *e)
{
	char *to = NULL;

	if (status < 300 || status > 399 || status == 304)
		return 0;
	curl_easy_getinfo(t->curl, CURLINFO_REDIRECT_URL, &to);
	if (to == NULL || t->redirects++ >= HTTP_REDIRECTS ||
	    !transport_same_origin(&t->http->transport, to))
		return 0;
	buf_reset(&t->url);
	if (buf_puts(&t->url, to, e) == -1)
		return -1;
	return again(t, 0);
}

/* 1: asked again with new credentials; 0: no; -1: they cannot be had. */
static int
refused(struct transfer *t, long status, struct err *e)
{
	struct cred *cr = &t->http->cred;
	int got;

	if (status != 401 || t->refused)
		return 0;
	t->refused = 1;
	/* another transfer may have got new ones meanwhile */
	if (cr->runs == t->runs && (got = cred_refused(cr, wall(), e)) != 1)
		return got;
	return again(t, 0);
}

static void
log_answer(const struct transfer *t, long status)
{
	const struct http *h = t->http;
	const char *url = buf_str(&t->url);

	if (status > 0)
		kube_log(h->o.log, KUBE_LOG_REQUESTS, "GET %s %ld in %lld ms",
		    url, status, (long long)(now_ms() - t->began));
	else
		kube_log(h->o.log, KUBE_LOG_REQUESTS, "GET %s failed after "
		    "%lld ms", url, (long long)(now_ms() - t->began));
}

static int
set_url(struct transfer *t, const char *path, struct err *e)
{
	buf_reset(&t->url);
	return buf_printf(&t->url, e, "%s%s", t->http->transport.base, path);
}

/* Hand the answer on, and begin what the caller wants to know next. */
static int
deliver(struct transfer *t, CURLcode code, long status, http_done *done,
    void *arg, struct err *e)
{
	struct http_answer a;
	const char *next = NULL, *type = NULL;
	struct http *h = t->http;

	memset(&a, 0, sizeof(a));
	h->answered |= status > 0;
	if (t->date != 0 && status > 0) {
		h->date = t->date;
		h->date_ours = wall();
	}
	curl_easy_getinfo(t->curl, CURLINFO_CONTENT_TYPE, &type);
	a.status = code == CURLE_OK ? (int)status : 0;
	a.type = type == NULL ? "" : type;
	a.body = &t->body;
	if (code != CURLE_OK && t->over)
		err_set(&a.err, ERR_LIMIT, "its answer is over the limit of "
		    "%d bytes", HTTP_BODY_MAX);
	else if (code != CURLE_OK)
		transport_explain(&h->transport, t->curl, code, t->error,
		    h->c->timeout_ms, &a.err);
	/* nobody there: no other request will find it otherwise */
	if (code != CURLE_OK && !h->answered) {
		*e = a.err;
		return -1;
	}
	if (done(arg, t->slot, &a, &next, e) == -1)
		return -1;
	drop_handle(t);
	if (next == NULL) {
		h->busy--;
		return 0;
	}
	t->tries = t->broken = t->redirects = 0;
	t->waited = 0;
	t->refused = 0;
	return set_url(t, next, e) == -1 ? -1 : start(t, e);
}

static int
finish(struct transfer *t, CURLcode code, http_done *done, void *arg,
    struct err *e)
{
	long status = 0;
	int ret;

	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	log_answer(t, code == CURLE_OK ? status : 0);
	if (code != CURLE_OK) {
		if (retry_broken(t, code))
			return 0;
	} else if ((ret = redirect(t, status, e)) != 0 ||
	    (ret = refused(t, status, e)) != 0)
		return ret == -1 ? -1 : 0;
	else if (retry_busy(t, status))
		return 0;
	return deliver(t, code, status, done, arg, e);
}

static int
start_due(struct http *h, long *wait, struct err *e)
{
	int64_t now = now_ms();
	size_t i;

	*wait = 1000;
	for (i = 0; i < h->nt; i++) {
		struct transfer *t = &h->t[i];

		if (t->wake == 0 || t->running)
			continue;
		if (t->wake > now) {
			if (t->wake - now < *wait)
				*wait = (long)(t->wake - now);
		} else if (start(t, e) == -1)
			return -1;
	}
	return 0;
}

static int
loop(struct http *h, http_done *done, void *arg, struct err *e)
{
	struct transfer *t;
	int running, left;
	CURLcode code;
	CURLMsg *m;
	long wait;

	while (h->busy > 0) {
		if (start_due(h, &wait, e) == -1)
			return -1;
		if (curl_multi_perform(h->multi, &running) != CURLM_OK)
			return err_set(e, ERR_NET, "the transfer broke off");
		while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
			if (m->msg != CURLMSG_DONE)
				continue;
			code = m->data.result;
			curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
			if (finish(t, code, done, arg, e) == -1)
				return -1;
			wait = 0;
		}
		if (wait > 0 && h->busy > 0 && curl_multi_poll(h->multi, NULL,
		    0, (int)wait, NULL) != CURLM_OK)
			return err_set(e, ERR_NET, "the transfer broke off");
	}
	return 0;
}

int
http_run(struct http *h, const char *const *path, const char *const *accept,
    size_t n, http_done *done, void *arg, struct err *e)
{
	int ret = 0;
	size_t i;

	if ((h->t = calloc(n + 1, sizeof(*h->t))) == NULL)
		return err_nomem(e);
	h->nt = n;
	h->busy = 0;
	for (i = 0; i < n; i++) {
		h->t[i].http = h;
		h->t[i].slot = i;
		h->t[i].accept = accept[i];
		buf_init(&h->t[i].url, 65536, "a URL");
		buf_init_secret(&h->t[i].body, HTTP_BODY_MAX, "an answer");
	}
	for (i = 0; ret == 0 && i < n; i++)
		if (path[i] != NULL) {
			h->busy++;
			ret = set_url(&h->t[i], path[i], e) == -1 ? -1 :
			    start(&h->t[i], e);
		}
	if (ret == 0)
		ret = loop(h, done, arg, e);
	for (i = 0; i < n; i++) {
		drop_handle(&h->t[i]);
		buf_release(&h->t[i].url);
		buf_release(&h->t[i].body);
	}
	free(h->t);
	h->t = NULL;
	h->nt = 0;
	return ret;
}
