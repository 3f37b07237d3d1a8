#include <string.h>

#include "kube/dial.h"

int
dialer_init(struct dialer *r, const struct transport *t, struct err *e)
{
	memset(r, 0, sizeof(*r));
	r->transport = t;
	if ((r->multi = curl_multi_init()) == NULL ||
	    (r->share = curl_share_init()) == NULL) {
		dialer_release(r);
		return err_nomem(e);
	}
	/* a handshake is most of what a short answer costs */
	curl_share_setopt(r->share, CURLSHOPT_SHARE,
	    CURL_LOCK_DATA_SSL_SESSION);
	return 0;
}

void
dialer_release(struct dialer *r)
{
	if (r->multi != NULL)
		curl_multi_cleanup(r->multi);
	if (r->share != NULL)
		curl_share_cleanup(r->share);
	memset(r, 0, sizeof(*r));
}

int
dial_start(struct dial *d, struct dialer *r, const struct cred *cr,
    void *owner, struct err *e)
{
	memset(d, 0, sizeof(*d));
	d->dialer = r;
	d->fd = CURL_SOCKET_BAD;
	if ((d->curl = curl_easy_init()) == NULL ||
	    transport_set(r->transport, cr, d->curl, NULL) == -1)
		return err_nomem(e);
	transport_set_own(d->curl);
	curl_easy_setopt(d->curl, CURLOPT_SHARE, r->share);
	curl_easy_setopt(d->curl, CURLOPT_URL, r->transport->base);
	curl_easy_setopt(d->curl, CURLOPT_ERRORBUFFER, d->error);
	curl_easy_setopt(d->curl, CURLOPT_PRIVATE, owner);
	if (curl_multi_add_handle(r->multi, d->curl) != CURLM_OK) {
		curl_easy_cleanup(d->curl);
		d->curl = NULL;
		return err_nomem(e);
	}
	return 0;
}

int
dial_done(struct dial *d, CURLcode code, struct err *e)
{
	if (code != CURLE_OK) {
		transport_explain(d->dialer->transport, d->curl, code,
		    d->error, e);
		return -1;
	}
	curl_easy_getinfo(d->curl, CURLINFO_ACTIVESOCKET, &d->fd);
	return d->fd == CURL_SOCKET_BAD ? err_set(e, ERR_NET, "the "
	    "connection broke at once") : 0;
}

void
dial_drop(struct dial *d)
{
	if (d->curl == NULL)
		return;
	/* which closes it, since it is ours alone */
	curl_multi_remove_handle(d->dialer->multi, d->curl);
	curl_easy_cleanup(d->curl);
	d->curl = NULL;
	d->fd = CURL_SOCKET_BAD;
}

ssize_t
dial_send(struct dial *d, const void *p, size_t n)
{
	CURLcode code;
	size_t sent = 0;

	code = curl_easy_send(d->curl, p, n, &sent);
	if (code == CURLE_AGAIN)
		return 0;
	return code == CURLE_OK ? (ssize_t)sent : -1;
}

ssize_t
dial_recv(struct dial *d, void *p, size_t n, int *closed)
{
	CURLcode code;
	size_t got = 0;

	code = curl_easy_recv(d->curl, p, n, &got);
	if (code == CURLE_AGAIN)
		return 0;
	*closed = code == CURLE_OK && got == 0;
	return code != CURLE_OK || got == 0 ? -1 : (ssize_t)got;
}
