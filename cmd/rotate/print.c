/* Steps on stdout, in the form that was asked for. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/rotate/run.h"

#define OBJECT_MAX (2 * CLI_NAMESPACE_MAX + 2)

static const struct rec_col cols[] = {
	{ "VERDICT", "verdict", REC_TEXT, 0 },
	{ "KIND", "kind", REC_TEXT, 0 },
	{ "OBJECT", "object", REC_TEXT, 0 },
	{ "STEP", "step", REC_TEXT, 0 },
	{ "RULE", "rule", REC_TEXT, 0 },
	{ "MESSAGE", "message", REC_TEXT, 0 },
};

static const struct rec_schema schema = {
	"rotate", cols, sizeof(cols) / sizeof(cols[0])
};

/* What each comes to: the exit status, and the colour. */
static const enum verdict verdicts[] = {
	[RO_DONE] = VERDICT_OK, [RO_SKIP] = VERDICT_OK,
	[RO_TODO] = VERDICT_WARN, [RO_STOP] = VERDICT_UNKNOWN
};

int
rotate_open(struct run *r, struct err *e)
{
	struct rec_options ro = { REC_TSV, !r->o.no_headers, 0, r->now };

	ro.form = (enum rec_form)r->own.form;
	ro.colour = cli_colour(STDOUT_FILENO);
	return rec_open(stdout, &schema, &ro, &r->out, e);
}

/* What cannot be printed does not stop a rotation: it is said at its end. */
static int
put(struct run *r, const struct rec *rec, struct err *e)
{
	struct err why = ERR_INIT;

	if (r->broken.class != ERR_NONE)
		return 0;
	if (rec_put(r->out, rec, &why) == 0 && (!r->own.apply ||
	    r->own.form > REC_WIDE || fflush(stdout) == 0))
		return 0;
	if (why.class == ERR_NONE)
		err_sys(&why, errno, "cannot write to stdout");
	if (!r->own.apply || why.class == ERR_NOMEM) {
		*e = why;
		return -1;
	}
	r->broken = why;
	return 0;
}

int
rotate_put(void *arg, const struct ro_record *rec, struct err *e)
{
	char object[OBJECT_MAX];
	struct run *r = arg;
	struct rec out;
	int excused;

	snprintf(object, sizeof(object), "%s%s%s", rec->ref->ns,
	    rec->ref->ns[0] != '\0' ? "/" : "", rec->ref->name);
	excused = rec->verdict == RO_TODO && tally_excused(&r->tally,
	    rec->rule == NULL ? NULL : rec->rule->id, rec->ref->kind, object);
	tally_add(&r->tally, verdicts[rec->verdict], excused);
	r->count[rec->verdict]++;
	if (r->o.quiet && verdicts[rec->verdict] == VERDICT_OK)
		return 0;
	memset(&out, 0, sizeof(out));
	out.excused = excused;
	out.verdict = verdicts[rec->verdict];
	out.field[0] = ro_verdict_name(rec->verdict);
	out.field[1] = rec->ref->kind;
	out.field[2] = object;
	out.field[3] = ro_step_name(rec->step);
	out.field[4] = rec->rule == NULL ? NULL : rec->rule->id;
	out.field[5] = rec->message;
	progress_clear(&r->progress);
	return put(r, &out, e);
}

int
rotate_say(struct run *r, enum ro_verdict v, enum ro_step s,
    const struct ref *ref, const char *rule, struct err *e, const char *fmt,
    ...)
{
	char message[2048];
	const struct ro_record rec = { v, s, ref, rule == NULL ? NULL :
	    ro_rule(rule), message };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	return rotate_put(r, &rec, e);
}

int
rotate_close(struct run *r, struct err *e)
{
	const struct rec_count counts[] = {
		{ "done", r->count[RO_DONE] }, { "todo", r->count[RO_TODO] },
		{ "skip", r->count[RO_SKIP] }, { "stop", r->count[RO_STOP] },
		{ "excused", r->tally.excused }
	};
	int ret;

	ret = rec_close(r->out, counts, sizeof(counts) / sizeof(counts[0]),
	    e);
	rec_free(r->out);
	r->out = NULL;
	/* the first failure knows why */
	if (r->broken.class != ERR_NONE) {
		*e = r->broken;
		ret = -1;
	}
	return ret;
}
