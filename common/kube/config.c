/*
 * From the files, the flags and the environment to one cluster and one user.
 * Only what is selected is checked: an entry that nobody uses may be broken.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kube/choice.h"

#define ARENA_MAX (64 * 1024 * 1024)	/* bytes of all that config holds */

/* ---- which entries ---- */

static int
choose(struct choice *ch, struct err *e)
{
	const struct kc_context *x = NULL;
	const struct kc_entry *en;
	struct kube_config *c = ch->c;

	c->context = choice_given(ch->f->context) ? ch->f->context :
	    ch->kc.current != NULL ? ch->kc.current : "";
	c->cluster = c->user = "";
	en = kc_find(&ch->kc, KC_CONTEXT, c->context);
	if (en == NULL && c->context[0] != '\0')
		return err_set(e, ERR_CONFIG, "context was not found for "
		    "specified context: %s", c->context);
	if (en != NULL) {
		x = &en->u.context;
		c->cluster = x->cluster == NULL ? "" : x->cluster;
		c->user = x->user == NULL ? "" : x->user;
		c->ns = choice_some(x->ns);
	}
	if (choice_given(ch->f->cluster))
		c->cluster = ch->f->cluster;
	if (choice_given(ch->f->user))
		c->user = ch->f->user;
	en = kc_find(&ch->kc, KC_USER, c->user);
	if (en != NULL) {
		ch->user = en->u.user;
		ch->user_dir = en->dir;
	} else if (c->user[0] != '\0')
		return err_set(e, ERR_CONFIG, "auth info \"%s\" does not exist",
		    c->user);
	en = kc_find(&ch->kc, KC_CLUSTER, c->cluster);
	if (en != NULL) {
		ch->cluster = en->u.cluster;
		ch->cluster_dir = en->dir;
		ch->has_cluster = 1;
	} else if (c->cluster[0] != '\0')
		return err_set(e, ERR_CONFIG, "cluster \"%s\" does not exist",
		    c->cluster);
	return 0;
}

/* ---- flags over entries ---- */

static void
override_cluster(struct choice *ch)
{
	const struct kube_flags *f = ch->f;
	struct kc_cluster *k = &ch->cluster;

	if (choice_given(f->server)) {
		k->server = f->server;
		k->tls_server_name = NULL;
	}
	if (choice_given(f->tls_server_name))
		k->tls_server_name = f->tls_server_name;
	if (f->insecure) {
		k->insecure = 1;
		k->ca_file = NULL;
		k->ca_data.p = NULL;
	}
	if (choice_given(f->ca_file)) {
		k->ca_file = f->ca_file;
		k->ca_data.p = NULL;
		k->insecure = f->insecure;
		ch->cluster_dir = "";
	}
	if (f->no_compression)
		k->no_compression = 1;
}

static void
override_user(struct choice *ch)
{
	const struct kube_flags *f = ch->f;
	struct kc_user *u = &ch->user;
	struct kc_user none;

	if (choice_given(f->token)) {
		/* whoever says a token means it, and nothing besides */
		memset(&none, 0, sizeof(none));
		none.token = f->token;
		none.as = u->as;
		none.as_uid = u->as_uid;
		none.as_group = u->as_group;
		none.nas_group = u->nas_group;
		none.as_extra = u->as_extra;
		none.nas_extra = u->nas_extra;
		*u = none;
	}
	if (choice_given(f->cert_file)) {
		u->cert_file = f->cert_file;
		u->cert_data.p = NULL;
	}
	if (choice_given(f->key_file)) {
		u->key_file = f->key_file;
		u->key_data.p = NULL;
	}
	if (choice_given(f->as))
		u->as = f->as;
	if (choice_given(f->as_uid))
		u->as_uid = f->as_uid;
	if (f->as_group.n > 0) {
		u->as_group = f->as_group.v;
		u->nas_group = f->as_group.n;
	}
}

/* --as-user-extra KEY=VALUE, the same key as often as one likes. */
static int
override_extra(struct choice *ch, struct err *e)
{
	const struct strs *l = &ch->f->as_extra;
	struct kc_user *u = &ch->user;
	struct kube_extra *x;
	const char *eq, *key;
	size_t i, j;

	if (l->n == 0)
		return 0;
	u->nas_extra = 0;
	u->as_extra = arena_array(ch->a, l->n, sizeof(*x), e);
	if (u->as_extra == NULL)
		return -1;
	for (i = 0; i < l->n; i++) {
		if ((eq = strchr(l->v[i], '=')) == NULL || eq == l->v[i])
			return err_set(e, ERR_USAGE, "invalid argument \"%s\" "
			    "for \"--as-user-extra\" flag: want KEY=VALUE",
			    l->v[i]);
		key = arena_text(ch->a, l->v[i], (size_t)(eq - l->v[i]), e);
		if (key == NULL)
			return -1;
		for (j = 0; j < u->nas_extra; j++)
			if (strcmp(u->as_extra[j].key, key) == 0)
				break;
		x = &u->as_extra[j];
		if (j == u->nas_extra) {
			x->key = key;
			x->value = arena_array(ch->a, l->n, sizeof(char *), e);
			if (x->value == NULL)
				return -1;
			u->nas_extra++;
		}
		x->value[x->n++] = eq + 1;
	}
	return 0;
}

static int
set_limits(struct kube_config *c, const struct kube_flags *f, struct err *e)
{
	const char *timeout = f->request_timeout;
	char *end;

	c->timeout_ms = 30000;
	if (choice_given(timeout) && kc_duration(timeout, &c->timeout_ms) == -1)
		return err_set(e, ERR_USAGE, "Invalid timeout value. Timeout "
		    "must be a single integer in seconds, or an integer "
		    "followed by a corresponding time unit (e.g. 1s | 2m | "
		    "3h)");
	if (c->timeout_ms == 0)
		c->timeout_ms = KUBE_LONGEST_MS;
	c->chunk_size = 500;
	if (!choice_given(f->chunk_size))
		return 0;
	errno = 0;
	c->chunk_size = strtol(f->chunk_size, &end, 10);
	if (*end != '\0' || errno != 0 || c->chunk_size < 0 ||
	    c->chunk_size > 1000000)
		return err_set(e, ERR_USAGE, "invalid argument \"%s\" for "
		    "\"--chunk-size\" flag: want a number of objects",
		    f->chunk_size);
	return 0;
}

static int
is_empty(const struct choice *ch)
{
	return ch->kc.entry[KC_CLUSTER] == NULL &&
	    ch->kc.entry[KC_USER] == NULL &&
	    ch->kc.entry[KC_CONTEXT] == NULL && ch->kc.current == NULL &&
	    !choice_given(ch->f->context) && !choice_given(ch->f->cluster) &&
	    !choice_given(ch->f->user) && !choice_given(ch->f->server);
}

static int
resolve(struct choice *ch, struct err *e)
{
	int inside;

	if (set_limits(ch->c, ch->f, e) == -1 ||
	    kc_load(&ch->kc, ch->f, e) == -1)
		return -1;
	if (is_empty(ch) &&
	    (inside = kc_in_cluster(ch->c, ch->f, e)) != 0) {
		/* there is no user entry: whom to be is all flags */
		override_user(ch);
		if (inside == -1 || override_extra(ch, e) == -1)
			return -1;
		return choice_impersonation(ch, e);
	}
	if (choose(ch, e) == -1)
		return -1;
	override_cluster(ch);
	override_user(ch);
	return override_extra(ch, e) == -1 || choice_cluster(ch, e) == -1 ||
	    choice_user(ch, e) == -1 ? -1 : 0;
}

int
kube_config_load(const struct kube_flags *f, struct kube_config **out,
    struct err *e)
{
	struct choice ch;

	*out = NULL;
	memset(&ch, 0, sizeof(ch));
	if ((ch.c = calloc(1, sizeof(*ch.c))) == NULL)
		return err_nomem(e);
	arena_init(&ch.c->arena, ARENA_MAX, "the configuration");
	ch.f = f;
	ch.a = ch.kc.arena = &ch.c->arena;
	ch.cluster_dir = ch.user_dir = "";
	if (resolve(&ch, e) == -1) {
		kube_config_free(ch.c);
		return -1;
	}
	*out = ch.c;
	return 0;
}

int
kube_config_is_https(const struct kube_config *c)
{
	return strncmp(c->server, "https:", 6) == 0;
}

void
kube_config_free(struct kube_config *c)
{
	if (c == NULL)
		return;
	arena_release(&c->arena);
	free(c);
}
