/*
 * -o nagios: one line as the monitoring plugins' guidelines have it, "SERVICE
 * STATUS - text | perfdata", about the worst record.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rec/writer.h"

#define TEXT_MAX_BYTES (64 * 1024)

enum { H_WORST };

/* Their states, and which of ours is worse than which: what could not be */
/* examined must not hide behind a warning. */
static const struct {
	const char	*name;
	int		 state;
	int		 weight;
} states[] = {
	[VERDICT_OK] = { "OK", 0, 0 },
	[VERDICT_WARN] = { "WARNING", 1, 1 },
	[VERDICT_BAD] = { "CRITICAL", 2, 3 },
	[VERDICT_UNKNOWN] = { "UNKNOWN", 3, 2 },
};

static int
nagios_begin(struct rec_writer *w, struct err *e)
{
	(void)e;
	buf_init(&w->held[H_WORST], TEXT_MAX_BYTES, "the line");
	w->least_days = NULL;
	return 0;
}

static int
put_text(struct buf *out, const char *s, struct err *e)
{
	size_t from = out->len, i;

	if (rec_escape(out, s, strlen(s), e) == -1)
		return -1;
	/* what stands behind a bar is perfdata */
	for (i = from; i < out->len; i++)
		if (out->p[i] == '|')
			out->p[i] = '/';
	return 0;
}

static int
keep_days(struct rec_writer *w, const char *days, struct err *e)
{
	if (days == NULL || (w->least_days != NULL &&
	    strtoll(w->least_days, NULL, 10) <= strtoll(days, NULL, 10)))
		return 0;
	free(w->least_days);
	return (w->least_days = strdup(days)) == NULL ? err_nomem(e) : 0;
}

static int
nagios_put(struct rec_writer *w, const struct rec *r, struct err *e)
{
	struct buf *b = &w->held[H_WORST];
	const char *rule = rec_value(w->s, r, "RULE");

	if (keep_days(w, rec_value(w->s, r, "DAYS"), e) == -1)
		return -1;
	if (r->excused || states[r->verdict].weight <=
	    states[w->worst].weight)
		return 0;
	w->worst = r->verdict;
	buf_reset(b);
	if (put_text(b, r->field[1], e) == -1 || buf_putc(b, ' ', e) == -1 ||
	    put_text(b, r->field[2], e) == -1 ||
	    (rule != NULL && (buf_putc(b, ' ', e) == -1 ||
	    put_text(b, rule, e) == -1)) || buf_puts(b, ": ", e) == -1)
		return -1;
	return put_text(b, rec_value(w->s, r, "MESSAGE") == NULL ? "" :
	    rec_value(w->s, r, "MESSAGE"), e);
}

/* "ROOTCHECK" */
static int
put_service(struct buf *out, const char *tool, struct err *e)
{
	for (; *tool != '\0'; tool++)
		if (buf_putc(out, *tool >= 'a' && *tool <= 'z' ?
		    *tool - 'a' + 'A' : *tool, e) == -1)
			return -1;
	return 0;
}

static int
nagios_end(struct rec_writer *w, const struct rec_count *c, size_t n,
    struct err *e)
{
	size_t i;

	if (put_service(&w->line, w->s->tool, e) == -1 ||
	    buf_printf(&w->line, e, " %s - %s |", states[w->worst].name,
	    w->worst == VERDICT_OK ? "nothing found" :
	    buf_str(&w->held[H_WORST])) == -1)
		return -1;
	if (w->least_days != NULL && buf_printf(&w->line, e, " days=%s",
	    w->least_days) == -1)
		return -1;
	for (i = 0; i < n; i++)
		if (buf_printf(&w->line, e, " %s=%zu", c[i].key, c[i].n) == -1)
			return -1;
	return buf_putc(&w->line, '\n', e) == -1 ? -1 : rec_flush_line(w, e);
}

const struct rec_shape rec_nagios = { nagios_begin, nagios_put, nagios_end };

int
rec_nagios_state(const struct rec_writer *w)
{
	return states[w->worst].state;
}

int
rec_nagios_failed(FILE *out, const char *tool, const char *why, struct err *e)
{
	struct rec_writer w = { .out = out };
	int ret = -1;

	buf_init(&w.line, TEXT_MAX_BYTES, "the line");
	if (put_service(&w.line, tool, e) == 0 &&
	    buf_puts(&w.line, " UNKNOWN - ", e) == 0 &&
	    put_text(&w.line, why, e) == 0 &&
	    buf_putc(&w.line, '\n', e) == 0 && rec_flush_line(&w, e) == 0)
		ret = fflush(out) == EOF ? err_sys(e, errno,
		    "cannot write to stdout") : 0;
	buf_release(&w.line);
	return ret;
}
