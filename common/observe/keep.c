#include <string.h>

#include "observe/keep.h"

/* NULL stays NULL. */
static int
text(const char *from, struct arena *a, const char **to, struct err *e)
{
	*to = NULL;
	if (from == NULL)
		return 0;
	*to = arena_text(a, from, strlen(from), e);
	return *to == NULL ? -1 : 0;
}

static int
ref(const struct ref *from, struct arena *a, struct ref *to, struct err *e)
{
	return text(from->kind, a, &to->kind, e) == -1 ||
	    text(from->ns, a, &to->ns, e) == -1 ||
	    text(from->name, a, &to->name, e) == -1 ||
	    text(from->uid, a, &to->uid, e) == -1 ||
	    text(from->version, a, &to->version, e) == -1 ? -1 : 0;
}

static int
values(const struct name_value *from, size_t n, struct arena *a,
    const struct name_value **to, struct err *e)
{
	struct name_value *v;
	size_t i;

	*to = NULL;
	if (n == 0)
		return 0;
	if ((v = arena_array(a, n, sizeof(*v), e)) == NULL)
		return -1;
	for (i = 0; i < n; i++)
		if (text(from[i].name, a, &v[i].name, e) == -1 ||
		    text(from[i].value, a, &v[i].value, e) == -1)
			return -1;
	*to = v;
	return 0;
}

static int
args(const struct container *from, struct arena *a, struct container *to,
    struct err *e)
{
	size_t i;

	to->arg = NULL;
	if (from->narg == 0)
		return 0;
	to->arg = arena_array(a, from->narg, sizeof(*to->arg), e);
	if (to->arg == NULL)
		return -1;
	for (i = 0; i < from->narg; i++)
		if (text(from->arg[i], a, &to->arg[i], e) == -1)
			return -1;
	return 0;
}

static int
container(const struct container *from, struct arena *a, struct container *to,
    struct err *e)
{
	*to = *from;
	return text(from->name, a, &to->name, e) == -1 ||
	    text(from->image, a, &to->image, e) == -1 ||
	    text(from->running, a, &to->running, e) == -1 ||
	    args(from, a, to, e) == -1 ||
	    values(from->env, from->nenv, a, &to->env, e) == -1 ? -1 : 0;
}

static int
containers(const struct pod *from, struct arena *a, struct pod *to,
    struct err *e)
{
	struct container *v;
	size_t i;

	to->container = NULL;
	if (from->ncontainer == 0)
		return 0;
	if ((v = arena_array(a, from->ncontainer, sizeof(*v), e)) == NULL)
		return -1;
	for (i = 0; i < from->ncontainer; i++)
		if (container(&from->container[i], a, &v[i], e) == -1)
			return -1;
	to->container = v;
	return 0;
}

static int
volumes(const struct pod *from, struct arena *a, struct pod *to,
    struct err *e)
{
	struct volume *v;
	size_t i;

	to->volume = NULL;
	if (from->nvolume == 0)
		return 0;
	if ((v = arena_array(a, from->nvolume, sizeof(*v), e)) == NULL)
		return -1;
	for (i = 0; i < from->nvolume; i++)
		if (text(from->volume[i].name, a, &v[i].name, e) == -1 ||
		    text(from->volume[i].secret, a, &v[i].secret, e) == -1 ||
		    text(from->volume[i].host_path, a, &v[i].host_path,
		    e) == -1)
			return -1;
	to->volume = v;
	return 0;
}

int
pod_keep(const struct pod *from, struct arena *a, struct pod *to,
    struct err *e)
{
	*to = *from;
	return ref(&from->ref, a, &to->ref, e) == -1 ||
	    text(from->phase, a, &to->phase, e) == -1 ||
	    values(from->label, from->nlabel, a, &to->label, e) == -1 ||
	    containers(from, a, to, e) == -1 ||
	    volumes(from, a, to, e) == -1 ? -1 : 0;
}
