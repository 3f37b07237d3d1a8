#include <stdio.h>
#include <string.h>

#include "base/when.h"

/* Days from 1970-01-01, counted in years that begin in March. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y, era, yoe, doy;

	y = year - (month <= 2);
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

int64_t
when_civil(int year, int month, int day, int hour, int min, int sec)
{
	return days_of(year, month, day) * WHEN_DAY + hour * 3600 + min * 60 +
	    sec;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

void
when_format(int64_t t, char out[WHEN_STRLEN])
{
	int64_t days, era, doe, yoe, doy, mp, y;
	int s;

	if (t < WHEN_MIN)
		t = WHEN_MIN;
	if (t > WHEN_MAX)
		t = WHEN_MAX;
	days = floor_div(t, WHEN_DAY);
	s = (int)(t - days * WHEN_DAY);
	days += 719468;
	era = floor_div(days, 146097);
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	y = yoe + era * 400 + (mp >= 10);
	snprintf(out, WHEN_STRLEN, "%04u-%02u-%02uT%02u:%02u:%02uZ",
	    (unsigned)y % 10000,
	    (unsigned)(mp < 10 ? mp + 3 : mp - 9) % 100,
	    (unsigned)(doy - (153 * mp + 2) / 5 + 1) % 100,
	    (unsigned)s / 3600 % 100, (unsigned)s / 60 % 60, (unsigned)s % 60);
}

/* Read n digits; -1 if one of them is none. */
static int
digits(const char **s, int n)
{
	int v = 0;

	while (n-- > 0) {
		if (**s < '0' || **s > '9')
			return -1;
		v = v * 10 + (*(*s)++ - '0');
	}
	return v;
}

static int
literal(const char **s, const char *set)
{
	if (**s == '\0' || strchr(set, **s) == NULL)
		return -1;
	(*s)++;
	return 0;
}

static int
days_in(int year, int month)
{
	static const int days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};
	int leap;

	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

static int
parse_offset(const char **s, int64_t *off)
{
	int sign, h, m;

	*off = 0;
	if (literal(s, "Zz") == 0)
		return 0;
	sign = **s == '-' ? -1 : 1;
	if (literal(s, "+-") == -1)
		return -1;
	h = digits(s, 2);
	if (literal(s, ":") == -1)
		return -1;
	m = digits(s, 2);
	if (h < 0 || h > 23 || m < 0 || m > 59)
		return -1;
	*off = (int64_t)sign * (h * 3600 + m * 60);
	return 0;
}

static int
parse_rfc3339(const char *s, int64_t *out)
{
	int y, mo, d, h, mi, sec;
	int64_t off;

	if ((y = digits(&s, 4)) < 0 || literal(&s, "-") == -1 ||
	    (mo = digits(&s, 2)) < 1 || mo > 12 || literal(&s, "-") == -1 ||
	    (d = digits(&s, 2)) < 1 || d > days_in(y, mo) ||
	    literal(&s, "Tt") == -1 ||
	    (h = digits(&s, 2)) < 0 || h > 23 || literal(&s, ":") == -1 ||
	    (mi = digits(&s, 2)) < 0 || mi > 59 || literal(&s, ":") == -1 ||
	    (sec = digits(&s, 2)) < 0 || sec > 60)
		return -1;
	if (*s == '.') {
		s++;
		if (digits(&s, 1) < 0)
			return -1;
		while (*s >= '0' && *s <= '9')
			s++;
	}
	if (parse_offset(&s, &off) == -1 || *s != '\0')
		return -1;
	*out = when_civil(y, mo, d, h, mi, sec == 60 ? 59 : sec) - off;
	return 0;
}

int
when_parse(const char *s, int64_t *out, struct err *e)
{
	if (parse_rfc3339(s, out) == -1)
		return err_set(e, ERR_FORMAT,
		    "not a time like 2026-11-23T20:59:23Z: '%s'", s);
	return 0;
}

int
when_parse_span(const char *s, int64_t *out, struct err *e)
{
	static const char units[] = "smhd";
	static const int64_t secs[] = { 1, 60, 3600, WHEN_DAY };
	const char *p = s, *u;
	int64_t n = 0;

	while (*p >= '0' && *p <= '9' && p - s < 10)
		n = n * 10 + (*p++ - '0');
	if (p == s || *p == '\0' || p[1] != '\0' ||
	    (u = strchr(units, *p)) == NULL)
		return err_set(e, ERR_FORMAT,
		    "not a duration like 30d, 12h, 10m or 5s: '%s'", s);
	*out = n * secs[u - units];
	return 0;
}

int
when_parse_at(const char *s, int64_t now, int64_t *out, struct err *e)
{
	int64_t span;

	if (*s != '+' && *s != '-') {
		if (parse_rfc3339(s, out) == 0)
			return 0;
		return err_set(e, ERR_FORMAT, "not a time like "
		    "2026-11-23T20:59:23Z or a span like +90d: '%s'", s);
	}
	if (when_parse_span(s + 1, &span, e) == -1)
		return -1;
	*out = *s == '+' ? now + span : now - span;
	return 0;
}

int64_t
when_days(int64_t t, int64_t now)
{
	return floor_div(t - now, WHEN_DAY);
}
