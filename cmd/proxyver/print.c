/* Findings on stdout, in the form that was asked for. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/proxyver/run.h"

static const struct rec_col cols[] = {
	{ "VERDICT", "verdict", REC_TEXT, 0 },
	{ "KIND", "kind", REC_TEXT, 0 },
	{ "OBJECT", "object", REC_TEXT, 0 },
	{ "CONTAINER", "container", REC_TEXT, 0 },
	{ "ROLE", "role", REC_TEXT, 0 },
	{ "VERSION", "version", REC_TEXT, 0 },
	{ "VARIANT", "variant", REC_TEXT, 0 },
	{ "SOURCE", "source", REC_TEXT, 0 },
	{ "IMAGE", "image", REC_TEXT, 1 },
	{ "RULE", "rule", REC_TEXT, 0 },
	{ "MESSAGE", "message", REC_TEXT, 0 },
};

static const struct rec_schema schema = {
	"proxyver", cols, sizeof(cols) / sizeof(cols[0])
};

static const struct rec_col summary_cols[] = {
	{ "VERSION", "version", REC_TEXT, 0 },
	{ "VERDICT", "verdict", REC_TEXT, 0 },
	{ "COUNT", "count", REC_NUMBER, 0 },
};

static const struct rec_schema summary_schema = {
	"proxyver", summary_cols,
	sizeof(summary_cols) / sizeof(summary_cols[0])
};

int
proxyver_open(struct run *r, struct err *e)
{
	struct rec_options ro = { REC_TABLE, !r->o.no_headers, 0, r->now };

	if (r->own.form == FORM_CLASSIC)
		return 0;
	if (r->own.summary)
		return rec_open(stdout, &summary_schema, &ro, &r->out, e);
	ro.form = (enum rec_form)r->own.form;
	ro.colour = cli_colour(STDOUT_FILENO);
	return rec_open(stdout, &schema, &ro, &r->out, e);
}

/* One more of a version and a verdict; a container counts once. */
static int
count(struct run *r, const struct pv_finding *f, struct err *e)
{
	const char *version = f->version == NULL ? "-" : f->version;
	struct version_count *c;

	if (!f->first || f->container == NULL)
		return 0;
	for (c = r->count; c < r->count + r->ncount; c++)
		if (c->verdict == f->verdict &&
		    strcmp(c->version, version) == 0) {
			c->n++;
			return 0;
		}
	if (r->ncount == SUMMARY_MAX)
		return err_set(e, ERR_LIMIT, "--summary is over the limit of "
		    "%d different lines", SUMMARY_MAX);
	snprintf(c->version, sizeof(c->version), "%s", version);
	c->verdict = f->verdict;
	c->n = 1;
	r->ncount++;
	return 0;
}

static int
put(struct run *r, const struct pv_finding *f, const char *object,
    int excused, struct err *e)
{
	struct rec rec;

	memset(&rec, 0, sizeof(rec));
	rec.verdict = f->verdict;
	rec.excused = excused;
	rec.field[0] = verdict_name(f->verdict);
	rec.field[1] = f->ref->kind;
	rec.field[2] = object;
	rec.field[3] = f->container;
	rec.field[4] = f->role;
	rec.field[5] = f->version;
	rec.field[6] = f->variant;
	rec.field[7] = f->source;
	rec.field[8] = f->image;
	rec.field[9] = f->rule == NULL ? NULL : f->rule->id;
	rec.field[10] = f->message;
	return rec_put(r->out, &rec, e);
}

int
proxyver_put(void *arg, const struct pv_finding *f, struct err *e)
{
	char object[PATH_MAX + 1];
	struct run *r = arg;
	int excused;

	snprintf(object, sizeof(object), "%s%s%s", f->ref->ns,
	    f->ref->ns[0] != '\0' ? "/" : "", f->ref->name);
	excused = tally_excused(&r->tally, f->rule == NULL ? NULL :
	    f->rule->id, f->ref->kind, object);
	tally_add(&r->tally, f->verdict, excused);
	progress_clear(&r->progress);
	/* the old script's lines have no room for it, and a summary not for */
	/* what is no container */
	if (f->verdict == VERDICT_UNKNOWN && (r->own.form == FORM_CLASSIC ||
	    (r->own.summary && f->rule == NULL)))
		cli_note(stderr, "error: %s %s: %s", f->ref->kind, object,
		    f->message);
	if (r->own.form == FORM_CLASSIC)
		return proxyver_classic_put(r, f, e);
	if (r->o.quiet && f->verdict == VERDICT_OK)
		return 0;
	return r->own.summary ? count(r, f, e) : put(r, f, object, excused, e);
}

/* By number: 1.9.9 before 1.10.0; what is not known last. */
static int
compare(const void *a, const void *b)
{
	const struct version_count *x = a, *y = b;
	int v[2][3] = { { 0, 0, -1 }, { 0, 0, -1 } }, i;

	if (sscanf(x->version, "%d.%d.%d", &v[0][0], &v[0][1], &v[0][2]) < 2)
		v[0][0] = INT_MAX;
	if (sscanf(y->version, "%d.%d.%d", &v[1][0], &v[1][1], &v[1][2]) < 2)
		v[1][0] = INT_MAX;
	for (i = 0; i < 3; i++)
		if (v[0][i] != v[1][i])
			return v[0][i] < v[1][i] ? -1 : 1;
	return (int)x->verdict - (int)y->verdict;
}

static int
put_summary(struct run *r, struct err *e)
{
	char number[24];
	struct rec rec;
	size_t i;

	qsort(r->count, r->ncount, sizeof(r->count[0]), compare);
	for (i = 0; i < r->ncount; i++) {
		memset(&rec, 0, sizeof(rec));
		snprintf(number, sizeof(number), "%zu", r->count[i].n);
		if (r->count[i].version[0] != '-')
			rec.field[0] = r->count[i].version;
		rec.field[1] = verdict_name(r->count[i].verdict);
		rec.field[2] = number;
		if (rec_put(r->out, &rec, e) == -1)
			return -1;
	}
	return 0;
}

int
proxyver_close(struct run *r, struct err *e)
{
	struct rec_count counts[TALLY_COUNTS];

	if (r->own.form == FORM_CLASSIC)
		return proxyver_classic_close(r, e);
	if (r->own.summary && put_summary(r, e) == -1)
		return -1;
	tally_counts(&r->tally, counts);
	return rec_close(r->out, counts, TALLY_COUNTS, e);
}
