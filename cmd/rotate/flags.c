/* The command line of rotate. */
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/when.h"
#include "cli/hex.h"
#include "cmd/rotate/run.h"

static const char *const forms[] = {
	"tsv", "table", "wide", "json", "jsonl", NULL
};
static const char *const restarts[] = { "auto", "none", NULL };
static const char *const dry_runs[] = { "none", "server", NULL };

#define OWN(field) offsetof(struct own_flags, field)

const struct cli_opt rotate_opts[] = {
	{ "apply", 0, CLI_BOOL, OWN(apply), NULL,
	    "take the steps, not only print them", NULL },
	{ "yes", 0, CLI_BOOL, OWN(yes), NULL,
	    "--apply: do not ask", NULL },
	{ "days", 0, CLI_NUMBER, OWN(days), "N",
	    "the life of the new root in days (3650)", NULL },
	{ "min-left", 0, CLI_SPAN, OWN(min_left), "SPAN",
	    "nothing is to do while this much is left (half of --days)",
	    NULL },
	{ "from", 0, CLI_STRING, OWN(from), "SHA256",
	    "only if this root is in force: sign it anew, whatever is left",
	    NULL },
	{ "rollback", 0, CLI_STRING, OWN(rollback), "DIR",
	    "put the certificate of this backup back", NULL },
	{ "backup-dir", 0, CLI_STRING, OWN(backup_dir), "DIR",
	    "where the backup goes; it must not exist", NULL },
	{ "backup-encrypt-to", 0, CLI_STRING, OWN(seal_to), "CERT",
	    "write the backup as CMS for this certificate's key", NULL },
	{ "restart", 0, CLI_WORD, OWN(restart), "auto|none",
	    "restart what reads the root once, or leave it to you (auto)",
	    restarts },
	{ "roll-workloads", 0, CLI_BOOL, OWN(roll), NULL,
	    "restart workloads whose proxies never reload", NULL },
	{ "accept-loss", 0, CLI_LIST, OWN(accept_loss), "NAMESPACE",
	    "Citadel may delete this unmanaged namespace's secrets; "
	    "repeatable", NULL },
	{ "dry-run", 0, CLI_WORD, OWN(dry_run), "none|server",
	    "--apply: send each write so that the server only checks it",
	    dry_runs },
	{ "timeout", 0, CLI_SPAN, OWN(timeout), "SPAN",
	    "--apply: give up after this long without progress (10m)", NULL },
	{ "output", 'o', CLI_WORD, OWN(form), "FORM",
	    "tsv (off a terminal), table (on one), wide, json, jsonl", forms },
	{ NULL, 0, 0, 0, NULL, NULL, NULL }
};

static const struct cli_refused refused[] = {
	{ "namespace", 'n', "a root is the whole mesh's; did you mean -i?" },
	{ "selector", 'l', "a root is the whole mesh's; did you mean -i?" },
	{ NULL, 0, NULL }
};

static const char *
verdict(enum verdict v)
{
	return ro_verdict_name(v == VERDICT_OK ? RO_DONE :
	    v == VERDICT_UNKNOWN ? RO_STOP : RO_TODO);
}

const struct cli_tool rotate_tool = {
	.word = "rotate",
	.summary = "replace the root, one proved step at a time",
	.synopsis = "[--apply] [--rollback DIR] [flags] | -f FILE|-",
	.details =
"Extends the life of a self-signed root: a new certificate of the same key,\n"
"name and key identifier, so that no handshake fails while both are mixed,\n"
"and brings the whole mesh onto it. Alone it prints the steps that are still\n"
"to do; --apply takes them, and goes on from whatever it finds. With -f it is\n"
"a filter: the CA's secret in, the same with a new certificate out.\n"
"\n"
"Examples:\n"
"  kubectl istio rotate\n"
"  kubectl istio rotate --apply\n"
"  kubectl istio rotate --apply --rollback ~/.local/state/kubectl-istio/...\n"
"  kubectl get secret istio-ca-secret -n istio-system -o yaml |\n"
"    kubectl istio rotate -f - | kubectl replace -f -\n"
"\n"
"Exit status: 0 the goal is reached, 1 steps are left to do, 2 it was stopped.",
	.rules = ro_rules,
	.pages = ro_pages,
	.refused = refused,
	.verdict = verdict,
};

static int
check_apply(const struct run *r, struct err *e)
{
	const struct own_flags *o = &r->own;

	if (r->o.files.n > 0 && (o->apply || o->rollback != NULL))
		return err_set(e, ERR_USAGE, "--apply and --rollback work on a "
		    "cluster: they do not go with -f");
	if (r->o.at != NULL && o->apply)
		return err_set(e, ERR_USAGE, "--apply goes by the clock: it "
		    "does not go with --at");
	if (o->dry_run && !o->apply)
		return err_set(e, ERR_USAGE, "--dry-run=server goes with "
		    "--apply; without it nothing is written anyway");
	if (o->rollback != NULL && o->from != NULL)
		return err_set(e, ERR_USAGE, "--rollback and --from do not go "
		    "together");
	if (o->timeout <= 0)
		return err_set(e, ERR_USAGE, "--timeout must be more than 0");
	return 0;
}

static int
check_life(struct run *r, struct err *e)
{
	struct ro_params *p = &r->params;

	if (r->own.days < 1 || r->own.days > RO_DAYS_MAX)
		return err_set(e, ERR_USAGE, "invalid argument \"%d\" for "
		    "\"--days\" flag: want 1 to %d", r->own.days, RO_DAYS_MAX);
	p->days = r->own.days;
	p->min_left = r->own.min_left == -1 ? p->days * WHEN_DAY / 2 :
	    r->own.min_left;
	if (p->min_left >= p->days * WHEN_DAY)
		return err_set(e, ERR_USAGE, "--min-left must be less than "
		    "--days, or the goal is never reached");
	return 0;
}

int
rotate_params(struct run *r, const struct strs *operands, struct err *e)
{
	struct ro_params *p = &r->params;

	if (cli_common_check(&r->o, e) == -1)
		return -1;
	if (operands->n > 0)
		return err_set(e, ERR_USAGE, "rotate takes no operands: \"%s\"",
		    operands->v[0]);
	if (check_apply(r, e) == -1 || check_life(r, e) == -1)
		return -1;
	if (r->own.from != NULL) {
		if (!cli_sha256(r->own.from, r->from))
			return err_set(e, ERR_USAGE, "invalid argument "
			    "\"%.128s\" for \"--from\" flag: want a SHA-256 "
			    "fingerprint, 64 hexadecimal digits",
			    r->own.from);
		p->from = r->from;
	}
	p->restart_none = r->own.restart;
	p->roll = r->own.roll;
	p->accept_loss = &r->own.accept_loss;
	if (r->o.at != NULL &&
	    when_parse_at(r->o.at, r->now, &r->now, e) == -1) {
		e->class = ERR_USAGE;
		return err_prefix(e, "--at");
	}
	return 0;
}
