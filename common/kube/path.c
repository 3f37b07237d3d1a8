#include <stdio.h>
#include <string.h>

#include "kube/path.h"

/* RFC 3986: everything but unreserved characters. */
static int
put_escaped(struct buf *b, const char *s, struct err *e)
{
	for (; *s != '\0'; s++)
		if (((*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'z') ||
		    (*s >= 'A' && *s <= 'Z') || strchr("-._~", *s) != NULL ?
		    buf_putc(b, *s, e) : buf_printf(b, e, "%%%02X",
		    (unsigned)(unsigned char)*s)) == -1)
			return -1;
	return 0;
}

/* What can be a segment of a path: k8s.io/apimachinery pkg/api/validation/ */
/* path, IsValidPathSegmentName. */
static int
is_segment(const char *s)
{
	size_t len = strlen(s);

	return len > 0 && len <= KUBE_NAME_MAX && strcmp(s, ".") != 0 &&
	    strcmp(s, "..") != 0 && strpbrk(s, "/%") == NULL;
}

/* Another parameter; *sep is '?' before the first. */
static int
put_query(struct buf *b, char *sep, const char *name, const char *value,
    struct err *e)
{
	if (value == NULL || value[0] == '\0')
		return 0;
	if (buf_printf(b, e, "%c%s=", *sep, name) == -1 ||
	    put_escaped(b, value, e) == -1)
		return -1;
	*sep = '&';
	return 0;
}

/* Of the object, or of its siblings. */
static int
put_path(const struct kube_ask *a, struct buf *b, struct err *e)
{
	buf_reset(b);
	if ((a->ns[0] != '\0' && !is_segment(a->ns)) ||
	    (a->name != NULL && !is_segment(a->name)))
		return err_set(e, ERR_FORMAT, "its name may not contain '/' "
		    "or '%%'");
	if ((a->group[0] == '\0' ? buf_printf(b, e, "/api/%s", a->version) :
	    buf_printf(b, e, "/apis/%s/%s", a->group, a->version)) == -1)
		return -1;
	if (a->ns[0] != '\0' && (buf_puts(b, "/namespaces/", e) == -1 ||
	    put_escaped(b, a->ns, e) == -1))
		return -1;
	if (buf_printf(b, e, "/%s", a->resource) == -1)
		return -1;
	if (a->name == NULL)
		return 0;
	return buf_putc(b, '/', e) == -1 ? -1 : put_escaped(b, a->name, e);
}

static int
put_selectors(const struct kube_ask *a, char *sep, struct buf *b,
    struct err *e)
{
	return put_query(b, sep, "labelSelector", a->labels, e) == -1 ||
	    put_query(b, sep, "fieldSelector", a->fields, e) == -1 ? -1 : 0;
}

int
path_of(const struct kube_ask *a, long limit, const char *token,
    struct buf *b, struct err *e)
{
	char sep = '?', number[24] = "";

	if (put_path(a, b, e) == -1)
		return -1;
	if (a->name != NULL)
		return 0;
	if (limit > 0)
		snprintf(number, sizeof(number), "%ld", limit);
	return put_query(b, &sep, "limit", number, e) == -1 ||
	    put_query(b, &sep, "continue", token, e) == -1 ? -1 :
	    put_selectors(a, &sep, b, e);
}

int
path_of_write(const struct kube_ask *a, int create, int dry_run,
    struct buf *b, struct err *e)
{
	struct kube_ask of = *a;

	if (a->name == NULL || !is_segment(a->name))
		return err_set(e, ERR_FORMAT, "what is written needs a name "
		    "without '/' or '%%'");
	if (create)
		of.name = NULL;
	return put_path(&of, b, e) == -1 ? -1 : buf_printf(b, e,
	    "?fieldManager=" PATH_MANAGER "%s", dry_run ? "&dryRun=All" : "");
}

int
path_of_watch(const struct kube_ask *a, const char *version, long seconds,
    struct buf *b, struct err *e)
{
	char sep = '&';

	if (put_path(a, b, e) == -1 ||
	    buf_printf(b, e, "?watch=1&allowWatchBookmarks=true"
	    "&timeoutSeconds=%ld", seconds) == -1)
		return -1;
	return put_query(b, &sep, "resourceVersion", version, e) == -1 ? -1 :
	    put_selectors(a, &sep, b, e);
}

int
path_of_exec(const char *ns, const char *pod, const char *container,
    const char *const *argv, size_t argc, struct buf *b, struct err *e)
{
	const struct kube_ask a = {
		.group = "", .version = "v1", .resource = "pods", .ns = ns,
		.name = pod
	};
	char sep = '&';
	size_t i;

	if (ns[0] == '\0')
		return err_set(e, ERR_FORMAT, "a pod has a namespace");
	if (put_path(&a, b, e) == -1 ||
	    buf_puts(b, "/exec?stdout=true&stderr=true", e) == -1 ||
	    put_query(b, &sep, "container", container, e) == -1)
		return -1;
	/* a word that is empty is one all the same */
	for (i = 0; i < argc; i++)
		if (buf_puts(b, "&command=", e) == -1 ||
		    put_escaped(b, argv[i], e) == -1)
			return -1;
	return 0;
}
