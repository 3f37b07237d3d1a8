/* Sets of hashes, the hashes, lists of names, and memory that is used again. */
#include "tests/unit/unit.h"

#include "base/arena.h"
#include "base/hashset.h"
#include "base/names.h"
#include "pki/siphash.h"

#define MANY 20000

static void
number(unsigned char h[HASHSET_LEN], uint32_t n)
{
	memset(h, 0, HASHSET_LEN);
	memcpy(h + 12, &n, sizeof(n));	/* all begin alike */
}

static void
a_set(void **state)
{
	unsigned char h[HASHSET_LEN];
	struct err e = ERR_INIT;
	struct hashset s;
	uint32_t i;

	(void)state;
	hashset_init(&s);
	number(h, 0);
	assert_int_equal(hashset_has(&s, h), 0);
	/* sixteen zeros are a hash like any other */
	assert_int_equal(hashset_add(&s, h, &e), 1);
	assert_int_equal(hashset_add(&s, h, &e), 0);
	for (i = 1; i < 1500; i++) {
		number(h, i);
		assert_int_equal(hashset_has(&s, h), 0);
		assert_int_equal(hashset_add(&s, h, &e), 1);
		assert_int_equal(hashset_add(&s, h, &e), 0);
	}
	for (i = 0; i < 3000; i++) {
		number(h, i);
		assert_int_equal(hashset_has(&s, h), i < 1500);
	}
	assert_int_equal(s.n, 1500);
	hashset_release(&s);
	assert_int_equal(hashset_has(&s, h), 0);
}

/* 16 bytes an object, and as much again at most while it grows. */
static void
its_memory(void **state)
{
	unsigned char h[HASHSET_LEN], key[SIPHASH_KEY] = { 1, 2, 3 };
	struct err e = ERR_INIT;
	struct siphash *sip;
	struct hashset s;
	char name[32];
	uint32_t i;

	(void)state;
	hashset_init(&s);
	assert_int_equal(siphash_new(key, &sip, &e), 0);
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "pod-%u", i);
		assert_int_equal(siphash_pair(sip, "ns", name, h, &e), 0);
		assert_int_equal(hashset_add(&s, h, &e), 1);
	}
	assert_true(s.room * HASHSET_LEN <= 2 * 16 * (size_t)MANY);
	hashset_release(&s);
	siphash_free(sip);
}

static void
hashes(void **state)
{
	static const unsigned char key[SIPHASH_KEY] = "0123456789abcdef";
	unsigned char a[SIPHASH_LEN], b[SIPHASH_LEN], other[SIPHASH_KEY];
	struct err e = ERR_INIT;
	struct siphash *s, *t;

	(void)state;
	assert_int_equal(siphash_new(key, &s, &e), 0);
	assert_int_equal(siphash_pair(s, "a", "bc", a, &e), 0);
	assert_int_equal(siphash_pair(s, "ab", "c", b, &e), 0);
	assert_memory_not_equal(a, b, SIPHASH_LEN);
	assert_int_equal(siphash_pair(s, "a", "bc", b, &e), 0);
	assert_memory_equal(a, b, SIPHASH_LEN);
	assert_int_equal(siphash_random(other, &e), 0);
	assert_memory_not_equal(other, key, SIPHASH_KEY);
	assert_int_equal(siphash_new(other, &t, &e), 0);
	assert_int_equal(siphash_pair(t, "a", "bc", b, &e), 0);
	assert_memory_not_equal(a, b, SIPHASH_LEN);
	siphash_free(s);
	siphash_free(t);
	siphash_free(NULL);
}

static void
names(void **state)
{
	static const char *const in[] = { "b", "b", "a-b", "a", "b", "a" };
	struct names l = { NULL, 0, 0 };
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	names_sort(&l);
	for (i = 0; i < COUNT(in); i++)
		assert_int_equal(names_add(&l, in[i], &e), 0);
	assert_int_equal(l.n, 5);
	names_sort(&l);
	assert_int_equal(l.n, 3);
	assert_string_equal(l.v[0], "a");
	assert_string_equal(l.v[1], "a-b");
	assert_string_equal(l.v[2], "b");
	names_free(&l);
	assert_int_equal(l.n, 0);
}

/* One thing after the other, in the same memory, and none shows through. */
static void
an_arena_again(void **state)
{
	struct err e = ERR_INIT;
	struct arena a;
	char *first, *p;
	int i;

	(void)state;
	arena_init(&a, 1 << 20, "a thing");
	for (i = 0; i < 50; i++)
		assert_non_null(arena_alloc(&a, 1000, &e));
	arena_reset(&a);
	assert_int_equal(a.used, 0);
	first = NULL;
	for (i = 0; i < 3; i++) {
		p = arena_text(&a, "secret", 6, &e);
		assert_non_null(p);
		if (first == NULL)
			first = p;
		assert_ptr_equal(p, first);
		arena_reset(&a);
		assert_memory_equal(p, "\0\0\0\0\0\0", 6);
	}
	/* too much of it is given back, and the maximum stands */
	assert_non_null(arena_alloc(&a, ARENA_KEEP + 1, &e));
	arena_reset(&a);
	assert_null(a.head);
	assert_null(arena_alloc(&a, 2 << 20, &e));
	assert_int_equal(e.class, ERR_LIMIT);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set), cmocka_unit_test(its_memory),
		cmocka_unit_test(hashes), cmocka_unit_test(names),
		cmocka_unit_test(an_arena_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
