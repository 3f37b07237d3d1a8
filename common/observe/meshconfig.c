/* meshConfig: what it decides beside its trust anchors. */
#include <string.h>

#include "base/arena.h"
#include "observe/object.h"

#define CONFIG_BYTES_MAX (4 * 1024 * 1024)	/* of its selectors */

/* A list of strings as it stands; what is no string is passed over. */
static int
strings(const struct node *list, const char *const **to, size_t *n,
    struct arena *a, struct err *e)
{
	const char **v, *s;
	size_t i;

	*n = 0;
	if ((v = arena_array(a, node_len(list) + 1, sizeof(*v), e)) == NULL)
		return -1;
	for (i = 0; i < node_len(list); i++)
		if ((s = node_str(node_at(list, i), NULL)) != NULL)
			v[(*n)++] = s;
	*to = v;
	return 0;
}

struct taking {
	struct label_rule	*rule;
	size_t			 n;
	struct arena		*arena;
	struct err		*e;
};

/* matchLabels: KEY: VALUE is "KEY In [VALUE]". */
static int
take_label(void *arg, const char *key, const struct node *v)
{
	struct taking *t = arg;
	struct label_rule *r = &t->rule[t->n];
	const char **value;

	if ((value = arena_array(t->arena, 1, sizeof(*value), t->e)) == NULL)
		return -1;
	if ((value[0] = node_str(v, NULL)) == NULL)
		value[0] = "";
	r->key = key;
	r->op = "In";
	r->value = value;
	r->nvalue = 1;
	t->n++;
	return 0;
}

static int
take_expression(struct taking *t, const struct node *x)
{
	struct label_rule *r = &t->rule[t->n];

	r->key = node_str(node_get(x, "key"), NULL);
	r->op = node_str(node_get(x, "operator"), NULL);
	if (r->key == NULL || r->op == NULL)
		return 0;
	t->n++;
	return strings(node_get(x, "values"), &r->value, &r->nvalue, t->arena,
	    t->e);
}

static int
take_selector(const struct node *n, struct selector *s, struct arena *a,
    struct err *e)
{
	const struct node *labels = node_get(n, "matchLabels");
	const struct node *list = node_get(n, "matchExpressions");
	struct taking t = { NULL, 0, a, e };
	size_t i;

	t.rule = arena_array(a, node_size(labels) + node_len(list) + 1,
	    sizeof(*t.rule), e);
	if (t.rule == NULL || node_each(labels, take_label, &t) == -1)
		return -1;
	for (i = 0; i < node_len(list); i++)
		if (take_expression(&t, node_at(list, i)) == -1)
			return -1;
	s->rule = t.rule;
	s->nrule = t.n;
	return 0;
}

static int
take_discovery(const struct node *list, struct mesh_config *f,
    struct arena *a, struct err *e)
{
	struct selector *s;
	size_t i, n = node_len(list);

	if ((s = arena_array(a, n + 1, sizeof(*s), e)) == NULL)
		return -1;
	for (i = 0; i < n; i++)
		if (take_selector(node_at(list, i), &s[i], a, e) == -1)
			return -1;
	f->discovery = s;
	f->ndiscovery = n;
	return 0;
}

int
mesh_config_fact(const struct object *ob, const struct node *config,
    struct err *e)
{
	struct mesh_config f = { .ref = ob->ref };
	struct arena a;
	int ret = -1;

	arena_init(&a, CONFIG_BYTES_MAX, "meshConfig");
	f.certificates = node_len(node_get(config, "certificates")) > 0;
	if (take_discovery(node_get(config, "discoverySelectors"), &f, &a,
	    e) == 0)
		ret = ob->sink->mesh_config(ob->sink->arg, &f, e);
	arena_release(&a);
	return ret;
}
