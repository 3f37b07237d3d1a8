/* Exec credential plugins: run with what they may see, and no more. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doc/make.h"
#include "kube/kubeconfig.h"
#include "kube/plugin.h"
#include "kube/spawn.h"
#include "pki/b64.h"

extern char **environ;

#define HINT_MAX 200	/* bytes of an installHint in a message */

static int
put_ca(struct node *m, const struct kube_text *ca)
{
	struct buf b;
	int ret = -1;

	buf_init(&b, 2 * KUBE_SECRET_MAX, "a CA");
	if (b64_encode(ca->p, ca->len, &b, NULL) == 0)
		ret = make_put(m, "certificate-authority-data",
		    make_text_len(buf_str(&b), b.len));
	buf_release(&b);
	return ret;
}

/* KUBERNETES_EXEC_INFO's spec.cluster: apis/clientauthentication/v1. */
static struct node *
cluster_info(const struct cred *cr)
{
	const struct kube_config *c = cr->c;
	struct node *m;
	int bad = 0;

	if ((m = make_map()) == NULL)
		return NULL;
	bad |= make_put(m, "server", make_text(c->server));
	if (c->tls_server_name != NULL)
		bad |= make_put(m, "tls-server-name",
		    make_text(c->tls_server_name));
	if (c->insecure)
		bad |= make_put(m, "insecure-skip-tls-verify", make_bool(1));
	if (c->ca.p != NULL)
		bad |= put_ca(m, &c->ca);
	if (c->proxy_url != NULL)
		bad |= make_put(m, "proxy-url", make_text(c->proxy_url));
	if (c->no_compression)
		bad |= make_put(m, "disable-compression", make_bool(1));
	if (c->exec->info != NULL)
		bad |= make_put(m, "config", make_parsed(c->exec->info));
	if (bad == 0)
		return m;
	make_free(m);
	return NULL;
}

static int
exec_info(const struct cred *cr, int interactive, struct buf *out,
    struct err *e)
{
	struct node *m = make_map(), *spec = make_map();
	int bad = m == NULL || spec == NULL;

	if (!bad) {
		bad |= make_put(m, "kind", make_text("ExecCredential"));
		bad |= make_put(m, "apiVersion",
		    make_text(cr->c->exec->api_version));
		bad |= make_put(spec, "interactive", make_bool(interactive));
		if (cr->c->exec->cluster_info)
			bad |= make_put(spec, "cluster", cluster_info(cr));
		bad |= make_put(m, "spec", spec);
		spec = NULL;
	}
	if (bad)
		err_nomem(e);
	else
		bad = buf_puts(out, "KUBERNETES_EXEC_INFO=", e) == -1 ||
		    make_json(m, out, e) == -1;
	make_free(spec);
	make_free(m);
	return bad ? -1 : 0;
}

/* environ, exec.env and the info, NULL at the end; all in the arena. */
static char **
environment(const struct cred *cr, struct arena *a, const char *info,
    struct err *e)
{
	const struct kube_exec *x = cr->c->exec;
	size_t i, j, len, n = 0, out = 0;
	char **env;

	while (environ[n] != NULL)
		n++;
	env = arena_array(a, n + x->nenv + 2, sizeof(*env), e);
	if (env == NULL)
		return NULL;
	for (i = 0; i < n; i++) {
		/* exec.env wins over what is there */
		for (j = 0; j < x->nenv; j++) {
			len = strlen(x->env[j].name);
			if (strncmp(environ[i], x->env[j].name, len) == 0 &&
			    environ[i][len] == '=')
				break;
		}
		if (j == x->nenv &&
		    strncmp(environ[i], "KUBERNETES_EXEC_INFO=", 21) != 0)
			env[out++] = environ[i];
	}
	for (j = 0; j < x->nenv; j++)
		if ((env[out++] = arena_printf(a, e, "%s=%s", x->env[j].name,
		    x->env[j].value)) == NULL)
			return NULL;
	env[out] = arena_text(a, info, strlen(info), e);
	return env[out] == NULL ? NULL : env;
}

/* May it talk with the user?  -1 if it must and cannot. */
static int
interactive(const struct cred *cr, struct err *e)
{
	enum kube_interactive mode = cr->c->exec->mode;

	if (mode == KUBE_NEVER)
		return 0;
	if (cr->stdin_taken == NULL && isatty(STDIN_FILENO))
		return 1;
	if (mode == KUBE_IF_AVAILABLE)
		return 0;
	if (cr->stdin_taken != NULL)
		return err_set(e, ERR_CONFIG, "exec plugin cannot support "
		    "interactive mode: standard input is unavailable: %s",
		    cr->stdin_taken);
	return err_set(e, ERR_CONFIG, "exec plugin cannot support interactive "
	    "mode: standard input is not a terminal");
}

static int
not_found(const struct kube_exec *x, struct err *e)
{
	if (x->install_hint == NULL || x->install_hint[0] == '\0')
		return err_set(e, ERR_CONFIG, "getting credentials: exec: "
		    "executable %s not found", x->command);
	return err_set(e, ERR_CONFIG, "getting credentials: exec: executable "
	    "%s not found; its installHint says: %.*s", x->command, HINT_MAX,
	    x->install_hint);
}

static int
run(struct cred *cr, struct arena *a, const char *path, struct buf *out,
    struct err *e)
{
	const struct kube_exec *x = cr->c->exec;
	struct spawn s = { .path = path };
	struct buf info;
	char **argv;
	int status = 0, ret = -1;
	size_t i;

	buf_init_secret(&info, 2 * KUBE_SECRET_MAX, "the plugin's input");
	argv = arena_array(a, x->narg + 2, sizeof(*argv), e);
	if (argv == NULL || (s.use_stdin = interactive(cr, e)) == -1 ||
	    exec_info(cr, s.use_stdin, &info, e) == -1 ||
	    (s.envp = environment(cr, a, buf_str(&info), e)) == NULL)
		goto out;
	argv[0] = (char *)x->command;
	for (i = 0; i < x->narg; i++)
		argv[i + 1] = (char *)x->arg[i];
	s.argv = argv;
	s.timeout_ms = s.use_stdin ? CRED_ASK_MS : CRED_EXEC_MS;
	kube_log(cr->log, KUBE_LOG_REQUESTS, "running the credential plugin %s",
	    path);
	if (spawn_run(&s, out, &status, e) == -1)
		err_prefix(e, "getting credentials: exec: executable %s",
		    x->command);
	else if (status != 0)
		err_set(e, ERR_CONFIG, "getting credentials: exec: executable "
		    "%s failed with exit code %d", x->command, status);
	else
		ret = 0;
out:
	buf_release(&info);
	return ret;
}

int
plugin_run(struct cred *cr, int64_t now, struct err *e)
{
	const struct kube_exec *x = cr->c->exec;
	struct buf path, out;
	struct arena a;
	int ret = -1;

	arena_init(&a, 16 * KUBE_SECRET_MAX, "the plugin's environment");
	buf_init(&path, 65536, "a path");
	buf_init_secret(&out, CRED_OUTPUT_MAX, "the plugin's output");
	if (spawn_find(x->command, &path, e) == -1) {
		if (e->class == ERR_ABSENT)
			not_found(x, e);
	} else if (kuberc_allows(x->command, buf_str(&path), e) == 0 &&
	    run(cr, &a, buf_str(&path), &out, e) == 0) {
		if (cred_parse(cr, buf_str(&out), out.len, x->api_version,
		    e) == -1)
			err_prefix(e, "getting credentials: exec plugin %s",
			    x->command);
		else
			ret = 0;
	}
	cr->read_at = now;
	cr->runs++;
	buf_release(&out);
	buf_release(&path);
	arena_release(&a);
	return ret;
}
