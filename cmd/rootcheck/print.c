/* Findings on stdout, in the form that was asked for. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/when.h"
#include "cmd/rootcheck/rootcheck.h"
#include "pki/cert.h"
#include "rec/classic.h"

static const struct rec_col cols[] = {
	{ "VERDICT", "verdict", REC_TEXT, 0 },
	{ "KIND", "kind", REC_TEXT, 0 },
	{ "OBJECT", "object", REC_TEXT, 0 },
	{ "ENTRY", "entry", REC_TEXT, 0 },
	{ "ROLE", "role", REC_TEXT, 0 },
	{ "DAYS", "days", REC_NUMBER, 0 },
	{ "NOT_BEFORE", "notBefore", REC_TEXT, 0 },
	{ "NOT_AFTER", "notAfter", REC_TEXT, 0 },
	{ "SHA256", "sha256", REC_PRINT, 0 },
	{ "SUBJECT", "subject", REC_TEXT, 1 },
	{ "RULE", "rule", REC_TEXT, 0 },
	{ "MESSAGE", "message", REC_TEXT, 0 },
};

static const struct rec_schema schema = {
	"rootcheck", cols, sizeof(cols) / sizeof(cols[0])
};

int
rootcheck_open(struct run *r, struct err *e)
{
	struct rec_options ro = { REC_TSV, !r->o.no_headers, 0, r->now };

	if (r->own.form == FORM_CLASSIC)
		return 0;
	ro.form = (enum rec_form)r->own.form;
	ro.colour = cli_colour(STDOUT_FILENO);
	return rec_open(stdout, &schema, &ro, &r->out, e);
}

/* "namespace/name", or "name". */
static void
object_name(char *out, size_t size, const char *ns, const char *name)
{
	snprintf(out, size, "%s%s%s", ns, ns[0] != '\0' ? "/" : "", name);
}

static int
is_excused(const struct run *r, const struct rc_finding *f,
    const char *object)
{
	char cause[2 * CLI_NAMESPACE_MAX + 2];

	if (tally_excused(&r->tally, f->rule == NULL ? NULL : f->rule->id,
	    f->kind, object))
		return 1;
	if (f->cause_name == NULL)
		return 0;
	object_name(cause, sizeof(cause), f->cause_ns, f->cause_name);
	return tally_excused(&r->tally, f->cause_rule, f->cause_kind, cause);
}

int
rootcheck_put(void *arg, const struct rc_finding *f, struct err *e)
{
	char object[PATH_MAX + 1], days[24], nb[WHEN_STRLEN], na[WHEN_STRLEN];
	char hex[2 * CERT_SHA256_LEN + 1];
	struct run *r = arg;
	struct rec rec;
	int64_t until;

	object_name(object, sizeof(object), f->ns, f->name);
	memset(&rec, 0, sizeof(rec));
	rec.excused = is_excused(r, f, object);
	tally_add(&r->tally, f->verdict, rec.excused);
	/* the old script's lines have no room for it */
	if (r->out == NULL && f->verdict == VERDICT_UNKNOWN)
		cli_note(stderr, "error: %s %s: %s", f->kind, object,
		    f->message);
	if (r->out == NULL || (r->o.quiet && f->verdict == VERDICT_OK))
		return 0;
	rec.verdict = f->verdict;
	rec.field[0] = verdict_name(f->verdict);
	rec.field[1] = f->kind;
	rec.field[2] = object;
	rec.field[3] = f->entry;
	rec.field[4] = f->role;
	if (f->cert != NULL) {
		until = f->has_until ? f->until : f->cert->not_after;
		snprintf(days, sizeof(days), "%lld",
		    (long long)when_days(until, r->params.now));
		when_format(f->cert->not_before, nb);
		when_format(until, na);
		cert_hex(f->cert, hex);
		rec.field[5] = days;
		rec.field[6] = f->has_until ? NULL : nb;
		rec.field[7] = na;
		rec.field[8] = hex;
		rec.field[9] = f->cert->subject_text;
	}
	rec.field[10] = f->rule == NULL ? NULL : f->rule->id;
	rec.field[11] = f->message;
	return rec_put(r->out, &rec, e);
}

int
rootcheck_close(struct run *r, const struct rc_summary *sum,
    struct err *e)
{
	struct rec_count counts[TALLY_COUNTS];

	tally_counts(&r->tally, counts);
	if (r->out != NULL)
		return rec_close(r->out, counts, TALLY_COUNTS, e);
	if (sum->root != NULL)
		return classic_root(stdout, sum->root->not_after,
		    r->params.now, e);
	return classic_no_root(stdout, e);
}
