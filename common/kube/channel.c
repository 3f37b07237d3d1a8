#include <string.h>

#include "doc/doc.h"
#include "kube/channel.h"

#define EXIT_DIGITS 9

enum { STDOUT = 1, STDERR = 2, STATUS = 3 };

void
channel_init(struct channel *c, size_t out_max)
{
	memset(c, 0, sizeof(*c));
	/* who knows what a command prints */
	buf_init_secret(&c->out, out_max, "the command's stdout");
	buf_init(&c->text, CHANNEL_TEXT, "the command's stderr");
	buf_init(&c->status, CHANNEL_STATUS_MAX, "the command's error channel");
}

void
channel_reset(struct channel *c)
{
	buf_reset(&c->out);
	buf_reset(&c->text);
	buf_reset(&c->status);
	c->noise = 0;
	c->now = 0;
}

void
channel_release(struct channel *c)
{
	buf_release(&c->out);
	buf_release(&c->text);
	buf_release(&c->status);
}

static int
drop(struct channel *c, size_t n, struct err *e)
{
	c->noise += n;
	return c->noise <= CHANNEL_NOISE_MAX ? 0 : err_set(e, ERR_LIMIT,
	    "the command's stderr is over the limit of %d bytes",
	    CHANNEL_NOISE_MAX);
}

int
channel_part(void *arg, int begins, const unsigned char *p, size_t n,
    struct err *e)
{
	struct channel *c = arg;
	size_t room;

	if (begins) {
		c->now = *p++;
		n--;
	}
	switch (c->now) {
	case STDOUT:
		return buf_append(&c->out, p, n, e);
	case STDERR:
		room = c->text.max - c->text.len;
		if (n < room)
			room = n;
		return buf_append(&c->text, p, room, e) == -1 ? -1 :
		    drop(c, n - room, e);
	case STATUS:
		return buf_append(&c->status, p, n, e);
	default:
		/* v5's close signal, and what others may come to be */
		return drop(c, n, e);
	}
}

/* ---- the Status ---- */

struct verdict {
	int		 found;
	int		 exit_status;	/* -1: it has none */
	struct err	*e;
};

static int
is(const struct node *n, const char *want)
{
	const char *s = node_str(n, NULL);

	return s != NULL && strcmp(s, want) == 0;
}

/* kubernetes client-go tools/remotecommand/v4.go, decodeErrorV4 */
static int
exit_code(const struct node *obj)
{
	const struct node *causes = node_path(obj, "details", "causes",
	    (const char *)NULL), *cause;
	const char *s;
	size_t i, n;
	int code = 0;

	for (i = 0; i < node_len(causes); i++) {
		cause = node_at(causes, i);
		if (!is(node_get(cause, "reason"), "ExitCode"))
			continue;
		s = node_str(node_get(cause, "message"), NULL);
		n = s == NULL ? 0 : strspn(s, "0123456789");
		if (n == 0 || n > EXIT_DIGITS || s[n] != '\0')
			return -1;
		while (*s != '\0')
			code = 10 * code + (*s++ - '0');
		return code;
	}
	return -1;
}

static int
on_status(void *arg, const struct node *obj, struct err *e)
{
	struct verdict *v = arg;
	const char *message = node_str(node_get(obj, "message"), NULL);

	(void)e;
	if (v->found++ > 0)
		return 0;
	if (is(node_get(obj, "status"), "Success")) {
		v->exit_status = 0;
		return 0;
	}
	if (!is(node_get(obj, "status"), "Failure"))
		err_set(v->e, ERR_FORMAT, "the server did not say how the "
		    "command ended");
	else if (!is(node_get(obj, "reason"), "NonZeroExitCode"))
		err_set(v->e, ERR_NET, "the command did not run: %s",
		    message == NULL ? "the server does not say why" : message);
	else if ((v->exit_status = exit_code(obj)) == -1)
		err_set(v->e, ERR_FORMAT, "the command failed, and the server "
		    "did not say with what exit status");
	return 0;
}

/* Is it a whole JSON object already?  Its parts are strings and braces. */
static int
is_whole(const struct buf *b)
{
	size_t i;
	int depth = 0, quoted = 0;

	for (i = 0; i < b->len; i++) {
		if (quoted && b->p[i] == '\\')
			i++;
		else if (b->p[i] == '"')
			quoted = !quoted;
		else if (!quoted && b->p[i] == '{')
			depth++;
		else if (!quoted && b->p[i] == '}' && --depth <= 0)
			return 1;
	}
	return 0;
}

int
channel_end(const struct channel *c, int *exit_status, struct err *e)
{
	struct err own = ERR_INIT;
	struct verdict v = { 0, -1, e == NULL ? &own : e };
	struct doc_text text = { buf_str(&c->status), c->status.len };
	struct doc_source src = doc_text_source(&text);
	struct doc_sink sink;

	*exit_status = -1;
	if (c->status.len == 0 ||
	    (c->status.p[0] == '{' && !is_whole(&c->status)))
		return 0;
	memset(&sink, 0, sizeof(sink));
	sink.item = on_status;
	sink.arg = &v;
	if (doc_read_json(&src, &sink, &own) == -1 || v.found != 1)
		return err_set(e, ERR_FORMAT, "the server did not say how the "
		    "command ended: its error channel is no Status");
	*exit_status = v.exit_status;
	return v.exit_status == -1 ? -1 : 1;
}
