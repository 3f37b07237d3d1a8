#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wslay/wslay.h>

#include "kube/ws.h"
#include "pki/b64.h"
#include "pki/digest.h"
#include "pki/siphash.h"

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"	/* RFC 6455 1.3 */

struct ws {
	wslay_event_context_ptr	 ctx;
	const struct ws_sink	*sink;
	uint64_t		 frame_max;
	struct buf		 out;
	const unsigned char	*in;	/* what is being fed */
	size_t			 left;
	unsigned		 pings;
	int			 control;	/* the frame that is coming */
	int			 begins;	/* a message, with it */
	int			 closed;
	unsigned		 code;
	char			 reason[WS_REASON];
	struct err		 why;
};

static int
encode(const void *p, size_t len, char *out, size_t size, struct err *e)
{
	struct buf b;
	int ret;

	buf_init(&b, size - 1, "a key");
	if ((ret = b64_encode(p, len, &b, e)) == 0)
		memcpy(out, b.p, b.len + 1);
	buf_release(&b);
	return ret;
}

int
ws_key(char key[WS_KEY], struct err *e)
{
	unsigned char random[SIPHASH_KEY];

	return siphash_random(random, e) == -1 ? -1 :
	    encode(random, sizeof(random), key, WS_KEY, e);
}

int
ws_accept(const char key[WS_KEY], char out[WS_ACCEPT], struct err *e)
{
	unsigned char md[DIGEST_SHA1_LEN];
	char text[WS_KEY + sizeof(GUID)];
	int n;

	n = snprintf(text, sizeof(text), "%s" GUID, key);
	return digest_sha1(text, (size_t)n, md, e) == -1 ? -1 :
	    encode(md, sizeof(md), out, WS_ACCEPT, e);
}

/* ---- what wslay asks for ---- */

/* The end of it, with what is in w->why. */
static void
stop(struct ws *w)
{
	if (w->why.class == ERR_NONE)
		err_set(&w->why, ERR_FORMAT, "the server broke the "
		    "WebSocket protocol");
	wslay_event_shutdown_read(w->ctx);
}

static ssize_t
on_recv(wslay_event_context_ptr ctx, uint8_t *p, size_t len, int flags,
    void *arg)
{
	struct ws *w = arg;

	(void)flags;
	if (w->left == 0 || w->why.class != ERR_NONE) {
		wslay_event_set_error(ctx, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	if (len > w->left)
		len = w->left;
	memcpy(p, w->in, len);
	w->in += len;
	w->left -= len;
	return (ssize_t)len;
}

static ssize_t
on_send(wslay_event_context_ptr ctx, const uint8_t *p, size_t len, int flags,
    void *arg)
{
	struct ws *w = arg;

	(void)flags;
	if (buf_append(&w->out, p, len, &w->why) == -1) {
		wslay_event_set_error(ctx, WSLAY_ERR_CALLBACK_FAILURE);
		return -1;
	}
	return (ssize_t)len;
}

static int
on_mask(wslay_event_context_ptr ctx, uint8_t *p, size_t len, void *arg)
{
	unsigned char random[SIPHASH_KEY];
	struct ws *w = arg;

	if (len > sizeof(random) || siphash_random(random, &w->why) == -1) {
		wslay_event_set_error(ctx, WSLAY_ERR_CALLBACK_FAILURE);
		return -1;
	}
	memcpy(p, random, len);
	return 0;
}

static void
on_frame(wslay_event_context_ptr ctx,
    const struct wslay_event_on_frame_recv_start_arg *f, void *arg)
{
	struct ws *w = arg;

	(void)ctx;
	w->control = wslay_is_ctrl_frame(f->opcode);
	if (w->control)
		return;
	if (f->opcode != WSLAY_CONTINUATION_FRAME)
		w->begins = 1;
	if (f->opcode == WSLAY_TEXT_FRAME)
		err_set(&w->why, ERR_FORMAT, "the server sent a message "
		    "of text");
	else if (f->payload_length > w->frame_max)
		err_set(&w->why, ERR_LIMIT, "the server sent a frame of "
		    "%llu bytes, over the limit of %llu",
		    (unsigned long long)f->payload_length,
		    (unsigned long long)w->frame_max);
	if (w->why.class != ERR_NONE)
		stop(w);
}

static void
on_chunk(wslay_event_context_ptr ctx,
    const struct wslay_event_on_frame_recv_chunk_arg *c, void *arg)
{
	struct ws *w = arg;
	int begins = w->begins;

	(void)ctx;
	if (w->control || c->data_length == 0 || w->why.class != ERR_NONE)
		return;
	w->begins = 0;
	if (w->sink->part(w->sink->arg, begins, c->data, c->data_length,
	    &w->why) == -1)
		stop(w);
}

static void
on_message(wslay_event_context_ptr ctx,
    const struct wslay_event_on_msg_recv_arg *m, void *arg)
{
	struct ws *w = arg;
	size_t n;

	(void)ctx;
	if (m->opcode == WSLAY_PING && ++w->pings > WS_PINGS_MAX) {
		err_set(&w->why, ERR_LIMIT, "the server sent more than "
		    "%d pings at once", WS_PINGS_MAX);
		stop(w);
	}
	if (m->opcode != WSLAY_CONNECTION_CLOSE)
		return;
	if (m->msg_length == 1) {
		/* RFC 6455 section 5.5.1, which wslay lets pass */
		stop(w);
		return;
	}
	w->closed = 1;
	w->code = m->status_code == 0 ? WSLAY_CODE_NO_STATUS_RCVD :
	    m->status_code;
	/* two bytes of it are the code */
	n = m->msg_length < 2 ? 0 : m->msg_length - 2;
	if (n >= sizeof(w->reason))
		n = sizeof(w->reason) - 1;
	if (n > 0)
		memcpy(w->reason, m->msg + 2, n);
	w->reason[n] = '\0';
}

/* ---- the interface ---- */

int
ws_new(const struct ws_sink *sink, uint64_t frame_max, struct ws **out,
    struct err *e)
{
	static const struct wslay_event_callbacks cb = {
		on_recv, on_send, on_mask, on_frame, on_chunk, NULL, on_message
	};
	struct ws *w;

	*out = NULL;
	if ((w = calloc(1, sizeof(*w))) == NULL)
		return err_nomem(e);
	w->sink = sink;
	w->frame_max = frame_max;
	buf_init(&w->out, WS_SEND_MAX, "what is to be sent");
	if (wslay_event_context_client_init(&w->ctx, &cb, w) != 0) {
		free(w);
		return err_nomem(e);
	}
	wslay_event_config_set_no_buffering(w->ctx, 1);
	/* what is too long is told by on_frame(), which can say it */
	wslay_event_config_set_max_recv_msg_length(w->ctx, UINT64_MAX >> 1);
	*out = w;
	return 0;
}

void
ws_free(struct ws *w)
{
	if (w == NULL)
		return;
	wslay_event_context_free(w->ctx);
	buf_release(&w->out);
	free(w);
}

/* What wslay has to say goes to the end of what waits. */
static int
flush(struct ws *w, struct err *e)
{
	if (wslay_event_send(w->ctx) == 0)
		return 0;
	if (w->why.class == ERR_NONE)
		return err_nomem(e);
	if (e != NULL)
		*e = w->why;
	return -1;
}

int
ws_feed(struct ws *w, const unsigned char *p, size_t n, struct err *e)
{
	int ret;

	if (w->closed)
		return 0;
	w->in = p;
	w->left = n;
	w->pings = 0;
	ret = wslay_event_recv(w->ctx);
	w->in = NULL;
	if (ret == WSLAY_ERR_NOMEM)
		return err_nomem(e);
	/* wslay tells of broken frames by reading no more */
	if (!w->closed && (ret != 0 || !wslay_event_get_read_enabled(w->ctx)))
		stop(w);
	if (w->why.class != ERR_NONE) {
		if (e != NULL)
			*e = w->why;
		return -1;
	}
	return flush(w, e);
}

int
ws_send(struct ws *w, const void *p, size_t n, struct err *e)
{
	const struct wslay_event_msg m = { WSLAY_BINARY_FRAME, p, n };
	int ret = wslay_event_queue_msg(w->ctx, &m);

	if (ret == WSLAY_ERR_NOMEM)
		return err_nomem(e);
	return ret != 0 ? err_set(e, ERR_NET, "the WebSocket is closed") :
	    flush(w, e);
}

int
ws_close(struct ws *w, struct err *e)
{
	int ret = wslay_event_queue_close(w->ctx, WSLAY_CODE_NORMAL_CLOSURE,
	    NULL, 0);

	if (ret == WSLAY_ERR_NOMEM)
		return err_nomem(e);
	return flush(w, e);
}

struct buf *
ws_pending(struct ws *w)
{
	return &w->out;
}

int
ws_closed(const struct ws *w, unsigned *code, const char **reason)
{
	*code = w->code;
	*reason = w->reason;
	return w->closed;
}
