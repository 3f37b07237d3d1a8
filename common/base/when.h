/*
 * Points in time and spans of it, as seconds since 1970-01-01T00:00:00Z in 64
 * bits, whatever the width of time_t: roots that end in 2999 are real.  The
 * clock is always a parameter; nothing here reads it.
 */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include <stdint.h>

#include "base/err.h"

#define WHEN_DAY	INT64_C(86400)
#define WHEN_MIN	INT64_C(-62167219200)	/* 0000-01-01T00:00:00Z */
#define WHEN_MAX	INT64_C(253402300799)	/* 9999-12-31T23:59:59Z */
#define WHEN_STRLEN	21			/* of when_format(), with NUL */

/* Seconds of a date of the proleptic Gregorian calendar; no range check. */
int64_t	when_civil(int year, int month, int day, int hour, int min, int sec);

/* "2026-11-23T20:59:23Z".  A time out of range is put to its nearest end. */
void	when_format(int64_t t, char out[WHEN_STRLEN]);

/*
 * RFC 3339: date, T or t, time, optional fraction (dropped), Z, z or an
 * offset.  A leap second counts as the second before it.
 */
int	when_parse(const char *s, int64_t *out, struct err *e);

/* A span: N followed by s, m, h or d ("30d"); N at most 10 digits. */
int	when_parse_span(const char *s, int64_t *out, struct err *e);

/* Either of both: RFC 3339, or +SPAN or -SPAN from now. */
int	when_parse_at(const char *s, int64_t now, int64_t *out, struct err *e);

/* Whole days from now to t, rounded down: negative as soon as t is past. */
int64_t	when_days(int64_t t, int64_t now);

#endif
