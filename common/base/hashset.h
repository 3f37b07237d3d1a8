/*
 * A set of hashes: what has been seen, at 16 bytes each (and as much again
 * while there is room to grow).  The hashes are keyed ones (pki/siphash.h), so
 * that nobody can choose names which fall on one another; two that are equal
 * are taken for the same thing.
 */
#ifndef BASE_HASHSET_H
#define BASE_HASHSET_H

#include <stddef.h>

#include "base/err.h"

#define HASHSET_LEN	16		/* bytes of a hash */
#define HASHSET_MAX	(1u << 22)	/* hashes in a set */

struct hashset {
	unsigned char	*slot;	/* room * HASHSET_LEN; all zero: empty */
	size_t		 room;	/* a power of two, or 0 */
	size_t		 n;
	int		 zero;	/* the hash of sixteen zeros is in it */
};

void	hashset_init(struct hashset *s);

/* 1: it is new; 0: it was there; -1: no memory, or HASHSET_MAX. */
int	hashset_add(struct hashset *s, const unsigned char hash[HASHSET_LEN],
	    struct err *e);

int	hashset_has(const struct hashset *s,
	    const unsigned char hash[HASHSET_LEN]);

void	hashset_release(struct hashset *s);

#endif
