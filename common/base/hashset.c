#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hashset.h"

#define ROOM_FIRST 1024

static const unsigned char none[HASHSET_LEN];

void
hashset_init(struct hashset *s)
{
	memset(s, 0, sizeof(*s));
}

void
hashset_release(struct hashset *s)
{
	free(s->slot);
	hashset_init(s);
}

/* Its slot, or the empty one where it belongs. */
static unsigned char *
find(const struct hashset *s, const unsigned char *hash)
{
	unsigned char *p;
	uint64_t start;
	size_t i;

	memcpy(&start, hash, sizeof(start));
	for (i = (size_t)start & (s->room - 1);; i = (i + 1) & (s->room - 1)) {
		p = s->slot + i * HASHSET_LEN;
		if (memcmp(p, hash, HASHSET_LEN) == 0 ||
		    memcmp(p, none, HASHSET_LEN) == 0)
			return p;
	}
}

static int
grow(struct hashset *s, struct err *e)
{
	struct hashset bigger = *s;
	const unsigned char *p;
	size_t i;

	bigger.room = s->room == 0 ? ROOM_FIRST : s->room * 2;
	bigger.slot = calloc(bigger.room, HASHSET_LEN);
	if (bigger.slot == NULL)
		return err_nomem(e);
	for (i = 0; i < s->room; i++) {
		p = s->slot + i * HASHSET_LEN;
		if (memcmp(p, none, HASHSET_LEN) != 0)
			memcpy(find(&bigger, p), p, HASHSET_LEN);
	}
	free(s->slot);
	*s = bigger;
	return 0;
}

int
hashset_has(const struct hashset *s, const unsigned char hash[HASHSET_LEN])
{
	if (memcmp(hash, none, HASHSET_LEN) == 0)
		return s->zero;
	return s->room > 0 && memcmp(find(s, hash), hash, HASHSET_LEN) == 0;
}

int
hashset_add(struct hashset *s, const unsigned char hash[HASHSET_LEN],
    struct err *e)
{
	if (hashset_has(s, hash))
		return 0;
	if (s->n == HASHSET_MAX)
		return err_set(e, ERR_LIMIT, "more than %u things to remember",
		    HASHSET_MAX);
	/* at most three quarters full */
	if (s->n >= s->room / 4 * 3 && grow(s, e) == -1)
		return -1;
	s->n++;
	if (memcmp(hash, none, HASHSET_LEN) == 0)
		s->zero = 1;
	else
		memcpy(find(s, hash), hash, HASHSET_LEN);
	return 1;
}
