/*
 * -o prom: a text file for node_exporter's collector (Prometheus' text format
 * 0.0.4).  Samples of one metric stand together, so everything is held back
 * and written at the end, or not at all.
 */
#include <stdlib.h>
#include <string.h>

#include "base/when.h"
#include "rec/writer.h"

#define HELD_MAX (64 * 1024 * 1024)	/* bytes of all samples */

enum { H_AFTER, H_BEFORE, H_FINDING };

static int
prom_begin(struct rec_writer *w, struct err *e)
{
	size_t i;

	(void)e;
	for (i = 0; i <= H_FINDING; i++)
		buf_init(&w->held[i], HELD_MAX, "the metrics");
	return 0;
}

/* Backslash, quote and newline as the format has them; no control code. */
static int
label_value(struct buf *out, const char *s, struct err *e)
{
	struct buf safe;
	size_t i;
	int ret;

	buf_init(&safe, HELD_MAX, "a label");
	ret = rec_escape(&safe, s, strlen(s), e);
	for (i = 0; ret == 0 && i < safe.len; i++)
		if (((safe.p[i] == '\\' || safe.p[i] == '"') &&
		    buf_putc(out, '\\', e) == -1) ||
		    buf_putc(out, safe.p[i], e) == -1)
			ret = -1;
	buf_release(&safe);
	return ret;
}

/* name="value", behind a comma unless it is the first. */
static int
label(struct buf *out, const char *name, const char *value, struct err *e)
{
	if (buf_printf(out, e, "%s%s=\"", out->len > 0 ? "," : "",
	    name) == -1 ||
	    label_value(out, value == NULL ? "" : value, e) == -1)
		return -1;
	return buf_putc(out, '"', e);
}

static int
sample(struct rec_writer *w, int held, const char *metric, const char *labels,
    const char *more, int64_t value, struct err *e)
{
	return buf_printf(&w->held[held], e, "kubectl_istio_%s_%s{%s%s} %lld\n",
	    w->s->tool, metric, labels, more, (long long)value);
}

static int
date(struct rec_writer *w, const struct rec *r, int held, const char *col,
    const char *metric, const char *labels, struct err *e)
{
	const char *text = rec_value(w->s, r, col);
	int64_t t;

	if (text == NULL)
		return 0;
	if (when_parse(text, &t, e) == -1)
		return -1;
	return sample(w, held, metric, labels, "", t, e);
}

/* What a record is about: the labels that all its samples have. */
static int
labels_of(const struct rec_schema *s, const struct rec *r, struct buf *l,
    struct err *e)
{
	static const struct {
		const char	*col;
		const char	*name;
	} more[] = {
		{ "ENTRY", "entry" }, { "ROLE", "role" }, { "HOLDER", "holder" }
	};
	size_t i;

	if (label(l, "kind", r->field[1], e) == -1 ||
	    label(l, "object", r->field[2], e) == -1)
		return -1;
	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		if (rec_index(s, more[i].col) != -1 && label(l, more[i].name,
		    rec_value(s, r, more[i].col), e) == -1)
			return -1;
	return 0;
}

static int
finding(struct rec_writer *w, const struct rec *r, const char *labels,
    struct err *e)
{
	struct buf more;
	int ret;

	buf_init(&more, HELD_MAX, "the labels");
	ret = buf_printf(&more, e, ",verdict=\"%s\",excused=\"%s\"",
	    verdict_name(r->verdict), r->excused ? "true" : "false");
	if (ret == 0)
		ret = label(&more, "rule", rec_value(w->s, r, "RULE"), e);
	if (ret == 0)
		ret = sample(w, H_FINDING, "finding", labels, buf_str(&more),
		    1, e);
	buf_release(&more);
	return ret;
}

static int
prom_put(struct rec_writer *w, const struct rec *r, struct err *e)
{
	struct buf l;
	int ret;

	buf_init(&l, HELD_MAX, "the labels");
	ret = labels_of(w->s, r, &l, e);
	if (ret == 0)
		ret = date(w, r, H_AFTER, "NOT_AFTER", "not_after_seconds",
		    buf_str(&l), e);
	if (ret == 0)
		ret = date(w, r, H_BEFORE, "NOT_BEFORE", "not_before_seconds",
		    buf_str(&l), e);
	if (ret == 0 && r->verdict != VERDICT_OK)
		ret = finding(w, r, buf_str(&l), e);
	buf_release(&l);
	return ret;
}

/* A sample's line taken apart: its name and labels, and its value. */
struct line {
	const char	*p;
	size_t		 len;	/* of name and labels */
	int64_t		 value;
};

static int
by_labels(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int d = memcmp(x->p, y->p, x->len < y->len ? x->len : y->len);

	return d != 0 ? d : x->len < y->len ? -1 : x->len > y->len;
}

static size_t
split(const struct buf *b, struct line *v)
{
	const char *p = buf_str(b), *end = p + b->len, *nl, *blank;
	size_t n = 0;

	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		/* values are the last word, and labels may hold blanks */
		for (blank = nl; *blank != ' '; blank--)
			;
		v[n].p = p;
		v[n].len = (size_t)(blank - p);
		v[n++].value = strtoll(blank + 1, NULL, 10);
	}
	return n;
}

/*
 * Two records can have the same labels (two webhooks of one configuration),
 * and two samples may not: they are counted together, or the earliest date is
 * taken.
 */
static int
put_samples(struct rec_writer *w, const struct buf *b, int count,
    struct err *e)
{
	size_t i, j, n = 0;
	struct line *v;
	int ret = 0;

	for (i = 0; i < b->len; i++)
		n += b->p[i] == '\n';
	if ((v = calloc(n + 1, sizeof(*v))) == NULL)
		return err_nomem(e);
	n = split(b, v);
	if (n > 1)
		qsort(v, n, sizeof(*v), by_labels);
	for (i = 0; ret == 0 && i < n; i = j) {
		for (j = i + 1; j < n && by_labels(&v[i], &v[j]) == 0; j++)
			if (count)
				v[i].value += v[j].value;
			else if (v[j].value < v[i].value)
				v[i].value = v[j].value;
		ret = buf_append(&w->line, v[i].p, v[i].len, e) == -1 ? -1 :
		    buf_printf(&w->line, e, " %lld\n", (long long)v[i].value);
	}
	free(v);
	return ret;
}

static int
family(struct rec_writer *w, const char *metric, const char *help,
    const struct buf *samples, struct err *e)
{
	if (samples != NULL && samples->len == 0)
		return 0;
	if (buf_printf(&w->line, e, "# HELP kubectl_istio_%s_%s %s\n"
	    "# TYPE kubectl_istio_%s_%s gauge\n", w->s->tool, metric, help,
	    w->s->tool, metric) == -1)
		return -1;
	return samples == NULL ? 0 : put_samples(w, samples,
	    strcmp(metric, "finding") == 0, e);
}

static int
prom_end(struct rec_writer *w, const struct rec_count *c, size_t n,
    struct err *e)
{
	size_t i;

	if (family(w, "not_after_seconds", "When it ends, in seconds since "
	    "1970.", &w->held[H_AFTER], e) == -1 ||
	    family(w, "not_before_seconds", "When it begins, in seconds since "
	    "1970.", &w->held[H_BEFORE], e) == -1 ||
	    family(w, "finding", "How many records are not ok.",
	    &w->held[H_FINDING], e) == -1 ||
	    family(w, "records", "How many records, by what.", NULL, e) == -1)
		return -1;
	for (i = 0; i < n; i++)
		if (buf_printf(&w->line, e, "kubectl_istio_%s_records{count="
		    "\"%s\"} %zu\n", w->s->tool, c[i].key, c[i].n) == -1)
			return -1;
	if (family(w, "run_seconds", "When this was written, in seconds since "
	    "1970.", NULL, e) == -1 || buf_printf(&w->line, e,
	    "kubectl_istio_%s_run_seconds %lld\n", w->s->tool,
	    (long long)w->o.generated_at) == -1)
		return -1;
	return rec_flush_line(w, e);
}

const struct rec_shape rec_prom = { prom_begin, prom_put, prom_end };
