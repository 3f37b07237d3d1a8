/* One request: put on its way, and again where that can help. */
#include <curl/curl.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "kube/transfer.h"

#define EXPECT_BYTES 4096	/* of a body's beginning */
#define BROKEN_TRIES 3	/* of a connection that breaks */

static const long backoff_ms[] = { 250, 1000, 2000 };

int64_t
transfer_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
transfer_wall(void)
{
	return (int64_t)time(NULL);
}

/* Only until the first bytes have told, or it is clear that they will not. */
static void
make_room(struct transfer *t)
{
	size_t whole;

	if (t->sized || t->http->client->expect == NULL)
		return;
	whole = t->http->client->expect(t->body.p, t->body.len);
	t->sized = whole > 0 || t->body.len > EXPECT_BYTES;
	/* what does not fit is said by who appends it */
	if (whole > t->body.len && whole <= HTTP_BODY_MAX)
		buf_reserve(&t->body, whole - t->body.len, NULL);
}

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	(void)size;	/* 1, says libcurl */
	if (buf_append(&t->body, p, n, NULL) == -1) {
		/* or there was no memory */
		t->over = n > t->body.max - t->body.len;
		return n == 0 ? 1 : 0;
	}
	t->fed = 1;
	make_room(t);
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

static int
changes_something(const struct transfer *t)
{
	return t->send != NULL && t->send->sent != NULL;
}

/*
 * A connection is there, and the request is about to leave: of those that
 * change something, once.  Whatever libcurl's reason for a second time is, such
 * as a stream that the server refused, it is a failure of this one.
 */
static int
on_leave(void *arg, char *ip, char *local, int port, int local_port)
{
	struct transfer *t = arg;

	(void)ip;
	(void)local;
	(void)port;
	(void)local_port;
	if (t->left)
		return CURL_PREREQFUNC_ABORT;
	t->left = 1;
	*t->send->sent = 1;
	return CURL_PREREQFUNC_OK;
}

static int
set_body(struct transfer *t)
{
	const struct http_send *s = t->send;

	transport_set_body(t->curl, s->method, s->p, s->len);
	if (changes_something(t)) {
		transport_set_once(&t->http->transport, t->curl);
		curl_easy_setopt(t->curl, CURLOPT_PREREQFUNCTION, on_leave);
		curl_easy_setopt(t->curl, CURLOPT_PREREQDATA, t);
	}
	return transport_add_type(&t->headers, s->type);
}

void
transfer_drop(struct transfer *t)
{
	if (t->running)
		curl_multi_remove_handle(t->http->multi, t->curl);
	t->running = 0;
	curl_easy_cleanup(t->curl);
	t->curl = NULL;
	transport_wipe_headers(&t->headers);
}

int
transfer_start(struct transfer *t, struct err *e)
{
	struct http *h = t->http;

	transfer_drop(t);
	buf_reset(&t->body);
	t->error[0] = '\0';
	t->date = 0;
	t->over = 0;
	t->fed = t->sized = 0;
	t->wake = 0;
	t->left = 0;
	t->tries++;
	if (cred_ready(&h->cred, transfer_wall(), e) == -1)
		return -1;
	t->runs = h->cred.runs;
	if ((t->curl = curl_easy_init()) == NULL ||
	    transport_headers(&h->transport, &h->cred, h->o.agent, t->accept,
	    &t->headers) == -1 ||
	    (t->send != NULL && set_body(t) == -1) ||
	    transport_set(&h->transport, &h->cred, t->curl, t->headers) == -1)
		return err_nomem(e);
	curl_easy_setopt(t->curl, CURLOPT_URL, buf_str(&t->url));
	curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(t->curl, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, t->error);
	curl_easy_setopt(t->curl, CURLOPT_PRIVATE, t);
	if (t->quiet > 0)
		transport_set_stream(t->curl, t->quiet, t->alone);
	if (curl_multi_add_handle(h->multi, t->curl) != CURLM_OK)
		return err_nomem(e);
	t->running = 1;
	t->began = transfer_ms();
	return 0;
}

/* Try again in a while, unless the waiting has been long enough. */
static int
again(struct transfer *t, long wait)
{
	if (t->tries >= HTTP_TRIES ||
	    t->waited + wait > t->http->c->timeout_ms)
		return 0;
	t->waited += wait;
	t->wake = transfer_ms() + wait;
	kube_log(t->http->o.log, KUBE_LOG_REQUESTS, "trying again in %ld ms",
	    wait);
	transfer_drop(t);
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

long
transfer_retry_after(const struct transfer *t)
{
	curl_off_t asked = 0;

	curl_easy_getinfo(t->curl, CURLINFO_RETRY_AFTER, &asked);
	return asked < 0 ? 0 : asked > HTTP_RETRY_AFTER_MAX ?
	    HTTP_RETRY_AFTER_MAX : (long)asked;
}

static int
retry_busy(struct transfer *t, long status)
{
	long wait = 1000 * transfer_retry_after(t);

	if ((status != 429 && status < 500) || (wait == 0 && t->tries > 3))
		return 0;
	if (wait == 0)
		wait = 2 * backoff_ms[t->tries - 1];
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
	if (cr->runs == t->runs &&
	    (got = cred_refused(cr, transfer_wall(), e)) != 1)
		return got;
	return again(t, 0);
}

static void
log_answer(const struct transfer *t, long status)
{
	const char *method = t->send != NULL ? t->send->method : "GET";
	const struct http *h = t->http;
	const char *url = buf_str(&t->url);
	long long ms = (long long)(transfer_ms() - t->began);

	if (status > 0)
		kube_log(h->o.log, KUBE_LOG_REQUESTS, "%s %s %ld in %lld ms",
		    method, url, status, ms);
	else
		kube_log(h->o.log, KUBE_LOG_REQUESTS, "%s %s failed after "
		    "%lld ms", method, url, ms);
}

int
transfer_set(struct transfer *t, const char *path, struct err *e)
{
	t->tries = t->broken = t->redirects = 0;
	t->waited = 0;
	t->refused = 0;
	buf_reset(&t->url);
	return buf_printf(&t->url, e, "%s%s", t->http->transport.base, path);
}

int
transfer_again(struct transfer *t, CURLcode code, long status, struct err *e)
{
	int once = t->quiet > 0 || changes_something(t), ret;

	log_answer(t, code == CURLE_OK ? status : 0);
	if (code != CURLE_OK)
		return once ? 0 : retry_broken(t, code);
	if (t->send == NULL && (ret = redirect(t, status, e)) != 0)
		return ret;
	if ((ret = refused(t, status, e)) != 0)
		return ret;
	return once ? 0 : retry_busy(t, status);
}
