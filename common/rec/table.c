/* Tables for eyes, as kubectl lays them out: widths from the first page. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "rec/writer.h"

#define GAP	3	/* blanks between columns */
#define PRINT	12	/* characters of a fingerprint */

static int
shown(const struct rec_writer *w, size_t i)
{
	return w->o.form == REC_WIDE || !w->s->col[i].wide;
}

/* Code points; escaped text has none that takes no room or steers. */
static size_t
width(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static char *
cell(const struct rec_writer *w, size_t i, const char *v, struct err *e)
{
	struct buf text;
	size_t len;
	char *s;

	buf_init(&text, w->line.max, "a cell");
	if (rec_field(&text, v, e) == -1) {
		buf_release(&text);
		return NULL;
	}
	len = text.len;
	if (w->s->col[i].type == REC_PRINT && w->o.form == REC_TABLE &&
	    len > PRINT)
		len = PRINT;
	s = strndup(buf_str(&text), len);
	buf_release(&text);
	if (s == NULL)
		err_nomem(e);
	return s;
}

static const char *
colour(enum verdict v)
{
	static const char *const codes[] = {
		"\033[32m", "\033[33m", "\033[31m", "\033[35m"
	};

	return codes[v];
}

/* One cell, padded unless it is the last one. */
static int
put_cell(struct rec_writer *w, size_t i, const char *s, const char *on,
    int last, struct err *e)
{
	size_t pad = 0, n = width(s);

	if (!last)
		pad = (n < w->width[i] ? w->width[i] - n : 0) + GAP;
	return buf_printf(&w->line, e, "%s%s%s%*s", on == NULL ? "" : on, s,
	    on == NULL ? "" : "\033[0m", (int)pad, "");
}

static int
put_row(struct rec_writer *w, char *const *cells, const enum verdict *v,
    struct err *e)
{
	size_t i, last = 0;
	const char *s;

	for (i = 0; i < w->s->ncol; i++)
		if (shown(w, i))
			last = i;
	for (i = 0; i < w->s->ncol; i++) {
		if (!shown(w, i))
			continue;
		s = cells == NULL ? w->s->col[i].name : cells[i];
		if (put_cell(w, i, s, i == 0 && v != NULL && w->o.colour ?
		    colour(*v) : NULL, i == last, e) == -1)
			return -1;
	}
	return buf_putc(&w->line, '\n', e) == -1 ? -1 : rec_flush_line(w, e);
}

static void
free_cells(char **cells, size_t n)
{
	while (n > 0)
		free(cells[--n]);
}

/* The first page is complete: now its widths are known. */
static int
flush_page(struct rec_writer *w, struct err *e)
{
	size_t i, r, n = w->s->ncol, len;
	int ret = 0;

	if (w->page == NULL)
		return 0;
	for (i = 0; i < n; i++) {
		w->width[i] = w->o.headers ? width(w->s->col[i].name) : 0;
		for (r = 0; r < w->rows; r++)
			if ((len = width(w->page[r * n + i])) > w->width[i])
				w->width[i] = len;
	}
	if (w->o.headers)
		ret = put_row(w, NULL, NULL, e);
	for (r = 0; r < w->rows && ret == 0; r++)
		ret = put_row(w, w->page + r * n, &w->verdicts[r], e);
	rec_table_free(w);
	return ret;
}

void
rec_table_free(struct rec_writer *w)
{
	if (w->page != NULL)
		free_cells(w->page, w->rows * w->s->ncol);
	free(w->page);
	free(w->verdicts);
	w->page = NULL;
	w->verdicts = NULL;
}

static int
table_begin(struct rec_writer *w, struct err *e)
{
	w->page = calloc(REC_PAGE * w->s->ncol, sizeof(char *));
	w->verdicts = calloc(REC_PAGE, sizeof(*w->verdicts));
	return w->page == NULL || w->verdicts == NULL ? err_nomem(e) : 0;
}

static int
table_put(struct rec_writer *w, const struct rec *r, struct err *e)
{
	char *own[REC_FIELDS_MAX], **cells;
	size_t i;
	int ret;

	if (w->page != NULL && w->rows == REC_PAGE && flush_page(w, e) == -1)
		return -1;
	cells = w->page != NULL ? w->page + w->rows * w->s->ncol : own;
	for (i = 0; i < w->s->ncol; i++)
		if ((cells[i] = cell(w, i, r->field[i], e)) == NULL) {
			free_cells(cells, i);
			return -1;
		}
	if (w->page != NULL) {
		w->verdicts[w->rows++] = r->verdict;
		return 0;
	}
	ret = put_row(w, cells, &r->verdict, e);
	free_cells(cells, w->s->ncol);
	return ret;
}

/* A header without rows is never printed, as kubectl never does. */
static int
table_end(struct rec_writer *w, const struct rec_count *summary,
    size_t nsummary, struct err *e)
{
	(void)summary;
	(void)nsummary;
	return w->rows == 0 ? 0 : flush_page(w, e);
}

const struct rec_shape rec_table = { table_begin, table_put, table_end };
