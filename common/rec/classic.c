#include <errno.h>
#include <string.h>

#include "base/when.h"
#include "rec/classic.h"
#include "rec/rec.h"

static const char fetching[] =
    "Fetching root cert from istio-system namespace...\n";

static int
written(FILE *out, int n, struct err *e)
{
	if (n < 0 || fflush(out) == EOF || ferror(out))
		return err_sys(e, errno, "cannot write to stdout");
	return 0;
}

/* The parts of a time, without the C library's clock types. */
struct parts {
	const char	*weekday;
	const char	*month;
	int		 year, day, hour, min, sec;
};

static void
split(int64_t t, struct parts *p)
{
	static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon",
	    "Tue", "Wed" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr",
	    "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	char text[WHEN_STRLEN];
	int month = 1;
	int64_t day;

	memset(p, 0, sizeof(*p));
	when_format(t, text);
	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &p->year, &month, &p->day,
	    &p->hour, &p->min, &p->sec) != 6)
		month = 1;
	p->month = months[month - 1];
	day = when_days(t, 0);
	p->weekday = days[(day % 7 + 7) % 7];
}

int
classic_root(FILE *out, int64_t not_after, int64_t now, struct err *e)
{
	struct parts end, cur;

	split(not_after, &end);
	split(now, &cur);
	return written(out, fprintf(out, "%s"
	    "Your Root Cert will expire after\n"
	    "   %s %2d %02d:%02d:%02d %d GMT\n"
	    "Current time is\n"
	    "  %s %s %2d %02d:%02d:%02d UTC %d\n"
	    "\n"
	    "=====YOU HAVE %lld DAYS BEFORE THE ROOT CERT EXPIRES!=====\n",
	    fetching, end.month, end.day, end.hour, end.min, end.sec, end.year,
	    cur.weekday, cur.month, cur.day, cur.hour, cur.min, cur.sec,
	    cur.year, (long long)((not_after - now) / WHEN_DAY)), e);
}

int
classic_no_root(FILE *out, struct err *e)
{
	return written(out, fprintf(out, "%s"
	    "Root secret is empty. Are you using the self-signed CA?\n",
	    fetching), e);
}

/* The script printed what it found; we escape it. */
static int
line(FILE *out, const char *head, const char *text, struct err *e)
{
	struct buf b;
	int ret;

	buf_init(&b, 65536, "a line");
	ret = rec_escape(&b, text, strlen(text), e);
	if (ret == 0)
		ret = written(out, fprintf(out, "%s%s\n", head, buf_str(&b)),
		    e);
	buf_release(&b);
	return ret;
}

int
classic_namespace(FILE *out, const char *ns, struct err *e)
{
	return line(out, "Checking namespace: ", ns, e);
}

int
classic_version(FILE *out, const char *version, struct err *e)
{
	return line(out, "Istio proxy version: ", version, e);
}

static const char verifying[] =
    "This script checks the current root CA certificate is propagated to all "
    "the Istio-managed workload secrets in the cluster.\n";

int
classic_verify(FILE *out, const char *md5, struct err *e)
{
	return written(out, fprintf(out, "%sRoot cert MD5 is %s\n", verifying,
	    md5), e);
}

int
classic_no_secret(FILE *out, struct err *e)
{
	return written(out, fprintf(out, "%s"
	    "Root secret is empty. Are you using the self-signed CA?\n",
	    verifying), e);
}

int
classic_secret(FILE *out, const char *ns, const char *name, int matches,
    struct err *e)
{
	struct buf b;
	int ret;

	buf_init(&b, 65536, "a line");
	ret = rec_escape(&b, ns, strlen(ns), e) == -1 ||
	    buf_putc(&b, '.', e) == -1 ||
	    rec_escape(&b, name, strlen(name), e) == -1 ? -1 : 0;
	if (ret == 0)
		ret = written(out, fprintf(out, "  Secret %s %s\n",
		    buf_str(&b), matches ? "matches current root." :
		    "is DOES NOT match current root."), e);
	buf_release(&b);
	return ret;
}

/* All of them behind one another, as the script had collected them. */
static int
put_stale(FILE *out, char *const *stale, size_t n, struct err *e)
{
	struct buf b;
	int ret = 0;
	size_t i;

	buf_init(&b, 1u << 28, "the list of secrets");
	for (i = 0; ret == 0 && i < n; i++)
		ret = (i > 0 && buf_putc(&b, ' ', e) == -1) ||
		    rec_escape(&b, stale[i], strlen(stale[i]), e) == -1 ? -1 :
		    0;
	if (ret == 0)
		ret = written(out, fprintf(out, "%s\n\n", buf_str(&b)), e);
	buf_release(&b);
	return ret;
}

int
classic_verified(FILE *out, char *const *stale, size_t n, struct err *e)
{
	if (n == 0)
		return written(out, fprintf(out, "\n=====All Istio mutual TLS "
		    "keys and certificates match the current root!=====\n\n"),
		    e);
	return written(out, fprintf(out, "\n=====The following secrets do not "
	    "match current root: =====\n"), e) == -1 ? -1 :
	    put_stale(out, stale, n, e);
}
