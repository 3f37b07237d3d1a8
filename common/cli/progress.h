/*
 * Progress on stderr, for a person who waits: nothing unless stderr is a
 * terminal and a second has gone by, one line that overwrites itself, gone
 * when it is over.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdint.h>
#include <stdio.h>

struct progress {
	FILE	*out;		/* NULL: never */
	int64_t	 started;	/* milliseconds, monotonic */
	int64_t	 shown;
	int	 visible;
};

/* Milliseconds of a clock that only goes forward. */
int64_t	progress_ms(void);

void	progress_init(struct progress *p, FILE *out, int never);

/* At most ten times a second: "read 12 MiB of stdin, 431 objects". */
void	progress_step(struct progress *p, const char *what, uint64_t bytes,
	    uint64_t objects);

/* "waiting: [#######   ] 412/500", now and then, at once where it changes. */
void	progress_bar(struct progress *p, uint64_t n, uint64_t all);

/* The same for who has it as a void *: observe/'s progress, kube/'s log. */
void	progress_hear(void *progress, const char *what, uint64_t bytes,
	    uint64_t objects);
void	progress_say(void *progress, const char *line);

/* Wipe the line; before anything else is written to stderr. */
void	progress_clear(struct progress *p);

#endif
