/* Findings on stdout, in the form that was asked for. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/when.h"
#include "cmd/certverify/run.h"
#include "pki/cert.h"

static const struct rec_col cols[] = {
	{ "VERDICT", "verdict", REC_TEXT, 0 },
	{ "KIND", "kind", REC_TEXT, 0 },
	{ "OBJECT", "object", REC_TEXT, 0 },
	{ "HOLDER", "holder", REC_TEXT, 0 },
	{ "IDENTITY", "identity", REC_TEXT, 1 },
	{ "NOT_AFTER", "notAfter", REC_TEXT, 0 },
	{ "ROOT_SHA256", "rootSha256", REC_PRINT, 0 },
	{ "COUNT", "count", REC_NUMBER, 0 },
	{ "RULE", "rule", REC_TEXT, 0 },
	{ "MESSAGE", "message", REC_TEXT, 0 },
};

static const struct rec_schema schema = {
	"certverify", cols, sizeof(cols) / sizeof(cols[0])
};

int
certverify_open(struct run *r, struct err *e)
{
	struct rec_options ro = { REC_TSV, !r->o.no_headers, 0, r->now };

	if (r->own.form == FORM_CLASSIC)
		return certverify_classic_open(r, e);
	ro.form = (enum rec_form)r->own.form;
	ro.colour = cli_colour(STDOUT_FILENO);
	return rec_open(stdout, &schema, &ro, &r->out, e);
}

static int
put(struct run *r, const struct cv_finding *f, const char *object,
    int excused, struct err *e)
{
	char na[WHEN_STRLEN], hex[2 * CERT_SHA256_LEN + 1], count[24];
	struct rec rec;

	memset(&rec, 0, sizeof(rec));
	rec.excused = excused;
	rec.verdict = f->verdict;
	rec.field[0] = verdict_name(f->verdict);
	rec.field[1] = f->kind;
	rec.field[2] = object;
	rec.field[3] = f->holder;
	rec.field[4] = f->identity;
	if (f->dated) {
		when_format(f->not_after, na);
		rec.field[5] = na;
	}
	if (f->root != NULL) {
		cert_hex(f->root, hex);
		rec.field[6] = hex;
	}
	if (f->count > 0) {
		snprintf(count, sizeof(count), "%llu",
		    (unsigned long long)f->count);
		rec.field[7] = count;
	}
	rec.field[8] = f->rule == NULL ? NULL : f->rule->id;
	rec.field[9] = f->message;
	return rec_put(r->out, &rec, e);
}

/* "namespace/name", or "name". */
static void
object_name(char *out, size_t size, const char *ns, const char *name)
{
	snprintf(out, size, "%s%s%s", ns, ns[0] != '\0' ? "/" : "", name);
}

int
certverify_excused(const struct run *r, const struct rule *rule,
    const char *kind, const char *ns, const char *name)
{
	char object[PATH_MAX + 1];

	object_name(object, sizeof(object), ns, name);
	return tally_excused(&r->tally, rule == NULL ? NULL : rule->id, kind,
	    object);
}

int
certverify_put(void *arg, const struct cv_finding *f, struct err *e)
{
	char object[PATH_MAX + 1];
	struct run *r = arg;
	int excused;

	if (r->targeted)
		certverify_wanted(r, &(struct ref){ .kind = f->kind,
		    .ns = f->ns, .name = f->name });
	object_name(object, sizeof(object), f->ns, f->name);
	excused = certverify_excused(r, f->rule, f->kind, f->ns, f->name);
	tally_add(&r->tally, f->verdict, excused);
	/* the old script's lines have no room for it */
	if (r->out == NULL && f->verdict == VERDICT_UNKNOWN)
		cli_note(stderr, "error: %s %s: %s", f->kind, object,
		    f->message);
	if (r->out == NULL)
		return certverify_classic_put(r, f, e);
	if (r->o.quiet && f->verdict == VERDICT_OK)
		return 0;
	return put(r, f, object, excused, e);
}

int
certverify_close(struct run *r, struct err *e)
{
	struct rec_count counts[TALLY_COUNTS + 2];

	if (r->out == NULL)
		return certverify_classic_close(r, e);
	tally_counts(&r->tally, counts);
	counts[TALLY_COUNTS].key = "workloads";
	counts[TALLY_COUNTS].n = r->sum.workloads;
	counts[TALLY_COUNTS + 1].key = "pairs";
	counts[TALLY_COUNTS + 1].n = r->sum.pairs;
	return rec_close(r->out, counts, TALLY_COUNTS + 2, e);
}
