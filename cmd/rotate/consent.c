/* Nothing is written before somebody has agreed to it. */
#include <stdio.h>
#include <unistd.h>

#include "base/when.h"
#include "cmd/rotate/run.h"

/* What is to be done, as the plan has it. */
static int
on_step(void *arg, const struct ro_record *rec, struct err *e)
{
	(void)arg;
	(void)e;
	if (rec->verdict == RO_TODO)
		cli_note(stderr, "%s %s %s%s%s: %s", ro_step_name(rec->step),
		    rec->ref->kind, rec->ref->ns,
		    rec->ref->ns[0] != '\0' ? "/" : "", rec->ref->name,
		    rec->message);
	return 0;
}

static int
show(struct run *r, const struct look *l, struct err *e)
{
	char hex[2 * CERT_SHA256_LEN + 1];
	const struct cert *root = l->ca.fact.root;
	struct ro_next next;

	cli_note(stderr, "server:     %s", kube_server(r->kube));
	if (kube_context(r->kube)[0] != '\0')
		cli_note(stderr, "context:    %s", kube_context(r->kube));
	cli_note(stderr, "CA secret:  %s/%s", l->ca.ns, l->ca.name);
	if (root != NULL) {
		cert_hex(root, hex);
		cli_note(stderr, "root:       %s", hex);
		cli_note(stderr, "days left:  %lld", (long long)when_days(
		    root->not_after, r->now));
	}
	return ro_plan(&r->params, &l->view, on_step, r, &next, e);
}

int
rotate_consent(struct run *r, const struct look *l, struct err *e)
{
	char answer[16];

	if (r->own.yes || r->own.dry_run)
		return 0;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return err_set(e, ERR_USAGE, "--apply asks before it writes, "
		    "and there is no terminal to ask on: --yes does without");
	if (show(r, l, e) == -1)
		return -1;
	fputs("Go on? [y/N] ", stderr);
	fflush(stderr);
	if (fgets(answer, sizeof(answer), stdin) != NULL &&
	    (answer[0] == 'y' || answer[0] == 'Y'))
		return 0;
	return err_set(e, ERR_ABSENT, "not agreed to: nothing was written");
}
