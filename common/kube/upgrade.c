#include <string.h>

#include "kube/upgrade.h"

void
upgrade_init(struct upgrade *u, const char *offer)
{
	memset(u, 0, sizeof(*u));
	u->offer = offer;
	head_init(&u->head);
	buf_init(&u->in, 2 * HEAD_MAX, "an answer");
	buf_init(&u->body, UPGRADE_BODY, "an answer");
}

void
upgrade_release(struct upgrade *u)
{
	buf_release(&u->in);
	buf_release(&u->body);
	explicit_bzero(u->key, sizeof(u->key));
}

/* libcurl's form of a header without a value is "Name;". */
static int
put_headers(const struct curl_slist *l, struct buf *out, struct err *e)
{
	size_t n;

	for (; l != NULL; l = l->next) {
		n = strlen(l->data);
		if ((strchr(l->data, ':') == NULL && n > 0 ?
		    buf_append(out, l->data, n - 1, e) == -1 ||
		    buf_putc(out, ':', e) == -1 :
		    buf_append(out, l->data, n, e) == -1) ||
		    buf_puts(out, "\r\n", e) == -1)
			return -1;
	}
	return 0;
}

int
upgrade_request(struct upgrade *u, const struct transport *t,
    const struct cred *cr, const char *agent, const char *path,
    struct buf *out, struct err *e)
{
	struct curl_slist *l = NULL;
	int ret;

	head_init(&u->head);
	u->interim = 0;
	u->refused = 0;
	buf_reset(&u->in);
	buf_reset(&u->body);
	buf_reset(out);
	if (ws_key(u->key, e) == -1)
		return -1;
	/* to any other a kubelet says 406; a Status is JSON anyway */
	if (transport_headers(t, cr, agent, "*/*", &l) == -1)
		return err_nomem(e);
	ret = buf_printf(out, e, "GET %s%s HTTP/1.1\r\n", transport_path(t),
	    path);
	if (ret == 0 && t->host == NULL)
		ret = buf_printf(out, e, "Host: %s\r\n", t->address);
	if (ret == 0)
		ret = put_headers(l, out, e);
	if (ret == 0)
		ret = buf_printf(out, e, "Connection: Upgrade\r\n"
		    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
		    "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Protocol: %s\r\n"
		    "\r\n", u->key, u->offer);
	transport_wipe_headers(&l);
	return ret;
}

/* Is it one of those that were offered? */
static int
was_offered(const char *offer, const char *protocol)
{
	size_t n = strlen(protocol), len;

	for (; *offer != '\0'; offer += len, offer += strspn(offer, ", ")) {
		len = strcspn(offer, ", ");
		if (len == n && memcmp(offer, protocol, n) == 0)
			return 1;
	}
	return 0;
}

static enum upgrade_end
switched(const struct upgrade *u, struct err *e)
{
	const struct head *h = &u->head;
	char want[WS_ACCEPT];

	if (ws_accept(u->key, want, e) == -1)
		return UPGRADE_BROKEN;
	if (h->minor < 1 || !h->websocket || !h->upgrade ||
	    strcmp(h->accept, want) != 0)
		err_set(e, ERR_FORMAT, "the server did not switch to a "
		    "WebSocket as it says (RFC 6455): is there a proxy in "
		    "between?");
	else if (!was_offered(u->offer, h->protocol))
		err_set(e, ERR_FORMAT, "the server chose the subprotocol "
		    "'%s', which is none of '%s'", h->protocol, u->offer);
	else if (h->extended)
		err_set(e, ERR_FORMAT, "the server chose a WebSocket "
		    "extension, and none was offered");
	else
		return UPGRADE_DONE;
	return UPGRADE_BROKEN;
}

/* The body of an answer that is no 101. */
static enum upgrade_end
refusal(struct upgrade *u, int ended)
{
	return rest_take(&u->rest, &u->in, &u->body) || ended ?
	    UPGRADE_REFUSED : UPGRADE_WAIT;
}

enum upgrade_end
upgrade_take(struct upgrade *u, int ended, struct err *e)
{
	size_t used = 0;
	int ret;

	if (u->refused)
		return refusal(u, ended);
	while ((ret = head_read(&u->head, u->in.p, u->in.len, &used, e)) ==
	    1) {
		buf_consume(&u->in, used);
		if (u->head.status == 101)
			return switched(u, e);
		if (u->head.status >= 200) {
			u->refused = 1;
			rest_init(&u->rest, &u->head);
			return refusal(u, ended);
		}
		if (++u->interim > UPGRADE_INTERIM) {
			err_set(e, ERR_LIMIT, "the server answered with more "
			    "than %d interim answers", UPGRADE_INTERIM);
			return UPGRADE_BROKEN;
		}
		head_init(&u->head);
	}
	if (ret == 0 && !ended)
		return UPGRADE_WAIT;
	if (ret == 0)
		err_set(e, ERR_NET, "the connection was closed before a "
		    "whole answer");
	return UPGRADE_BROKEN;
}

const char *
upgrade_hint(const struct upgrade *u)
{
	int status = u->head.status;

	/* "Upgrade request required", "unable to upgrade: ..." */
	if (status < 400 || (status == 400 &&
	    strstr(buf_str(&u->body), "pgrade") != NULL))
		return ": is there a proxy in between that lets no WebSocket "
		    "through?";
	return "";
}
