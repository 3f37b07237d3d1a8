/* Names in a test's own directory. */
#ifndef UNIT_PATH_H
#define UNIT_PATH_H

#include <stdio.h>

/* "DIR/NAME"; the last eight stay. */
static inline const char *
path_in(const char *dir, const char *name)
{
	static char p[8][512];
	static unsigned n;

	n = (n + 1) % 8;
	snprintf(p[n], sizeof(p[n]), "%s/%s", dir, name);
	return p[n];
}

#endif
