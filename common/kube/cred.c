/* Which credentials a request takes along, and when they are renewed. */
#include <string.h>

#include "kube/cred.h"
#include "kube/kubeconfig.h"
#include "kube/plugin.h"

void
cred_init(struct cred *cr, const struct kube_config *c,
    const struct kube_log *log, const char *stdin_taken)
{
	memset(cr, 0, sizeof(*cr));
	cr->c = c;
	cr->log = log;
	cr->stdin_taken = stdin_taken;
	buf_init_secret(&cr->token, KUBE_SECRET_MAX, "a token");
	buf_init_secret(&cr->cert, KUBE_SECRET_MAX, "a certificate");
	buf_init_secret(&cr->key, KUBE_SECRET_MAX, "a key");
}

void
cred_release(struct cred *cr)
{
	buf_release(&cr->token);
	buf_release(&cr->cert);
	buf_release(&cr->key);
}

static int
read_token_file(struct cred *cr, int64_t now, struct err *e)
{
	struct kube_text text = { NULL, 0 };
	struct arena a;
	int ret;

	arena_init(&a, 2 * KUBE_SECRET_MAX, "a token file");
	ret = kc_slurp(&a, cr->c->token_file, KUBE_SECRET_MAX, &text, e);
	if (ret == 0)
		ret = cred_set_token(cr, text.p, text.len, "the tokenFile", e);
	arena_release(&a);
	cr->read_at = now;
	/* a file that is being written now: the last good one still holds */
	if (ret == -1 && cr->token.len > 0)
		return 0;
	return ret;
}

int
cred_ready(struct cred *cr, int64_t now, struct err *e)
{
	const struct kube_config *c = cr->c;

	/* nothing is ever sent in the clear */
	if (!kube_config_is_https(c))
		return 0;
	if (c->token_file != NULL)
		return cr->read_at != 0 && now - cr->read_at < CRED_FILE_AGE &&
		    now >= cr->read_at ? 0 : read_token_file(cr, now, e);
	if (c->token != NULL)
		return cr->token.len > 0 ? 0 : cred_set_token(cr, c->token,
		    strlen(c->token), "the token", e);
	if (c->exec == NULL || (cr->read_at != 0 &&
	    (cr->expires == 0 || now < cr->expires)))
		return 0;
	return plugin_run(cr, now, e);
}

int
cred_refused(struct cred *cr, int64_t now, struct err *e)
{
	if (cr->c->exec == NULL || !kube_config_is_https(cr->c))
		return 0;
	return plugin_run(cr, now, e) == -1 ? -1 : 1;
}
