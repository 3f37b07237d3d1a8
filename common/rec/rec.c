#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/when.h"
#include "rec/writer.h"

/* A record's text; escaping makes six bytes of one at most. */
#define LINE_MAX_BYTES (8u << 20)
#define WHOLE_MAX_BYTES (256u << 20)	/* of a form that is held back */

static const struct rec_shape *const shapes[] = {
	[REC_TSV] = &rec_tsv, [REC_TABLE] = &rec_table,
	[REC_WIDE] = &rec_table, [REC_JSON] = &rec_json,
	[REC_JSONL] = &rec_jsonl, [REC_PROM] = &rec_prom,
	[REC_NAGIOS] = &rec_nagios,
};

int
rec_open(FILE *out, const struct rec_schema *s, const struct rec_options *o,
    struct rec_writer **wp, struct err *e)
{
	struct rec_writer *w;

	*wp = NULL;
	if ((w = calloc(1, sizeof(*w))) == NULL)
		return err_nomem(e);
	w->out = out;
	w->s = s;
	w->o = *o;
	w->shape = shapes[o->form];
	buf_init(&w->line, o->form == REC_PROM ? WHOLE_MAX_BYTES :
	    LINE_MAX_BYTES, "a record");
	*wp = w;
	return 0;
}

void
rec_free(struct rec_writer *w)
{
	size_t i;

	if (w == NULL)
		return;
	rec_table_free(w);
	for (i = 0; i < REC_HELD; i++)
		buf_release(&w->held[i]);
	free(w->least_days);
	buf_release(&w->line);
	free(w);
}

/* The first failure sticks: everything after it says the same. */
static int
result(const struct rec_writer *w, struct err *e)
{
	if (w->failed && e != NULL)
		*e = w->err;
	return w->failed ? -1 : 0;
}

int
rec_flush_line(struct rec_writer *w, struct err *e)
{
	size_t n = w->line.len;

	if (n > 0 && fwrite(w->line.p, 1, n, w->out) != n)
		return err_sys(e, errno, "cannot write to stdout");
	buf_reset(&w->line);
	return 0;
}

static int
begin(struct rec_writer *w, struct err *e)
{
	if (w->begun || w->shape->begin == NULL)
		return 0;
	w->begun = 1;
	return w->shape->begin(w, e);
}

int
rec_put(struct rec_writer *w, const struct rec *r, struct err *e)
{
	if (!w->failed && (begin(w, &w->err) == -1 ||
	    w->shape->put(w, r, &w->err) == -1))
		w->failed = 1;
	w->n++;
	return result(w, e);
}

static int
finish(struct rec_writer *w, const struct rec_count *summary,
    size_t nsummary, struct err *e)
{
	if (begin(w, e) == -1 || (w->shape->end != NULL &&
	    w->shape->end(w, summary, nsummary, e) == -1))
		return -1;
	if (fflush(w->out) == EOF || ferror(w->out))
		return err_sys(e, errno, "cannot write to stdout");
	return 0;
}

int
rec_close(struct rec_writer *w, const struct rec_count *summary,
    size_t nsummary, struct err *e)
{
	if (!w->failed && finish(w, summary, nsummary, &w->err) == -1)
		w->failed = 1;
	return result(w, e);
}

int
rec_index(const struct rec_schema *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->ncol; i++)
		if (strcmp(s->col[i].name, name) == 0)
			return (int)i;
	return -1;
}

const char *
rec_value(const struct rec_schema *s, const struct rec *r, const char *name)
{
	int i = rec_index(s, name);

	return i == -1 ? NULL : r->field[i];
}

static int
tsv_put(struct rec_writer *w, const struct rec *r, struct err *e)
{
	size_t i;

	for (i = 0; i < w->s->ncol; i++)
		if ((i > 0 && buf_putc(&w->line, '\t', e) == -1) ||
		    rec_field(&w->line, r->field[i], e) == -1)
			return -1;
	return buf_putc(&w->line, '\n', e) == -1 ? -1 : rec_flush_line(w, e);
}

const struct rec_shape rec_tsv = { NULL, tsv_put, NULL };

/* ---- json: one document; jsonl: one object a line ---- */

static int
json_value(struct rec_writer *w, const struct rec_col *col, const char *v,
    struct err *e)
{
	if (rec_json_string(&w->line, col->key, strlen(col->key), e) == -1 ||
	    buf_putc(&w->line, ':', e) == -1)
		return -1;
	if (v == NULL)
		return buf_puts(&w->line, "null", e);
	if (col->type == REC_NUMBER)
		return buf_puts(&w->line, v, e);
	return rec_json_string(&w->line, v, strlen(v), e);
}

static int
json_object(struct rec_writer *w, const struct rec *r, struct err *e)
{
	size_t i;

	for (i = 0; i < w->s->ncol; i++)
		if (buf_putc(&w->line, i == 0 ? '{' : ',', e) == -1 ||
		    json_value(w, &w->s->col[i], r->field[i], e) == -1)
			return -1;
	return buf_putc(&w->line, '}', e);
}

static int
json_head(struct rec_writer *w, struct err *e)
{
	char when[WHEN_STRLEN];

	when_format(w->o.generated_at, when);
	return buf_printf(&w->line, e, "\"schemaVersion\":1,\"tool\":\"%s\","
	    "\"generatedAt\":\"%s\"", w->s->tool, when);
}

static int
json_counts(struct rec_writer *w, const struct rec_count *c, size_t n,
    struct err *e)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (buf_printf(&w->line, e, "%s\"%s\":%zu", i == 0 ? "" : ",",
		    c[i].key, c[i].n) == -1)
			return -1;
	return 0;
}

static int
json_begin(struct rec_writer *w, struct err *e)
{
	if (buf_putc(&w->line, '{', e) == -1 || json_head(w, e) == -1 ||
	    buf_puts(&w->line, ",\"items\":[", e) == -1)
		return -1;
	return rec_flush_line(w, e);
}

static int
json_put(struct rec_writer *w, const struct rec *r, struct err *e)
{
	if (buf_puts(&w->line, w->n == 0 ? "\n" : ",\n", e) == -1 ||
	    json_object(w, r, e) == -1)
		return -1;
	return rec_flush_line(w, e);
}

static int
json_end(struct rec_writer *w, const struct rec_count *c, size_t n,
    struct err *e)
{
	if (buf_puts(&w->line, w->n == 0 ? "],\"summary\":{" :
	    "\n],\"summary\":{", e) == -1 ||
	    json_counts(w, c, n, e) == -1 ||
	    buf_puts(&w->line, "}}\n", e) == -1)
		return -1;
	return rec_flush_line(w, e);
}

const struct rec_shape rec_json = { json_begin, json_put, json_end };

static int
jsonl_put(struct rec_writer *w, const struct rec *r, struct err *e)
{
	if (json_object(w, r, e) == -1 || buf_putc(&w->line, '\n', e) == -1)
		return -1;
	return rec_flush_line(w, e);
}

static int
jsonl_end(struct rec_writer *w, const struct rec_count *c, size_t n,
    struct err *e)
{
	if (buf_puts(&w->line, "{\"type\":\"summary\",", e) == -1 ||
	    json_head(w, e) == -1 || (n > 0 &&
	    buf_putc(&w->line, ',', e) == -1) ||
	    json_counts(w, c, n, e) == -1 ||
	    buf_puts(&w->line, "}\n", e) == -1)
		return -1;
	return rec_flush_line(w, e);
}

const struct rec_shape rec_jsonl = { NULL, jsonl_put, jsonl_end };
