/* Namespaces, service accounts, and what decides about them. */
#include <string.h>

#include "plugins/certverify/state.h"

static char *
copy(struct cv *cv, const char *s, struct err *e)
{
	return arena_text(&cv->arena, s, strlen(s), e);
}

/* The same namespace comes again and again where only its name is known. */
static int
is_known(const struct cv *cv, const struct mesh_ns *f)
{
	const struct mesh_ns *last;

	if (f->seen || cv->namespaces.n == 0)
		return 0;
	last = CV_AT(cv->namespaces, struct mesh_ns, cv->namespaces.n - 1);
	return strcmp(last->ref.name, f->ref.name) == 0;
}

int
cv_on_ns(void *arg, const struct mesh_ns *f, struct err *e)
{
	struct cv *cv = arg;
	struct name_value *v;
	struct mesh_ns *ns;
	size_t i;

	if (is_known(cv, f))
		return 0;
	if ((ns = cv_list_add(&cv->namespaces, e)) == NULL ||
	    (v = arena_array(&cv->arena, f->nlabel + 1, sizeof(*v), e)) ==
	    NULL)
		return -1;
	ns->ref.kind = "namespace";
	ns->ref.ns = "";
	if ((ns->ref.name = copy(cv, f->ref.name, e)) == NULL)
		return -1;
	ns->seen = f->seen;
	ns->terminating = f->terminating;
	ns->label = v;
	for (i = 0; i < f->nlabel; i++, ns->nlabel++)
		if ((v[i].name = copy(cv, f->label[i].name, e)) == NULL ||
		    (v[i].value = copy(cv, f->label[i].value, e)) == NULL)
			return -1;
	return 0;
}

static int
copy_rule(struct cv *cv, struct label_rule *to, const struct label_rule *from,
    struct err *e)
{
	const char **v;
	size_t i;

	v = arena_array(&cv->arena, from->nvalue + 1, sizeof(*v), e);
	if (v == NULL || (to->key = copy(cv, from->key, e)) == NULL ||
	    (to->op = copy(cv, from->op, e)) == NULL)
		return -1;
	for (i = 0; i < from->nvalue; i++)
		if ((v[i] = copy(cv, from->value[i], e)) == NULL)
			return -1;
	to->value = v;
	to->nvalue = from->nvalue;
	return 0;
}

int
cv_on_mesh_config(void *arg, const struct mesh_config *f, struct err *e)
{
	struct cv *cv = arg;
	struct mesh_config *mc;
	struct label_rule *r;
	struct selector *s;
	size_t i, j;

	if (strcmp(f->ref.ns, cv->p.istio_ns) != 0)
		return 0;
	cv->chiron |= f->certificates;
	if ((mc = cv_list_add(&cv->configs, e)) == NULL || (s = arena_array(
	    &cv->arena, f->ndiscovery + 1, sizeof(*s), e)) == NULL)
		return -1;
	mc->discovery = s;
	mc->ndiscovery = f->ndiscovery;
	for (i = 0; i < f->ndiscovery; i++) {
		r = arena_array(&cv->arena, f->discovery[i].nrule + 1,
		    sizeof(*r), e);
		if (r == NULL)
			return -1;
		s[i].rule = r;
		s[i].nrule = f->discovery[i].nrule;
		for (j = 0; j < s[i].nrule; j++)
			if (copy_rule(cv, &r[j], &f->discovery[i].rule[j],
			    e) == -1)
				return -1;
	}
	return 0;
}

int
cv_on_account(void *arg, const struct ref *f, struct err *e)
{
	unsigned char h[HASHSET_LEN];
	struct cv *cv = arg;

	return siphash_pair(cv->hash, f->ns, f->name, h, e) == -1 ||
	    hashset_add(&cv->accounts, h, e) == -1 ||
	    siphash_pair(cv->hash, f->ns, "", h, e) == -1 ||
	    hashset_add(&cv->account_ns, h, e) == -1 ? -1 : 0;
}

void
cv_accounts_all(struct cv *cv)
{
	cv->accounts_all = 1;
}
