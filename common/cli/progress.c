#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "rec/rec.h"

#define FIRST_MS	1000	/* nothing before that */
#define EVERY_MS	100

int64_t
progress_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
progress_init(struct progress *p, FILE *out, int never)
{
	memset(p, 0, sizeof(*p));
	if (never || !isatty(fileno(out)))
		return;
	p->out = out;
	p->started = p->shown = progress_ms();
}

void
progress_step(struct progress *p, const char *what, uint64_t bytes,
    uint64_t objects)
{
	struct buf name;
	int64_t now;

	if (p->out == NULL)
		return;
	now = progress_ms();
	if (now - p->started < FIRST_MS || now - p->shown < EVERY_MS)
		return;
	buf_init(&name, 4096, "a name");
	if (rec_escape(&name, what, strlen(what), NULL) == 0)
		fprintf(p->out, "\r\033[Kread %llu MiB of %s, %llu objects",
		    (unsigned long long)bytes >> 20, buf_str(&name),
		    (unsigned long long)objects);
	buf_release(&name);
	fflush(p->out);
	p->shown = now;
	p->visible = 1;
}

#define BAR 30	/* characters of it */

void
progress_bar(struct progress *p, uint64_t n, uint64_t all)
{
	int64_t now;
	int i, full;

	if (p->out == NULL)
		return;
	now = progress_ms();
	if (p->visible && now - p->shown < EVERY_MS && n < all)
		return;
	full = all == 0 ? BAR : (int)(n * BAR / all);
	fputs("\r\033[Kwaiting: [", p->out);
	for (i = 0; i < BAR; i++)
		putc(i < full ? '#' : ' ', p->out);
	fprintf(p->out, "] %llu/%llu", (unsigned long long)n,
	    (unsigned long long)all);
	fflush(p->out);
	p->shown = now;
	p->visible = 1;
}

void
progress_clear(struct progress *p)
{
	if (!p->visible)
		return;
	fputs("\r\033[K", p->out);
	fflush(p->out);
	p->visible = 0;
}

void
progress_hear(void *progress, const char *what, uint64_t bytes,
    uint64_t objects)
{
	progress_step(progress, what, bytes, objects);
}

void
progress_say(void *progress, const char *line)
{
	progress_clear(progress);
	cli_note(stderr, "%s", line);
}
