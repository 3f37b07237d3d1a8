/* What the forms share: rec/'s own files only. */
#ifndef REC_WRITER_H
#define REC_WRITER_H

#include "rec/rec.h"

#define REC_HELD 3

struct rec_writer {
	FILE			*out;
	const struct rec_schema	*s;
	struct rec_options	 o;
	const struct rec_shape	*shape;
	struct buf		 line;
	size_t			 n;		/* records so far */
	int			 failed;
	struct err		 err;		/* of the first failure */
	/* table: the first page, held back */
	char			**page;		/* escaped cells, row by row */
	enum verdict		*verdicts;
	size_t			 rows;
	size_t			 width[REC_FIELDS_MAX];
	int			 begun;
	/* prom, nagios: what is held back */
	struct buf		 held[REC_HELD];
	enum verdict		 worst;
	char			*least_days;
};

/* One form: any of them may be NULL. */
struct rec_shape {
	int	(*begin)(struct rec_writer *w, struct err *e);
	int	(*put)(struct rec_writer *w, const struct rec *r,
		    struct err *e);
	int	(*end)(struct rec_writer *w, const struct rec_count *summary,
		    size_t nsummary, struct err *e);
};

extern const struct rec_shape rec_tsv, rec_table, rec_json, rec_jsonl,
    rec_prom, rec_nagios;

/* The place of a column, or -1; and a record's value there, or NULL. */
int	rec_index(const struct rec_schema *s, const char *name);
const char *rec_value(const struct rec_schema *s, const struct rec *r,
	    const char *name);

/* Write w->line out and empty it. */
int	rec_flush_line(struct rec_writer *w, struct err *e);

void	rec_table_free(struct rec_writer *w);

#endif
