/* The user: who we are, and that only one way of saying so is given. */
#include <string.h>

#include "kube/choice.h"
#include "pki/bundle.h"
#include "pki/key.h"

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
	if (!choice_given(x->command))
		return err_set(e, ERR_CONFIG, "command must be specified for "
		    "%s to use exec authentication plugin", user);
	if (!choice_given(x->api_version))
		return err_set(e, ERR_CONFIG, "apiVersion must be specified "
		    "for %s to use exec authentication plugin", user);
	if (strcmp(x->api_version, "client.authentication.k8s.io/v1") != 0 &&
	    strcmp(x->api_version, "client.authentication.k8s.io/v1beta1") !=
	    0)
		return err_set(e, ERR_CONFIG, "exec plugin: invalid apiVersion "
		    "\"%s\"", x->api_version);
	for (i = 0; i < x->nenv; i++)
		if (!choice_given(x->env[i].name) ||
		    strchr(x->env[i].name, '=') != NULL)
			return err_set(e, ERR_CONFIG, "env variable name must "
			    "be specified for %s to use exec authentication "
			    "plugin", user);
	if (!choice_given(mode) && strcmp(x->api_version,
	    "client.authentication.k8s.io/v1") == 0)
		return err_set(e, ERR_CONFIG, "interactiveMode must be "
		    "specified for %s to use exec authentication plugin", user);
	x->mode = KUBE_IF_AVAILABLE;
	for (i = 0; choice_given(mode) && i < 3; i++)
		if (strcmp(mode, modes[i]) == 0)
			break;
	if (choice_given(mode) && i == 3)
		return err_set(e, ERR_CONFIG, "invalid interactiveMode for %s: "
		    "\"%s\"", user, mode);
	if (choice_given(mode))
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

	if (u->cert_data.p == NULL && !choice_given(u->cert_file))
		return 0;	/* a key alone is nothing */
	if (choice_text(ch, &u->cert_data, u->cert_file,
	    u->cert_file == ch->f->cert_file ? "" : dir, "client-certificate",
	    c->user, &c->cert, e) == -1 ||
	    choice_text(ch, &u->key_data, u->key_file,
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

	ch->c->token = choice_some(u->token);
	if (!choice_given(u->token_file))
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

int
choice_impersonation(struct choice *ch, struct err *e)
{
	const struct kc_user *u = &ch->user;
	struct kube_config *c = ch->c;

	c->as = choice_some(u->as);
	c->as_uid = choice_some(u->as_uid);
	c->as_group = u->as_group;
	c->nas_group = u->nas_group;
	c->as_extra = u->as_extra;
	c->nas_extra = u->nas_extra;
	if (c->as == NULL && (c->as_uid != NULL || c->nas_group > 0 ||
	    c->nas_extra > 0))
		return err_set(e, ERR_CONFIG, "requesting uid, groups or "
		    "user-extra%s%s without impersonating a user",
		    c->user[0] != '\0' ? " for " : "", c->user);
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
	if ((choice_given(u->token) || choice_given(u->token_file)) &&
	    (choice_given(u->username) || choice_given(u->password)))
		return err_set(e, ERR_CONFIG, "more than one authentication "
		    "method found for %s; found [token basicAuth], only one "
		    "is allowed", c->user);
	if (set_cert(ch, e) == -1 || set_token(ch, e) == -1)
		return -1;
	c->username = choice_some(u->username);
	c->password = u->password == NULL ? "" : u->password;
	/* whoever has something static needs no plugin */
	if (c->token == NULL && c->token_file == NULL && c->cert.p == NULL &&
	    c->username == NULL)
		c->exec = u->exec;
	return choice_impersonation(ch, e);
}

/* What is wrong with a client's key. */
static const char *
wrong_key(enum key_state state)
{
	switch (state) {
	case KEYS_ENCRYPTED:
		return "it is encrypted, which kubectl cannot use either";
	case KEYS_DIFFER:
		return "it does not belong to the client certificate";
	case KEYS_BROKEN:
		return "its parts do not belong together";
	default:
		return "it is not a private key in PEM";
	}
}

/* Does the key belong to the certificate?  libcurl would say less. */
static int
check_pair(const struct kube_config *c, struct err *e)
{
	struct err why = ERR_INIT;
	enum key_state state = KEYS_UNREADABLE;
	const struct cert *cert;
	struct bundle b;
	int found;

	if (c->cert.p == NULL || !kube_config_is_https(c))
		return 0;
	if (bundle_parse(c->cert.p, c->cert.len, &b, &why) == -1)
		return err_set(e, ERR_CONFIG, "client-certificate for %s: %s",
		    c->user, why.msg);
	cert = bundle_first(&b);
	found = cert != NULL;
	if (found)
		state = key_compare(c->key.p, c->key.len, cert);
	bundle_release(&b);
	if (!found)
		return err_set(e, ERR_CONFIG, "client-certificate for %s: it "
		    "holds no certificate in PEM", c->user);
	if (state == KEYS_MATCH)
		return 0;
	return err_set(e, ERR_CONFIG, "client-key for %s: %s", c->user,
	    wrong_key(state));
}

int
choice_user(struct choice *ch, struct err *e)
{
	return set_user(ch, e) == -1 ? -1 : check_pair(ch->c, e);
}
