/* Who is not as the goal wants him: copies, since what said so is gone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rotate/run.h"

void
left_key(char key[LEFT_KEY], const struct ref *ref)
{
	snprintf(key, LEFT_KEY, "%.100s/%.253s/%.253s", ref->kind, ref->ns,
	    ref->name);
}

static int
add_left(struct look *l, struct ro_left **v, size_t *n, const struct ref *ref,
    const char *rule, const char *message, struct err *e)
{
	char key[LEFT_KEY];
	struct ro_left *left;

	left_key(key, ref);
	if (names_add(&l->bad, key, e) == -1)
		return -1;
	if (*n == ROTATE_LEFT_MAX)
		return err_set(e, ERR_LIMIT, "more than %d findings",
		    ROTATE_LEFT_MAX);
	if ((left = reallocarray(*v, *n + 1, sizeof(*left))) == NULL)
		return err_nomem(e);
	*v = left;
	left = &left[(*n)++];
	memset(left, 0, sizeof(*left));
	left->rule = rule;
	left->ref.kind = strdup(ref->kind);
	left->ref.ns = strdup(ref->ns);
	left->ref.name = strdup(ref->name);
	left->message = strdup(message);
	return left->ref.kind == NULL || left->ref.ns == NULL ||
	    left->ref.name == NULL || left->message == NULL ?
	    err_nomem(e) : 0;
}

int
look_left(struct look *l, const struct ref *ref, const char *rule,
    const char *message, struct err *e)
{
	return add_left(l, &l->left, &l->nleft, ref, rule, message, e);
}

int
look_late(struct look *l, const struct ref *ref, const char *rule,
    const char *message, struct err *e)
{
	l->view.stale++;
	return add_left(l, &l->late, &l->nlate, ref, rule, message, e);
}

void
left_end(struct look *l)
{
	names_sort(&l->bad);
}

int
left_has(const struct look *l, const struct ref *ref)
{
	char key[LEFT_KEY];

	left_key(key, ref);
	return names_find(&l->bad, key) != NULL;
}

void
left_free(struct ro_left *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		free((char *)v[i].ref.kind);
		free((char *)v[i].ref.ns);
		free((char *)v[i].ref.name);
		free((char *)v[i].message);
	}
	free(v);
}
