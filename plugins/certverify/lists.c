/* Growing lists, and all strings in one buffer. */
#include <stdlib.h>
#include <string.h>

#include "plugins/certverify/state.h"

void
cv_list_init(struct cv_list *l, size_t size, size_t max, const char *what)
{
	memset(l, 0, sizeof(*l));
	l->size = size;
	l->max = max;
	l->what = what;
}

/* Room for half as much again: twice would be a lot of a mesh's memory. */
void *
cv_list_add(struct cv_list *l, struct err *e)
{
	size_t room = l->room + l->room / 2 + 16;
	void *v;

	if (l->n == l->max) {
		err_set(e, ERR_LIMIT, "more than %zu %s", l->max, l->what);
		return NULL;
	}
	if (l->n == l->room) {
		if ((v = reallocarray(l->v, room, l->size)) == NULL) {
			err_nomem(e);
			return NULL;
		}
		l->v = v;
		l->room = room;
	}
	v = (char *)l->v + l->n++ * l->size;
	memset(v, 0, l->size);
	return v;
}

/* s and a NUL; what stands there already is not looked for. */
int
cv_text(struct cv *cv, const char *s, size_t len, uint32_t *at,
    struct err *e)
{
	*at = (uint32_t)cv->text.len;
	return buf_append(&cv->text, s, len, e) == -1 ||
	    buf_putc(&cv->text, '\0', e) == -1 ? -1 : 0;
}

int
cv_name(struct cv *cv, const char *ns, const char *name, uint32_t *at,
    struct err *e)
{
	uint32_t second;

	return cv_text(cv, ns, strlen(ns), at, e) == -1 ||
	    cv_text(cv, name, strlen(name), &second, e) == -1 ? -1 : 0;
}

const char *
cv_ns_of(const struct cv *cv, uint32_t name)
{
	return (const char *)cv->text.p + name;
}

const char *
cv_name_of(const struct cv *cv, uint32_t name)
{
	const char *s = cv_ns_of(cv, name);

	return s + strlen(s) + 1;
}

int
cv_unknown_at(struct cv *cv, const char *kind, uint32_t name,
    const char *holder, const struct err *why, struct err *e)
{
	struct cv_unknown *u;

	if ((u = cv_list_add(&cv->unknowns, e)) == NULL)
		return -1;
	u->kind = kind;
	u->name = name;
	u->holder = holder;
	return cv_text(cv, why->msg, strlen(why->msg), &u->message, e);
}

int
cv_unknown_add(struct cv *cv, const struct ref *r, const char *holder,
    const char *entry, const struct err *why, struct err *e)
{
	struct err text = *why;
	uint32_t name;

	if (entry != NULL && entry[0] != '\0')
		err_prefix(&text, "%s", entry);
	return cv_name(cv, r->ns, r->name, &name, e) == -1 ? -1 :
	    cv_unknown_at(cv, r->kind, name, holder, &text, e);
}
