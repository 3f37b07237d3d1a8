/* Many requests at once: begun, waited for, handed on. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/transfer.h"

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
	/* HTTP/2 carries all requests over one connection; HTTP/1.1 needs a */
	/* second one, so that a page can come while another is judged */
	curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
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

void
http_drop(struct http *h, size_t slot, int spent)
{
	struct transfer *t = &h->t[slot];

	transfer_drop(t);
	buf_reset(&t->body);
	if (spent)
		buf_release(&t->body);
	t->wake = 0;
	h->asked -= (size_t)t->asked;
	t->asked = 0;
}

void
http_pass_on(struct http *h, size_t slot, size_t to)
{
	struct buf *from = &h->t[slot].body, *b = &h->t[to].body;
	struct buf none = *b;

	http_drop(h, slot, b->p != NULL);
	if (b->p != NULL)
		return;
	*b = *from;
	*from = none;
}

static struct transfer *
take(struct http *h, size_t slot, const char *accept)
{
	struct transfer *t = &h->t[slot];

	http_drop(h, slot, 0);
	t->accept = accept;
	t->asked = 1;
	t->quiet = 0;
	t->alone = 0;
	t->send = NULL;
	h->asked++;
	return t;
}

int
http_ask(struct http *h, size_t slot, const char *path, const char *accept,
    struct err *e)
{
	struct transfer *t = take(h, slot, accept);

	h->fresh = 1;
	return transfer_set(t, path, e) == -1 ? -1 : transfer_start(t, e);
}

int
http_stream(struct http *h, size_t slot, const char *path,
    const char *accept, const struct http_stream *s, struct err *e)
{
	struct transfer *t = take(h, slot, accept);

	/* over HTTP/1.1 each has its own connection for as long as it lasts */
	curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, 0L);
	t->quiet = s->quiet;
	t->alone = s->fresh;
	t->wake = transfer_ms() + s->wait;
	return transfer_set(t, path, e);
}

int
http_send(struct http *h, size_t slot, const char *path, const char *accept,
    const struct http_send *s, struct err *e)
{
	struct transfer *t = take(h, slot, accept);

	h->fresh = 1;
	t->send = s;
	return transfer_set(t, path, e) == -1 ? -1 : transfer_start(t, e);
}

static const char *
content_type(const struct transfer *t)
{
	const char *type = NULL;

	curl_easy_getinfo(t->curl, CURLINFO_CONTENT_TYPE, &type);
	return type == NULL ? "" : type;
}

/* Hand the answer on; its body stays. */
static int
deliver(struct transfer *t, CURLcode code, long status,
    const struct http_client *cl, struct err *e)
{
	struct http *h = t->http;
	struct http_answer a;
	char kept[128];

	memset(&a, 0, sizeof(a));
	h->answered |= status > 0;
	if (t->date != 0 && status > 0) {
		h->date = t->date;
		h->date_ours = transfer_wall();
	}
	/* it goes with the handle */
	snprintf(kept, sizeof(kept), "%s", content_type(t));
	a.status = code == CURLE_OK ? (int)status : 0;
	a.type = kept;
	a.body = &t->body;
	if (code != CURLE_OK && t->over)
		err_set(&a.err, ERR_LIMIT, "its answer is over the limit of "
		    "%d bytes", HTTP_BODY_MAX);
	else if (code == CURLE_WRITE_ERROR)
		err_nomem(&a.err);
	else if (code == CURLE_OPERATION_TIMEDOUT && t->quiet > 0 &&
	    status > 0)
		err_set(&a.err, ERR_NET, "nothing has come for %ld s",
		    t->quiet);
	else if (code != CURLE_OK)
		transport_explain(&h->transport, t->curl, code, t->error,
		    &a.err);
	a.retry_after = transfer_retry_after(t);
	transfer_drop(t);
	t->asked = 0;
	h->asked--;
	/* libcurl lets others have its connection when it is called again */
	h->fresh = 1;
	/* nobody there: no other request will find it otherwise */
	if (code != CURLE_OK && !h->answered) {
		*e = a.err;
		return -1;
	}
	return cl->done(cl->arg, t->slot, &a, e);
}

static int
finish(struct transfer *t, CURLcode code, const struct http_client *cl,
    struct err *e)
{
	long status = 0;
	int again;

	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	if ((again = transfer_again(t, code, status, e)) == -1)
		return -1;
	if (again) {
		buf_reset(&t->body);
		if (cl->again != NULL)
			cl->again(cl->arg, t->slot);
		return 0;
	}
	return deliver(t, code, status, cl, e);
}

/* Milliseconds until a request is to be tried again, at most a second. */
static long
due(const struct http *h)
{
	int64_t now = transfer_ms(), wait = 1000;
	size_t i;

	for (i = 0; i < h->nt; i++)
		if (h->t[i].wake != 0 && !h->t[i].running &&
		    h->t[i].wake - now < wait)
			wait = h->t[i].wake - now;
	return wait < 0 ? 0 : (long)wait;
}

static int
start_due(struct http *h, struct err *e)
{
	int64_t now = transfer_ms();
	size_t i;

	for (i = 0; i < h->nt; i++)
		if (h->t[i].wake != 0 && !h->t[i].running &&
		    h->t[i].wake <= now && transfer_start(&h->t[i], e) == -1)
			return -1;
	return 0;
}

/* What has come whole, and what has come in part. */
static int
look(struct http *h, const struct http_client *cl, struct err *e)
{
	struct transfer *t;
	CURLcode code;
	CURLMsg *m;
	int left;
	size_t i;
	long status;

	while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
		if (m->msg != CURLMSG_DONE)
			continue;
		code = m->data.result;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
		if (finish(t, code, cl, e) == -1)
			return -1;
	}
	for (i = 0; i < h->nt; i++) {
		t = &h->t[i];
		if (!t->running || !t->fed)
			continue;
		t->fed = 0;
		status = 0;
		curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
		if (status >= 200 && status <= 299 && cl->more != NULL &&
		    cl->more(cl->arg, i, content_type(t), &t->body, e) == -1)
			return -1;
	}
	return 0;
}

/*
 * What is asked anew leaves first, then a little work is done, and only who
 * has none waits.
 */
static int
loop(struct http *h, const struct http_client *cl, struct err *e)
{
	int running, busy;

	for (;;) {
		if (start_due(h, e) == -1)
			return -1;
		h->fresh = 0;
		if (curl_multi_perform(h->multi, &running) != CURLM_OK)
			return err_set(e, ERR_NET, "the transfer broke off");
		if (look(h, cl, e) == -1)
			return -1;
		if (h->fresh)
			continue;
		if ((busy = cl->work(cl->arg, e)) == -1)
			return -1;
		if (busy || h->fresh)
			continue;
		if (h->asked == 0)
			return 0;
		if (curl_multi_poll(h->multi, NULL, 0, (int)due(h), NULL) !=
		    CURLM_OK)
			return err_set(e, ERR_NET, "the transfer broke off");
	}
}

int
http_run(struct http *h, size_t n, const struct http_client *cl,
    struct err *e)
{
	int ret;
	size_t i;

	if ((h->t = calloc(n + 1, sizeof(*h->t))) == NULL)
		return err_nomem(e);
	h->nt = n;
	h->client = cl;
	curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, 2L);
	h->asked = 0;
	for (i = 0; i < n; i++) {
		h->t[i].http = h;
		h->t[i].slot = i;
		buf_init(&h->t[i].url, 65536, "a URL");
		buf_init_secret(&h->t[i].body, HTTP_BODY_MAX, "an answer");
	}
	ret = loop(h, cl, e);
	for (i = 0; i < n; i++) {
		transfer_drop(&h->t[i]);
		buf_release(&h->t[i].url);
		buf_release(&h->t[i].body);
	}
	free(h->t);
	h->t = NULL;
	h->nt = 0;
	return ret;
}
