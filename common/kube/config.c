/*
 * From the files, the flags and the environment to one cluster and one user.
 * Only what is selected is checked: an entry that nobody uses may be broken.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kube/kubeconfig.h"
#include "kube/url.h"
#include "pki/bundle.h"
#include "pki/key.h"

#define ARENA_MAX (64 * 1024 * 1024)	/* bytes of all that config holds */

struct choice {
	struct kube_config		*c;
	struct arena			*a;
	const struct kube_flags		*f;
	struct kc			 kc;
	struct kc_cluster		 cluster;	/* copies, to override */
	struct kc_user			 user;
	const char			*cluster_dir;
	const char			*user_dir;
	int				 has_cluster;
};

static int
given(const char *s)
{
	return s != NULL && s[0] != '\0';
}

static const char *
some(const char *s)
{
	return given(s) ? s : NULL;
}

int
kc_duration(const char *s, long *ms)
{
	static const struct { const char *name; double ms; } units[] = {
		{ "ms", 1 }, { "us", 1e-3 }, { "ns", 1e-6 }, { "h", 3600e3 },
		{ "m", 60e3 }, { "s", 1e3 },
	};
	double sum = 0, v;
	char *end;
	size_t i;

	if (strspn(s, "0123456789") == strlen(s) && s[0] != '\0')
		sum = strtod(s, NULL) * 1e3;
	else while (*s != '\0') {
		if (strspn(s, "0123456789.") == 0)
			return -1;
		v = strtod(s, &end);
		for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (strncmp(end, units[i].name,
			    strlen(units[i].name)) == 0)
				break;
		if (end == s || i == sizeof(units) / sizeof(units[0]))
			return -1;
		sum += v * units[i].ms;
		s = end + strlen(units[i].name);
	}
	if (!(sum >= 0 && sum <= 1e9))
		return -1;
	*ms = sum > 0 && sum < 1 ? 1 : (long)sum;
	return 0;
}

/* ---- which entries ---- */

/* "a, b": what there is to choose from. */
static void
names_of(const struct kc *kc, enum kc_kind kind, char *out, size_t size)
{
	const struct kc_entry *en;
	size_t len = 0;
	int n;

	out[0] = '\0';
	for (en = kc->entry[kind]; en != NULL && len + 4 < size;
	    en = en->next) {
		n = snprintf(out + len, size - len, "%s%s",
		    len > 0 ? ", " : "", en->name);
		if (n < 0 || (size_t)n >= size - len) {
			snprintf(out + len, size - len, "...");
			break;
		}
		len += (size_t)n;
	}
}

static int
choose(struct choice *ch, struct err *e)
{
	const struct kc_context *x = NULL;
	const struct kc_entry *en;
	struct kube_config *c = ch->c;

	c->context = given(ch->f->context) ? ch->f->context :
	    ch->kc.current != NULL ? ch->kc.current : "";
	c->cluster = c->user = "";
	if (c->context[0] != '\0') {
		en = kc_find(&ch->kc, KC_CONTEXT, c->context);
		if (en == NULL)
			return err_set(e, ERR_CONFIG, "context was not found "
			    "for specified context: %s", c->context);
		x = &en->u.context;
		c->cluster = x->cluster == NULL ? "" : x->cluster;
		c->user = x->user == NULL ? "" : x->user;
		c->ns = some(x->ns);
	}
	if (given(ch->f->cluster))
		c->cluster = ch->f->cluster;
	if (given(ch->f->user))
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

	if (given(f->server)) {
		k->server = f->server;
		k->tls_server_name = NULL;
	}
	if (given(f->tls_server_name))
		k->tls_server_name = f->tls_server_name;
	if (f->insecure) {
		k->insecure = 1;
		k->ca_file = NULL;
		k->ca_data.p = NULL;
	}
	if (given(f->ca_file)) {
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

	if (given(f->token)) {
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
	if (given(f->cert_file)) {
		u->cert_file = f->cert_file;
		u->cert_data.p = NULL;
	}
	if (given(f->key_file)) {
		u->key_file = f->key_file;
		u->key_data.p = NULL;
	}
	if (given(f->as))
		u->as = f->as;
	if (given(f->as_uid))
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

/* ---- the cluster ---- */

/* Data, or a file's contents; what is for the message. */
static int
text_or_file(struct choice *ch, const struct kube_text *data, const char *file,
    const char *dir, const char *what, const char *of, struct kube_text *out,
    struct err *e)
{
	const char *path;

	if (data->p != NULL && given(file))
		return err_set(e, ERR_CONFIG, "%s-data and %s are both "
		    "specified for %s", what, what, of);
	if (data->p != NULL) {
		*out = *data;
		return 0;
	}
	if (!given(file))
		return 0;
	if ((path = kc_path(ch->a, dir, file, e)) == NULL)
		return -1;
	if (kc_slurp(ch->a, path, KUBE_SECRET_MAX, out, e) == -1) {
		e->class = e->class == ERR_NOMEM ? ERR_NOMEM : ERR_CONFIG;
		return err_prefix(e, "unable to read %s for %s", what, of);
	}
	if (out->len == 0)
		return err_set(e, ERR_CONFIG, "%s for %s: %s is empty", what,
		    of, path);
	return 0;
}

static int
set_server(struct choice *ch, struct err *e)
{
	const char *server = ch->cluster.server;
	struct kube_config *c = ch->c;
	struct url u;

	if (strstr(server, "://") == NULL) {
		server = arena_printf(ch->a, e, "http://%s", server);
		if (server == NULL)
			return -1;
		if (url_parse(ch->a, server, &u, e) == -1)
			return err_prefix(e, "invalid server of cluster \"%s\"",
			    c->cluster);
		if (!url_is_local(u.host))
			return err_set(e, ERR_CONFIG, "the server '%s' of "
			    "cluster \"%s\" has no scheme: write https://%s",
			    server + strlen("http://"), c->cluster,
			    server + strlen("http://"));
	} else if (url_parse(ch->a, server, &u, e) == -1)
		return err_prefix(e, "invalid server of cluster \"%s\"",
		    c->cluster);
	if (strcmp(u.scheme, "https") != 0 && strcmp(u.scheme, "http") != 0)
		return err_set(e, ERR_CONFIG, "invalid server of cluster "
		    "\"%s\": its scheme is '%s', want https", c->cluster,
		    u.scheme);
	if (u.user != NULL && ch->user.token == NULL &&
	    ch->user.username == NULL) {
		ch->user.username = u.user;
		ch->user.password = u.password;
	}
	c->server = url_text(ch->a, &u, e);
	return c->server == NULL ? -1 : 0;
}

static int
set_proxy(struct choice *ch, struct err *e)
{
	static const char *const schemes[] = { "http", "https", "socks5" };
	struct url u;
	size_t i;

	if (!given(ch->cluster.proxy_url))
		return 0;
	if (url_parse(ch->a, ch->cluster.proxy_url, &u, e) == -1)
		return err_prefix(e, "invalid 'proxy-url' for cluster \"%s\"",
		    ch->c->cluster);
	for (i = 0; i < 3; i++)
		if (strcmp(u.scheme, schemes[i]) == 0)
			break;
	if (i == 3)
		return err_set(e, ERR_CONFIG, "invalid 'proxy-url' for cluster "
		    "\"%s\": unsupported scheme \"%s\", must be http, https, "
		    "or socks5", ch->c->cluster, u.scheme);
	ch->c->proxy_url = ch->cluster.proxy_url;
	return 0;
}

static int
has_certificate(const struct kube_text *pem)
{
	struct err why = ERR_INIT;
	struct bundle b;
	int found = 0;
	size_t i;

	if (bundle_parse(pem->p, pem->len, &b, &why) == -1)
		return 0;
	for (i = 0; i < b.n; i++)
		found |= b.item[i].cert != NULL;
	bundle_release(&b);
	return found;
}

static int
set_cluster(struct choice *ch, struct err *e)
{
	struct kc_cluster *k = &ch->cluster;
	struct kube_config *c = ch->c;

	if (!given(k->server))
		k->server = getenv("KUBERNETES_MASTER");
	if (!given(k->server) && ch->has_cluster)
		return err_set(e, ERR_CONFIG, "no server found for cluster "
		    "\"%s\"", c->cluster);
	if (!given(k->server)) {
		char names[200];

		names_of(&ch->kc, KC_CONTEXT, names, sizeof(names));
		return names[0] == '\0' ? err_set(e, ERR_ABSENT,
		    "no cluster is configured") : err_set(e, ERR_CONFIG,
		    "no context is chosen, current-context is empty: choose "
		    "one with --context (%s)", names);
	}
	if (set_server(ch, e) == -1 || set_proxy(ch, e) == -1)
		return -1;
	c->tls_server_name = some(k->tls_server_name);
	c->no_compression = k->no_compression;
	c->insecure = k->insecure;
	if (text_or_file(ch, &k->ca_data, k->ca_file, ch->cluster_dir,
	    "certificate-authority", c->cluster, &c->ca, e) == -1)
		return -1;
	if (c->ca.p == NULL)
		return 0;
	if (c->insecure)
		return err_set(e, ERR_CONFIG, "specifying a root certificates "
		    "file with the insecure flag is not allowed");
	if (!has_certificate(&c->ca))
		return err_set(e, ERR_CONFIG, "unable to load root "
		    "certificates: unable to parse bytes as PEM block");
	return 0;
}

/* ---- the user ---- */

static int
check_exec(struct choice *ch, struct err *e)
{
	static const char *const modes[] = { "Never", "IfAvailable", "Always" };
	const char *user = ch->c->user, *mode = ch->user.exec_mode;
	struct kube_exec *x = ch->user.exec;
	size_t i;

	if (ch->user.auth_provider != NULL)
		return err_set(e, ERR_CONFIG, "authProvider cannot be provided "
		    "in combination with an exec plugin for %s", user);
	if (!given(x->command))
		return err_set(e, ERR_CONFIG, "command must be specified for "
		    "%s to use exec authentication plugin", user);
	if (!given(x->api_version))
		return err_set(e, ERR_CONFIG, "apiVersion must be specified "
		    "for %s to use exec authentication plugin", user);
	if (strcmp(x->api_version, "client.authentication.k8s.io/v1") != 0 &&
	    strcmp(x->api_version, "client.authentication.k8s.io/v1beta1") !=
	    0)
		return err_set(e, ERR_CONFIG, "exec plugin: invalid apiVersion "
		    "\"%s\"", x->api_version);
	for (i = 0; i < x->nenv; i++)
		if (!given(x->env[i].name) ||
		    strchr(x->env[i].name, '=') != NULL)
			return err_set(e, ERR_CONFIG, "env variable name must "
			    "be specified for %s to use exec authentication "
			    "plugin", user);
	if (!given(mode) && strcmp(x->api_version,
	    "client.authentication.k8s.io/v1") == 0)
		return err_set(e, ERR_CONFIG, "interactiveMode must be "
		    "specified for %s to use exec authentication plugin", user);
	x->mode = KUBE_IF_AVAILABLE;
	for (i = 0; given(mode) && i < 3; i++)
		if (strcmp(mode, modes[i]) == 0)
			break;
	if (given(mode) && i == 3)
		return err_set(e, ERR_CONFIG, "invalid interactiveMode for %s: "
		    "\"%s\"", user, mode);
	if (given(mode))
		x->mode = (enum kube_interactive)i;
	if (strchr(x->command, '/') != NULL) {
		x->command = kc_path(ch->a, ch->user_dir, x->command, e);
		if (x->command == NULL)
			return -1;
	}
	x->info = ch->cluster.info;
	return 0;
}

static int
check_provider(const struct choice *ch, struct err *e)
{
	static const struct { const char *name, *plugin; } known[] = {
		{ "gcp", "gke-gcloud-auth-plugin" },
		{ "azure", "kubelogin (Azure)" },
		{ "oidc", "kubectl-oidc_login (kubelogin)" },
	};
	const char *name = ch->user.auth_provider;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].name, name) == 0)
			return err_set(e, ERR_CONFIG, "the auth-provider "
			    "\"%s\" of user \"%s\" is not supported: use the "
			    "exec plugin that took its place, %s", name,
			    ch->c->user, known[i].plugin);
	return err_set(e, ERR_CONFIG, "no Auth Provider found for name \"%s\"",
	    name);
}

static int
set_cert(struct choice *ch, struct err *e)
{
	struct kc_user *u = &ch->user;
	struct kube_config *c = ch->c;
	const char *dir = ch->user_dir;

	if (u->cert_data.p == NULL && !given(u->cert_file))
		return 0;	/* a key alone is nothing */
	if (text_or_file(ch, &u->cert_data, u->cert_file,
	    u->cert_file == ch->f->cert_file ? "" : dir, "client-certificate",
	    c->user, &c->cert, e) == -1 ||
	    text_or_file(ch, &u->key_data, u->key_file,
	    u->key_file == ch->f->key_file ? "" : dir, "client-key", c->user,
	    &c->key, e) == -1)
		return -1;
	if (c->key.p == NULL)
		return err_set(e, ERR_CONFIG, "client-key-data or client-key "
		    "must be specified for %s to use the clientCert "
		    "authentication method", c->user);
	return 0;
}

/* tokenFile wins where it can be read; else token is what there is. */
static int
set_token(struct choice *ch, struct err *e)
{
	struct kube_text text = { NULL, 0 };
	struct kc_user *u = &ch->user;
	struct err why = ERR_INIT;

	ch->c->token = some(u->token);
	if (!given(u->token_file))
		return 0;
	ch->c->token_file = kc_path(ch->a, ch->user_dir, u->token_file, e);
	if (ch->c->token_file == NULL)
		return -1;
	if (kc_slurp(ch->a, ch->c->token_file, KUBE_SECRET_MAX, &text, &why) ==
	    0)
		return 0;
	if (ch->c->token == NULL) {
		*e = why;
		e->class = ERR_CONFIG;
		return err_prefix(e, "unable to read tokenFile for %s",
		    ch->c->user);
	}
	ch->c->token_file = NULL;
	return 0;
}

static int
set_user(struct choice *ch, struct err *e)
{
	struct kc_user *u = &ch->user;
	struct kube_config *c = ch->c;

	if (u->exec != NULL && check_exec(ch, e) == -1)
		return -1;
	if (u->exec == NULL && u->auth_provider != NULL)
		return check_provider(ch, e);
	if ((given(u->token) || given(u->token_file)) && given(u->username))
		return err_set(e, ERR_CONFIG, "more than one authentication "
		    "method found for %s; found [token basicAuth], only one "
		    "is allowed", c->user);
	if (set_cert(ch, e) == -1 || set_token(ch, e) == -1)
		return -1;
	c->username = some(u->username);
	c->password = u->password == NULL ? "" : u->password;
	/* whoever has something static needs no plugin */
	if (c->token == NULL && c->token_file == NULL && c->cert.p == NULL &&
	    c->username == NULL)
		c->exec = u->exec;
	c->as = some(u->as);
	c->as_uid = some(u->as_uid);
	c->as_group = u->as_group;
	c->nas_group = u->nas_group;
	c->as_extra = u->as_extra;
	c->nas_extra = u->nas_extra;
	if (c->as == NULL && (c->as_uid != NULL || c->nas_group > 0 ||
	    c->nas_extra > 0))
		return err_set(e, ERR_CONFIG, "requesting uid, groups or "
		    "user-extra for %s without impersonating a user", c->user);
	return 0;
}

/* Does the key belong to the certificate?  libcurl would say less. */
static int
check_pair(const struct kube_config *c, struct err *e)
{
	struct err why = ERR_INIT;
	enum key_state state = KEYS_UNREADABLE;
	struct bundle b;
	int found = 0;
	size_t i;

	if (c->cert.p == NULL || strncmp(c->server, "https:", 6) != 0)
		return 0;
	if (bundle_parse(c->cert.p, c->cert.len, &b, &why) == -1)
		return err_set(e, ERR_CONFIG, "client-certificate for %s: %s",
		    c->user, why.msg);
	for (i = 0; i < b.n && !found; i++)
		if (b.item[i].cert != NULL) {
			state = key_compare(c->key.p, c->key.len,
			    b.item[i].cert);
			found = 1;
		}
	bundle_release(&b);
	if (!found)
		return err_set(e, ERR_CONFIG, "client-certificate for %s: it "
		    "holds no certificate in PEM", c->user);
	if (state == KEYS_MATCH)
		return 0;
	return err_set(e, ERR_CONFIG, "client-key for %s: %s", c->user,
	    state == KEYS_ENCRYPTED ? "it is encrypted, which kubectl cannot "
	    "use either" : state == KEYS_DIFFER ? "it does not belong to the "
	    "client certificate" : "it is not a private key in PEM");
}

static int
set_limits(struct kube_config *c, const struct kube_flags *f, struct err *e)
{
	const char *timeout = f->request_timeout;
	char *end;

	c->timeout_ms = 30000;
	if (given(timeout) && kc_duration(timeout, &c->timeout_ms) == -1)
		return err_set(e, ERR_USAGE, "Invalid timeout value. Timeout "
		    "must be a single integer in seconds, or an integer "
		    "followed by a corresponding time unit (e.g. 1s | 2m | "
		    "3h)");
	c->chunk_size = 500;
	if (!given(f->chunk_size))
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
	    !given(ch->f->context) && !given(ch->f->cluster) &&
	    !given(ch->f->user) && !given(ch->f->server);
}

static int
resolve(struct choice *ch, struct err *e)
{
	int inside;

	if (set_limits(ch->c, ch->f, e) == -1 ||
	    kc_load(&ch->kc, ch->f, e) == -1)
		return -1;
	if (is_empty(ch) &&
	    (inside = kc_in_cluster(ch->c, ch->f, e)) != 0)
		return inside == -1 ? -1 : 0;
	if (choose(ch, e) == -1)
		return -1;
	override_cluster(ch);
	override_user(ch);
	if (override_extra(ch, e) == -1 || set_cluster(ch, e) == -1 ||
	    set_user(ch, e) == -1)
		return -1;
	return check_pair(ch->c, e);
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

void
kube_config_free(struct kube_config *c)
{
	if (c == NULL)
		return;
	arena_release(&c->arena);
	free(c);
}

int
kube_config_names(const struct kube_flags *f, const char *what,
    int (*name)(void *arg, const char *name), void *arg, struct err *e)
{
	enum kc_kind kind = strcmp(what, "cluster") == 0 ? KC_CLUSTER :
	    strcmp(what, "user") == 0 ? KC_USER : KC_CONTEXT;
	const struct kc_entry *en;
	struct arena a;
	struct kc kc;
	int ret;

	memset(&kc, 0, sizeof(kc));
	arena_init(&a, ARENA_MAX, "the configuration");
	kc.arena = &a;
	ret = kc_load(&kc, f, e);
	for (en = kc.entry[kind]; ret == 0 && en != NULL; en = en->next)
		ret = name(arg, en->name);
	arena_release(&a);
	return ret;
}
