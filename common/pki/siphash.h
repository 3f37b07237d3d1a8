/*
 * SipHash-2-4 with 128 bits, keyed: for sets of names that an attacker may
 * choose (https://www.aumasson.jp/siphash/siphash.pdf).
 */
#ifndef PKI_SIPHASH_H
#define PKI_SIPHASH_H

#include <stddef.h>

#include "base/err.h"

#define SIPHASH_LEN	16
#define SIPHASH_KEY	16

struct siphash;

/* key comes from the caller's random source; siphash_free(NULL) is legal. */
int	siphash_new(const unsigned char key[SIPHASH_KEY],
	    struct siphash **out, struct err *e);
void	siphash_free(struct siphash *s);

/* Of two strings with their NULs, so that ("a", "bc") is not ("ab", "c"). */
int	siphash_pair(struct siphash *s, const char *a, const char *b,
	    unsigned char out[SIPHASH_LEN], struct err *e);

/* A key from the system; -1: it has none to give. */
int	siphash_random(unsigned char key[SIPHASH_KEY], struct err *e);

#endif
