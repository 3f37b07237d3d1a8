/* The cluster: where it is, and who vouches for it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/choice.h"
#include "kube/url.h"
#include "pki/bundle.h"

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

int
choice_text(struct choice *ch, const struct kube_text *data, const char *file,
    const char *dir, const char *what, const char *of, struct kube_text *out,
    struct err *e)
{
	const char *path;

	if (data->p != NULL && choice_given(file))
		return err_set(e, ERR_CONFIG, "%s-data and %s are both "
		    "specified for %s", what, what, of);
	if (data->p != NULL) {
		*out = *data;
		return 0;
	}
	if (!choice_given(file))
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

	if (!choice_given(ch->cluster.proxy_url))
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
	int found;

	if (bundle_parse(pem->p, pem->len, &b, &why) == -1)
		return 0;
	found = bundle_first(&b) != NULL;
	bundle_release(&b);
	return found;
}

int
choice_cluster(struct choice *ch, struct err *e)
{
	struct kc_cluster *k = &ch->cluster;
	struct kube_config *c = ch->c;

	if (!choice_given(k->server))
		k->server = getenv("KUBERNETES_MASTER");
	if (!choice_given(k->server) && ch->has_cluster)
		return err_set(e, ERR_CONFIG, "no server found for cluster "
		    "\"%s\"", c->cluster);
	if (!choice_given(k->server)) {
		char names[200];

		names_of(&ch->kc, KC_CONTEXT, names, sizeof(names));
		return names[0] == '\0' ? err_set(e, ERR_ABSENT,
		    "no cluster is configured") : err_set(e, ERR_CONFIG,
		    "no context is chosen, current-context is empty: choose "
		    "one with --context (%s)", names);
	}
	if (set_server(ch, e) == -1 || set_proxy(ch, e) == -1)
		return -1;
	c->tls_server_name = choice_some(k->tls_server_name);
	c->no_compression = k->no_compression;
	c->insecure = k->insecure;
	if (choice_text(ch, &k->ca_data, k->ca_file, ch->cluster_dir,
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
