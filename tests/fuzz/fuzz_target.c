/*
 * Targets from a hostile stdin.  The first byte chooses how the rest comes (a
 * pipe, drips, a file, a file with a line as long as one may be), the operands
 * and the defaults.  A second reader, written another way, must come to the
 * same targets or to the same line's error; and each target written as a
 * record is read again as itself.
 */
#include <sys/mman.h>
#include <sys/socket.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/target.h"
#include "rec/rec.h"

int	LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int	memfd_create(const char *name, unsigned flags);

#define ROOM	(64 * 1024 * 1024)
#define PIPE	32768		/* bytes that a pipe takes at once */
#define PACKETS	64

enum how { PIPED, DRIPS, FILED, LONG };

/* ---- the second reader ---- */

struct want {
	struct target	*v;
	size_t		 n;
	size_t		 bad;		/* the line that is none, or 0 */
	int		 limit;		/* of that line: it is too long */
};

static char *
copy(const char *s, size_t n)
{
	char *c = strndup(s, n);

	if (c == NULL)
		abort();
	return c;
}

static int
order(const struct target *a, const struct target *b)
{
	int c;

	if ((c = strcmp(a->ns, b->ns)) == 0 &&
	    (c = strcmp(a->name, b->name)) == 0)
		c = strcmp(a->kind, b->kind);
	return c;
}

static void
drop(struct target *t)
{
	free(t->kind);
	free(t->ns);
	free(t->name);
}

static char *
kind_of(const char *s, size_t n)
{
	static const char from[] = " pods po secrets configmaps cm ";
	static const char *const to[] = {
		"pod", "pod", "secret", "configmap", "configmap"
	};
	const char *word = from;
	char *kind = copy(s, n);
	size_t i, len = strlen(kind);

	for (i = 0; i < len; i++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ", kind[i]) != NULL)
			kind[i] |= 0x20;
	for (i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		word++;
		if (strcspn(word, " ") == len && memcmp(word, kind, len) == 0) {
			free(kind);
			return copy(to[i], strlen(to[i]));
		}
		word += strcspn(word, " ");
	}
	return kind;
}

/* Where it belongs, unless it is there.  -1: a name that is none. */
static int
want_add(struct want *w, char *kind, char *ns, char *name)
{
	struct target t = { kind, ns, name };
	size_t at = w->n;

	if (strcmp(name, "*") == 0) {
		drop(&t);
		return -1;
	}
	while (at > 0 && order(&w->v[at - 1], &t) >= 0)
		at--;
	if (at < w->n && order(&w->v[at], &t) == 0) {
		drop(&t);
		return 0;
	}
	if ((w->v = realloc(w->v, (w->n + 1) * sizeof(t))) == NULL)
		abort();
	memmove(&w->v[at + 1], &w->v[at], (w->n - at) * sizeof(t));
	w->v[at] = t;
	w->n++;
	return 0;
}

static int
want_text(struct want *w, const char *s, size_t n, const char *kind,
    const char *ns)
{
	size_t at[3] = { 0, 0, 0 }, slashes = 0, i;

	if (n == 0)
		return 0;
	for (i = 0; i < n; i++)
		if (s[i] == '/') {
			if (slashes == 2)
				return -1;
			at[slashes++] = i;
		}
	if (s[0] == '/' || s[n - 1] == '/' ||
	    (slashes == 2 && at[1] - at[0] == 1) || (slashes == 0 && !ns))
		return -1;
	if (slashes == 0)
		return want_add(w, kind_of(kind, strlen(kind)),
		    copy(ns, strlen(ns)), copy(s, n));
	if (slashes == 1)
		return want_add(w, kind_of(kind, strlen(kind)),
		    copy(s, at[0]), copy(s + at[0] + 1, n - at[0] - 1));
	return want_add(w, kind_of(s, at[0]), copy(s + at[0] + 1,
	    at[1] - at[0] - 1), copy(s + at[1] + 1, n - at[1] - 1));
}

static int
want_record(struct want *w, const char *s, size_t n)
{
	struct rec_line l;
	const char *object, *name;
	int ret = -1;

	if (rec_parse(s, n, &l, NULL) == -1)
		return -1;
	object = l.n < 3 ? NULL : l.field[2];
	n = object == NULL ? 0 : strlen(object);
	if (n > 0 && l.field[1] != NULL && l.field[1][0] != '\0' &&
	    object[0] != '/' && object[n - 1] != '/' &&
	    strchr(object, '/') == strrchr(object, '/')) {
		name = strchr(object, '/');
		ret = want_add(w, kind_of(l.field[1], strlen(l.field[1])),
		    copy(object, name == NULL ? 0 : (size_t)(name - object)),
		    copy(name == NULL ? object : name + 1, strlen(object)));
	}
	rec_parse_release(&l);
	return ret;
}

static int
want_line(struct want *w, const char *s, size_t n, const char *kind,
    const char *ns)
{
	size_t i, tabs = 0;

	for (i = 0; i < n; i++) {
		if (s[i] == '\0')
			return -1;
		tabs += s[i] == '\t';
	}
	if (tabs > 0)
		return want_record(w, s, n);
	for (; n > 0 && (*s == ' ' || *s == '\r'); n--)
		s++;
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\r'))
		n--;
	return want_text(w, s, n, kind, ns);
}

static void
want_lines(struct want *w, const char *s, size_t n, const char *kind,
    const char *ns)
{
	size_t nth = 0, from, to;

	for (from = 0; from < n && w->bad == 0; from = to + 1) {
		for (to = from; to < n && s[to] != '\n'; to++)
			;
		nth++;
		if ((w->limit = to - from >= TARGET_LINE_MAX) ||
		    want_line(w, s + from, to - from, kind, ns) == -1)
			w->bad = nth;
	}
}

static void
want_free(struct want *w)
{
	while (w->n > 0)
		drop(&w->v[--w->n]);
	free(w->v);
}

/* ---- what the bytes come through ---- */

static void
send_all(int fd, const char *p, size_t n, size_t step)
{
	size_t len;

	for (; n > 0; p += len, n -= len) {
		len = n < step ? n : step;
		if (write(fd, p, len) != (ssize_t)len)
			abort();
	}
}

static int
open_in(enum how how, const char *p, size_t n)
{
	int fd[2];

	if (how == FILED || how == LONG || n > PIPE) {
		if ((fd[0] = memfd_create("targets", 0)) == -1)
			abort();
		send_all(fd[0], p, n, n);
		if (lseek(fd[0], 0, SEEK_SET) == -1)
			abort();
		return fd[0];
	}
	/* a packet is what one read() gets */
	if (how == DRIPS ? socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) :
	    pipe(fd))
		abort();
	send_all(fd[1], p, n, how == DRIPS ? n / PACKETS + 1 : n);
	close(fd[1]);
	return fd[0];
}

static int
read_in(struct targets *t, const char *const *operand, size_t n, enum how how,
    const struct buf *text, const char *kind, const char *ns, struct err *e)
{
	struct strs s = { (const char **)operand, n };
	int fd = open_in(how, buf_str(text), text->len), ret;

	ret = targets_read(t, &s, fd, kind, ns, e);
	close(fd);
	return ret;
}

/* ---- what must be so ---- */

static void
same(const struct target *a, const struct target *b)
{
	if (order(a, b) != 0)
		abort();
}

static void
in_order(const struct targets *t)
{
	const struct target *x;
	size_t i;

	for (i = 0; i < t->n; i++) {
		x = &t->v[i];
		if (i > 0 && order(x - 1, x) >= 0)
			abort();
		if (targets_find(t, x->kind, x->ns, x->name) != x)
			abort();
	}
	if (targets_find(t, "\n", "\n", "\n") != NULL)
		abort();
}

static int
has(const struct targets *t, const char *kind, const char *ns,
    const char *name)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->v[i].kind, kind) == 0 &&
		    strcmp(t->v[i].ns, ns) == 0 &&
		    strcmp(t->v[i].name, name) == 0)
			return 1;
	return 0;
}

static int
put_record(struct buf *b, const struct target *t)
{
	struct buf object;
	size_t from = b->len;

	buf_init(&object, ROOM, "an object");
	if (buf_printf(&object, NULL, "%s%s%s", t->ns, t->ns[0] == '\0' ? "" :
	    "/", t->name) == -1 || buf_puts(b, "warn\t", NULL) == -1 ||
	    rec_field(b, t->kind, NULL) == -1 ||
	    buf_putc(b, '\t', NULL) == -1 ||
	    rec_field(b, buf_str(&object), NULL) == -1)
		abort();
	buf_release(&object);
	/* escapes can make a long line too long for its reader */
	if (b->len - from > REC_LINE_MAX) {
		b->len = from;
		return 0;
	}
	if (buf_puts(b, "\tmore\t-\n", NULL) == -1)
		abort();
	return 1;
}

/* As records, twice and the last one first, they are the same. */
static void
again(const struct targets *t, enum how how)
{
	static const char *const in[] = { "-" };
	struct targets more;
	struct buf b;
	size_t i, n = 0;

	buf_init(&b, ROOM, "records");
	for (i = 0; i < 2 * t->n; i++)
		n += (size_t)put_record(&b, &t->v[(2 * t->n - 1 - i) / 2]);
	if (read_in(&more, in, 1, how, &b, "other", NULL, NULL) == -1 ||
	    more.n != n / 2)
		abort();
	for (i = 0; i < more.n; i++)
		same(&more.v[i], targets_find(t, more.v[i].kind,
		    more.v[i].ns, more.v[i].name));
	in_order(&more);
	targets_free(&more);
	buf_release(&b);
}

static void
names_line(const struct err *e, const struct want *w)
{
	char head[64];

	/* the buffer's own limit comes before the line is looked at */
	if (w->limit) {
		if (e->class != ERR_LIMIT)
			abort();
		return;
	}
	snprintf(head, sizeof(head), "stdin: line %zu: ", w->bad);
	if (strncmp(e->msg, head, strlen(head)) != 0 ||
	    e->msg[strlen(head)] == '\0' ||
	    (e->class != ERR_FORMAT && e->class != ERR_LIMIT))
		abort();
}

static void
check(enum how how, const struct buf *text, const char *kind, const char *ns)
{
	static const char *const in[] = { "-", "x/y", "PO/b/a", "-" };
	struct want w = { NULL, 0, 0, 0 };
	struct targets t, more;
	struct err e = ERR_INIT;
	size_t i;
	int ret;

	want_lines(&w, buf_str(text), text->len, kind, ns);
	ret = read_in(&t, in, 1, how, text, kind, ns, &e);
	if (ret != (w.bad > 0 ? -1 : 0))
		abort();
	if (ret == -1)
		names_line(&e, &w);
	else {
		if (t.n != w.n)
			abort();
		for (i = 0; i < t.n; i++)
			same(&t.v[i], &w.v[i]);
		in_order(&t);
		again(&t, how);
	}
	if (ret == 0 && how != LONG) {
		/* operands beside it */
		if (read_in(&more, in, 3, FILED, text, kind, ns, &e) == -1)
			abort();
		in_order(&more);
		for (i = 0; i < t.n; i++)
			if (!has(&more, t.v[i].kind, t.v[i].ns, t.v[i].name))
				abort();
		if (!has(&more, "pod", "b", "a") || more.n > t.n + 2)
			abort();
		targets_free(&more);
		if (read_in(&more, in, 4, FILED, text, kind, ns, &e) == 0 ||
		    e.class != ERR_USAGE)
			abort();
		targets_free(&more);
	}
	targets_free(&t);
	want_free(&w);
}

/* A NAME of one star, which stands for all that could not be listed. */
static int
is_all(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && s[n - 1] == '*' && (n == 1 || s[n - 2] == '/');
}

/* The first line as an operand: the same rules, and another error. */
static void
operand(const struct buf *text, const char *kind, const char *ns)
{
	char *s = copy(buf_str(text), strcspn(buf_str(text), "\n"));
	const char *const in[] = { s };
	struct strs none = { (const char *[]) { "-" }, 1 };
	struct strs one = { (const char **)in, 1 };
	struct want w = { NULL, 0, 0, 0 };
	struct targets t;
	struct err e = ERR_INIT;
	int bad;

	bad = s[0] == '\0' || want_text(&w, s, strlen(s), kind, ns) == -1;
	if (strcmp(s, "-") != 0 && strlen(s) < PIPE) {
		if (read_in(&t, in, 1, PIPED, text, kind, ns, &e) !=
		    (bad ? -1 : 0) || (bad && (e.msg[0] == '\0' ||
		    strncmp(e.msg, "stdin", 5) == 0)) ||
		    (bad && !is_all(s) && e.class != ERR_USAGE))
			abort();
		if (targets_check(&one, &e) != (bad &&
		    (ns != NULL || s[0] == '\0' || strchr(s, '/') != NULL ||
		    is_all(s)) ? -1 : 0))
			abort();
		if (!bad && (t.n != 1 || order(&t.v[0], &w.v[0]) != 0))
			abort();
		targets_free(&t);
	}
	if (targets_read(&t, &none, -1, kind, ns, &e) == 0 ||
	    e.class != ERR_IO)
		abort();
	targets_free(&t);
	want_free(&w);
	free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static char pad[TARGET_LINE_MAX + 2];
	const char *kind, *ns;
	size_t last = 0;
	struct buf text;
	enum how how;

	if (n == 0)
		return 0;
	how = (enum how)(*p & 3);
	ns = *p & 4 ? "default" : NULL;
	kind = *p & 8 ? "Secrets" : "pod";
	buf_init(&text, ROOM, "a text");
	if (buf_append(&text, p + 1, n - 1, NULL) == -1)
		abort();
	if (how == LONG) {
		/* to one byte below, at or over what a line may have */
		while (last < n - 1 && p[n - 1 - last] != '\n')
			last++;
		memset(pad, 'x', sizeof(pad));
		if (last < TARGET_LINE_MAX - 2 && buf_append(&text, pad,
		    TARGET_LINE_MAX - 1 + (*p >> 4) % 3 - last, NULL) == -1)
			abort();
		if (*p & 0x80 && buf_puts(&text, "\nb/a\n", NULL) == -1)
			abort();
	}
	check(how, &text, kind, ns);
	if (how != LONG)
		operand(&text, kind, ns);
	buf_release(&text);
	return 0;
}
