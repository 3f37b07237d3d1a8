/*
 * Kubeconfigs broken on purpose, always the same ones: mutant n of a base is
 * the same text for ever.  No libc rand, no clock.
 */
#ifndef TESTS_KUBECONFIG_MUTANTS_H
#define TESTS_KUBECONFIG_MUTANTS_H

#include <stddef.h>
#include <stdint.h>

#define BASES_MAX	32
#define PER_BASE	560	/* mutants of each base */
#define UNITS_MAX	8192	/* of one text; the bases have 1/4 of it */
#define RESULT_MAX	8192	/* bytes of one result */
#define TLS_PORT	"40001"	/* as the bases have it */
#define PLAIN_PORT	"40002"

/* A byte, or from 256 on what no mutation may look into. */
enum { UNIT_CA = 256, UNIT_CERT, UNIT_KEY, UNIT_END };

struct units {
	uint16_t	u[UNITS_MAX];
	size_t		n;
};

struct base {
	char		name[32];
	struct units	text;
};

/* mutate.c: how many bases, or -1. */
int	bases_read(const char *path, struct base *b);
void	mutate(const struct base *b, unsigned n, struct units *out);

/* What lies beside the kubeconfig, and what the units stand for. */
struct place {
	char	dir[512];
	char	path[600];	/* the kubeconfig's */
	char	*data[UNIT_END - UNIT_CA];
	char	*ca, *admin;	/* the certificates, PEM */
};

/* seen.c: pki holds ca.crt, admin.crt, admin.key.  -1 has said why. */
int	place_make(struct place *p, const char *dir, const char *pki);
void	place_free(struct place *p);
int	place_write(const struct place *p, const char *path,
	    const struct units *t);

/*
 * What the server would see of us with the kubeconfig at p->path: words with
 * tabs in between, or "error", and why; in parentheses if a server was needed
 * to say so.  Both have RESULT_MAX bytes.
 */
void	seen(const struct place *p, char *line, char *why);

/* Bytes that are no printable ASCII as \xNN, in place of out. */
void	printable(const char *s, size_t n, char *out, size_t size);

#endif
