/* A list of strings: the values of a repeatable flag, operands. */
#ifndef BASE_STRS_H
#define BASE_STRS_H

#include <stddef.h>

struct strs {
	const char	**v;		/* the strings are somebody else's */
	size_t		  n;
};

#endif
