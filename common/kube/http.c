/* Many requests at once: begun, waited for, handed on. */
#include <curl/curl.h>
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
		h->date_ours = transfer_wall();
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
		    &a.err);
	/* nobody there: no other request will find it otherwise */
	if (code != CURLE_OK && !h->answered) {
		*e = a.err;
		return -1;
	}
	if (done(arg, t->slot, &a, &next, e) == -1)
		return -1;
	transfer_drop(t);
	buf_release(&t->body);
	if (next == NULL) {
		h->busy--;
		return 0;
	}
	return transfer_set(t, next, e) == -1 ? -1 : transfer_start(t, e);
}

static int
finish(struct transfer *t, CURLcode code, http_done *done, void *arg,
    struct err *e)
{
	long status = 0;
	int again;

	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	if ((again = transfer_again(t, code, status, e)) != 0)
		return again == -1 ? -1 : 0;
	return deliver(t, code, status, done, arg, e);
}

static int
start_due(struct http *h, long *wait, struct err *e)
{
	int64_t now = transfer_ms();
	size_t i;

	*wait = 1000;
	for (i = 0; i < h->nt; i++) {
		struct transfer *t = &h->t[i];

		if (t->wake == 0 || t->running)
			continue;
		if (t->wake > now) {
			if (t->wake - now < *wait)
				*wait = (long)(t->wake - now);
		} else if (transfer_start(t, e) == -1)
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
			ret = transfer_set(&h->t[i], path[i], e) == -1 ? -1 :
			    transfer_start(&h->t[i], e);
		}
	if (ret == 0)
		ret = loop(h, done, arg, e);
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
