/*
 * Records: one line a finding on stdout, in the form that was asked for.
 *
 * All forms say the same.  tsv is the contract that scripts parse: fields
 * separated by one TAB, "-" for absent, escaped as rec_escape() says; table
 * and wide are for eyes; json is one document and jsonl one object a line,
 * both with a summary last, so that a cut stream shows.
 */
#ifndef REC_REC_H
#define REC_REC_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/rule.h"

#define REC_FIELDS_MAX	16
#define REC_LINE_MAX	(64 * 1024)	/* bytes of a record read back */
#define REC_PAGE	500		/* records that set a table's widths */

enum rec_form {
	REC_TSV, REC_TABLE, REC_WIDE, REC_JSON, REC_JSONL, REC_PROM, REC_NAGIOS
};

enum rec_type {
	REC_TEXT,
	REC_NUMBER,	/* decimal digits; a JSON number */
	REC_PRINT	/* a fingerprint: cut to 12 characters in a table */
};

struct rec_col {
	const char	*name;		/* "NOT_AFTER" */
	const char	*key;		/* in JSON: "notAfter" */
	enum rec_type	 type;
	int		 wide;		/* not in a table, only in wide */
};

/* The first three columns are VERDICT, KIND, OBJECT in every tool. */
struct rec_schema {
	const char		*tool;	/* "rootcheck" */
	const struct rec_col	*col;
	size_t			 ncol;	/* REC_FIELDS_MAX at most */
};

/* field[i] is NULL where absent; all borrowed during the call. */
struct rec {
	enum verdict	 verdict;	/* colours field[0] */
	const char	*field[REC_FIELDS_MAX];
	int		 excused;	/* does not count: prom, nagios */
};

struct rec_count {
	const char	*key;		/* "warn" */
	size_t		 n;
};

struct rec_options {
	enum rec_form	 form;
	int		 headers;	/* a header in table and wide */
	int		 colour;
	int64_t		 generated_at;	/* json: seconds since 1970 */
};

/*
 * The writer.  Its error is sticky: after the first failed write nothing more
 * is written and every call says the same, so that checking rec_close() is
 * enough.  It does not close out, but flushes it.
 */
struct rec_writer;
int	rec_open(FILE *out, const struct rec_schema *s,
	    const struct rec_options *o, struct rec_writer **w, struct err *e);
int	rec_put(struct rec_writer *w, const struct rec *r, struct err *e);

/* What is held back of a table's first page, the summary, a last flush. */
int	rec_close(struct rec_writer *w, const struct rec_count *summary,
	    size_t nsummary, struct err *e);
void	rec_free(struct rec_writer *w);

/*
 * REC_NAGIOS, after rec_close(): that world's exit status, 0 ok, 1 warning,
 * 2 critical, 3 unknown.
 */
int	rec_nagios_state(const struct rec_writer *w);

/* The one line of -o nagios where nothing could be judged, and why. */
int	rec_nagios_failed(FILE *out, const char *tool, const char *why,
	    struct err *e);

/*
 * Append s so that it can do no harm in a line or on a terminal: TAB, newline,
 * CR and backslash as \t \n \r \\, other C0, DEL and invalid UTF-8 bytes as
 * \xNN, C1, bidi and all other format or separator code points that steer a
 * terminal as \uNNNN (\UNNNNNNNN above U+FFFF).  Whatever comes out holds no
 * TAB and no newline.
 */
int	rec_escape(struct buf *out, const char *s, size_t len, struct err *e);

/* As a tsv field: rec_escape(), NULL as "-" and a lone "-" as "\x2d". */
int	rec_field(struct buf *out, const char *s, struct err *e);

/*
 * Read a tsv line (without its newline) back: its fields, unescaped, absent
 * ones as NULL.  -1: a bad escape, more than REC_FIELDS_MAX fields, a line
 * over REC_LINE_MAX.  rec_parse_release() frees what was filled in.
 */
struct rec_line {
	char	*field[REC_FIELDS_MAX];
	size_t	 n;
};
int	rec_parse(const char *line, size_t len, struct rec_line *out,
	    struct err *e);
void	rec_parse_release(struct rec_line *l);

/* One JSON string with its quotes; invalid UTF-8 becomes U+FFFD. */
int	rec_json_string(struct buf *out, const char *s, size_t len,
	    struct err *e);

#endif
