#include <stdlib.h>

#include <openssl/crypto.h>

#include "pki/cert.h"
#include "pki/memory.h"

static void (*guard)(void);

void
pki_no_memory(void)
{
	if (guard != NULL)
		guard();
}

static void *
checked(void *p, size_t n)
{
	if (p == NULL && n > 0)
		pki_no_memory();
	return p;
}

static void *
get(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return n == 0 ? NULL : checked(malloc(n), n);
}

/* of no bytes it is a free(), as CRYPTO_realloc() has it */
static void *
resize(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	if (n > 0)
		return checked(realloc(p, n), n);
	free(p);
	return NULL;
}

static void
give_back(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

int
pki_guard(void (*no_memory)(void))
{
	guard = no_memory;
	return CRYPTO_set_mem_functions(get, resize, give_back) == 1 ? 0 : -1;
}
