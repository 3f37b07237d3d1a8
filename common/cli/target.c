#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/common.h"
#include "cli/target.h"
#include "rec/rec.h"

/* What kubectl takes for one kind: its plural and its short name. */
static const struct {
	const char	*alias;
	const char	*kind;
} aliases[] = {
	{ "pods", "pod" }, { "po", "pod" }, { "secrets", "secret" },
	{ "configmaps", "configmap" }, { "cm", "configmap" },
};

static char *
kind_of(const char *s, size_t n)
{
	char *kind;
	size_t i;

	if ((kind = strndup(s, n)) == NULL)
		return NULL;
	for (i = 0; kind[i] != '\0'; i++)
		if (kind[i] >= 'A' && kind[i] <= 'Z')
			kind[i] += 'a' - 'A';
	for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(kind, aliases[i].alias) == 0) {
			free(kind);
			return strdup(aliases[i].kind);
		}
	return kind;
}

static struct target *
room(struct targets *t, struct err *e)
{
	size_t more = t->room == 0 ? 16 : t->room * 2;
	struct target *v;

	if (t->n == TARGETS_MAX) {
		err_set(e, ERR_LIMIT, "more than %d targets", TARGETS_MAX);
		return NULL;
	}
	if (t->n == t->room) {
		if ((v = realloc(t->v, more * sizeof(*v))) == NULL) {
			err_nomem(e);
			return NULL;
		}
		t->v = v;
		t->room = more;
	}
	memset(&t->v[t->n], 0, sizeof(t->v[t->n]));
	return &t->v[t->n++];
}

/* The name's part of what is no namespace and what is one. */
static int
add(struct targets *t, const char *kind, size_t nkind, const char *object,
    const char *ns, struct err *e)
{
	const char *slash = strchr(object, '/');
	struct target *x;

	/* what could not be listed is a record, too */
	if (strcmp(slash == NULL ? object : slash + 1, "*") == 0)
		return err_set(e, ERR_USAGE, "'%.300s' is no target: all "
		    "that could not be listed", object);
	if ((x = room(t, e)) == NULL)
		return -1;
	x->kind = kind_of(kind, nkind);
	x->ns = slash == NULL ? strdup(ns) :
	    strndup(object, (size_t)(slash - object));
	x->name = strdup(slash == NULL ? object : slash + 1);
	return x->kind == NULL || x->ns == NULL || x->name == NULL ?
	    err_nomem(e) : 0;
}

/* "KIND/NAMESPACE/NAME" and its shorter forms. */
static int
add_text(struct targets *t, const char *s, const char *kind, const char *ns,
    struct err *e)
{
	const char *first = strchr(s, '/');
	const char *second = first == NULL ? NULL : strchr(first + 1, '/');

	if (s[0] == '\0' || s[0] == '/' || s[strlen(s) - 1] == '/' ||
	    (second != NULL && (second == first + 1 ||
	    strchr(second + 1, '/') != NULL)))
		return err_set(e, ERR_USAGE, "'%.300s' is not a target: want "
		    "[KIND/]NAMESPACE/NAME", s);
	if (first == NULL && ns == NULL)
		return err_set(e, ERR_USAGE, "the target '%.300s' has no "
		    "namespace: want NAMESPACE/NAME, or -n", s);
	if (second == NULL)
		return add(t, kind, strlen(kind), s, ns, e);
	return add(t, s, (size_t)(first - s), first + 1, ns, e);
}

/* NAME, or NAMESPACE/NAME. */
static int
is_object(const char *s)
{
	const char *slash = s == NULL ? NULL : strchr(s, '/');

	if (s == NULL || s[0] == '\0')
		return 0;
	return slash == NULL || (slash != s && slash[1] != '\0' &&
	    strchr(slash + 1, '/') == NULL);
}

/* A record: VERDICT, KIND, OBJECT and more. */
static int
add_record(struct targets *t, const char *line, size_t len, struct err *e)
{
	struct rec_line l;
	int ret;

	if (rec_parse(line, len, &l, e) == -1)
		return -1;
	if (l.n < 3 || l.field[1] == NULL || l.field[1][0] == '\0' ||
	    !is_object(l.field[2]))
		ret = err_set(e, ERR_FORMAT, "a line with TABs that is no "
		    "record");
	else
		ret = add(t, l.field[1], strlen(l.field[1]), l.field[2], "", e);
	rec_parse_release(&l);
	return ret;
}

static int
add_line(struct targets *t, char *line, size_t len, const char *kind,
    const char *ns, struct err *e)
{
	static const char blank[] = " \r";
	int ret;

	if (memchr(line, '\0', len) != NULL)
		return err_set(e, ERR_FORMAT, "a NUL byte");
	if (memchr(line, '\t', len) == NULL) {
		while (len > 0 && strchr(blank, line[len - 1]) != NULL)
			len--;
		line[len] = '\0';
		line += strspn(line, blank);
		ret = *line == '\0' ? 0 : add_text(t, line, kind, ns, e);
	} else
		ret = add_record(t, line, len, e);
	/* what is wrong is the input, not the command line */
	if (ret == -1 && e->class == ERR_USAGE)
		e->class = ERR_FORMAT;
	return ret;
}

/* Take the whole lines out of b; at the end of the input, what is left too. */
static int
add_lines(struct targets *t, struct buf *b, int last, const char *kind,
    const char *ns, size_t *nth, struct err *e)
{
	char *p = (char *)b->p, *end = p + b->len, *nl;

	while (p < end) {
		if ((nl = memchr(p, '\n', (size_t)(end - p))) == NULL && !last)
			break;
		if (nl == NULL)
			nl = end;
		++*nth;
		if (add_line(t, p, (size_t)(nl - p), kind, ns, e) == -1)
			return err_prefix(e, "stdin: line %zu", *nth);
		p = nl == end ? end : nl + 1;
	}
	if (b->len > 0)
		buf_consume(b, b->len - (size_t)(end - p));
	return 0;
}

static int
read_lines(struct targets *t, int in, const char *kind, const char *ns,
    struct err *e)
{
	struct buf b;
	size_t nth = 0;
	ssize_t got;
	int ret = -1;

	buf_init(&b, TARGET_LINE_MAX, "a line of stdin");
	for (;;) {
		if (buf_reserve(&b, 65536 < b.max - b.len ? 65536 :
		    b.max - b.len, e) == -1)
			break;
		if (b.len == b.max) {
			err_set(e, ERR_LIMIT, "%s is over the limit of %d "
			    "bytes", b.what, TARGET_LINE_MAX);
			break;
		}
		do
			got = read(in, b.p + b.len, b.cap - b.len);
		while (got == -1 && errno == EINTR);
		if (got == -1) {
			err_sys(e, errno, "cannot read stdin");
			break;
		}
		b.len += (size_t)got;
		if (add_lines(t, &b, got == 0, kind, ns, &nth, e) == -1)
			break;
		if (got == 0) {
			ret = 0;
			break;
		}
	}
	buf_release(&b);
	return ret;
}

static int
compare(const void *a, const void *b)
{
	const struct target *x = a, *y = b;
	int c;

	if ((c = strcmp(x->ns, y->ns)) != 0 ||
	    (c = strcmp(x->name, y->name)) != 0)
		return c;
	return strcmp(x->kind, y->kind);
}

void
target_free(struct target *x)
{
	free(x->kind);
	free(x->ns);
	free(x->name);
}

static void
sort(struct targets *t)
{
	size_t i, n = 0;

	if (t->n > 0)
		qsort(t->v, t->n, sizeof(*t->v), compare);
	for (i = 0; i < t->n; i++) {
		if (n > 0 && compare(&t->v[n - 1], &t->v[i]) == 0)
			target_free(&t->v[i]);
		else
			t->v[n++] = t->v[i];
	}
	t->n = n;
}

int
targets_read(struct targets *t, const struct strs *operands, int in,
    const char *kind, const char *ns, struct err *e)
{
	int stdins = 0;
	size_t i;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < operands->n; i++) {
		if (strcmp(operands->v[i], "-") != 0) {
			if (add_text(t, operands->v[i], kind, ns, e) == -1)
				return -1;
		} else if (stdins++ > 0)
			return err_set(e, ERR_USAGE, "the operand - is given "
			    "twice");
		else if (read_lines(t, in, kind, ns, e) == -1)
			return -1;
	}
	sort(t);
	return 0;
}

int
targets_check(const struct strs *operands, struct err *e)
{
	struct targets t = { NULL, 0, 0 };
	int ret = 0;
	size_t i;

	for (i = 0; ret == 0 && i < operands->n; i++)
		if (strcmp(operands->v[i], "-") != 0)
			ret = add_text(&t, operands->v[i], "", "", e);
	targets_free(&t);
	return ret;
}

int
targets_on_stdin(const struct strs *operands)
{
	size_t i;

	for (i = 0; i < operands->n; i++)
		if (strcmp(operands->v[i], "-") == 0)
			return 1;
	return 0;
}

int
targets_scope(const struct cli_common *o, const char **ns,
    const char *selector, const struct strs *operands, struct err *e)
{
	size_t i;

	/* as kubectl has it: all of them beats one */
	if (o->all_namespaces)
		*ns = NULL;
	if (*ns != NULL && ((*ns)[0] == '\0' ||
	    strlen(*ns) > CLI_NAMESPACE_MAX))
		return err_set(e, ERR_USAGE, "invalid argument \"%.64s\" for "
		    "\"-n, --namespace\" flag: not a namespace", *ns);
	if (selector != NULL && o->files.n > 0)
		return err_set(e, ERR_USAGE, "-l is a question to the API "
		    "server: it does not go with -f");
	if (selector != NULL && operands->n > 0)
		return err_set(e, ERR_USAGE, "-l does not go with targets");
	for (i = 0; i < o->files.n; i++)
		if (strcmp(o->files.v[i], "-") == 0 &&
		    targets_on_stdin(operands))
			return err_set(e, ERR_USAGE, "stdin cannot be both: "
			    "-f - and the operand -");
	return targets_check(operands, e);
}

void
targets_free(struct targets *t)
{
	while (t->n > 0)
		target_free(&t->v[--t->n]);
	free(t->v);
	memset(t, 0, sizeof(*t));
}

struct target *
targets_find(const struct targets *t, const char *kind, const char *ns,
    const char *name)
{
	const struct target key = {
		.kind = (char *)kind, .ns = (char *)ns, .name = (char *)name
	};

	return t->n == 0 ? NULL :
	    bsearch(&key, t->v, t->n, sizeof(key), compare);
}
