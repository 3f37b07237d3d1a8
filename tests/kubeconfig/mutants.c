/*
 * Mutated kubeconfigs: what we make of each, against what kubectl made of it
 * (mutants.golden, written by record-mutants).  Without kubectl or a server:
 *	mutants BASES GOLDEN DIR PKI	TAP; DIR is scratch, PKI of server/pki
 *	mutants --write BASES DIR PKI	the mutants, for record-mutants
 *	mutants --show BASES DIR PKI N	one of them, and what we make of it
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/cert.h"
#include "tests/kubeconfig/mutants.h"

static struct base bases[BASES_MAX];
static int nbase;

/* ---- where we are not kubectl ---- */

enum verdict { SAME, BOTH_ERRORS, DIFFERS, WRONG };

static struct difference {
	const char	*says;		/* our error holds it; NULL: none */
	const char	*golden;	/* kubectl's result begins so */
	const char	*why;
	int		 mutant;	/* only this one; 0: any */
	unsigned	 n;
} differences[] = {
	{ NULL, "asks", "kubectl asks for a user name where the user has "
	    "nothing to show: we go without", 0, 0 },
	{ "auth info \"", "tls=no", "a user that is not there is an error: "
	    "kubectl does not ask if the server is plain HTTP", 0, 0 },
	{ ": Bad path", "prefix=", "a blank in the server's path is an error: "
	    "kubectl escapes it", 0, 0 },
	{ "found unexpected ':'", "tls=", "\"{a:}\" is an error to libyaml, "
	    "not to Go's yaml", 0, 0 },
	{ "its tag does not fit", "tls=", "!!binary is an error here", 0, 0 },
	{ NULL, "error", "\"{a?b: c}\" is an error to Go's yaml, not to "
	    "libyaml", 6639, 0 },
};
#define NDIFFERENCES (sizeof(differences) / sizeof(differences[0]))

/* Nothing of the user's: the only userinfo of a URL is me:pw. */
static int
is_anonymous(const char *line)
{
	return (strstr(line, "\tauth=-") != NULL ||
	    strstr(line, "\tauth=Basic bWU6cHc=\t") != NULL) &&
	    (strstr(line, "\tcert=-") != NULL ||
	    strstr(line, "tls=no") != NULL);
}

static enum verdict
judge(int mutant, const char *golden, const char *line, const char *why)
{
	int error = strcmp(line, "error") == 0, asks;
	struct difference *d;
	size_t i;

	if (error && why[0] == '\0')
		return WRONG;
	asks = strcmp(golden, "asks") == 0;
	if (strcmp(golden, line) == 0)
		return error ? BOTH_ERRORS : SAME;
	if (asks && error)
		return BOTH_ERRORS;
	for (i = 0; i < NDIFFERENCES; i++) {
		d = &differences[i];
		if (strncmp(golden, d->golden, strlen(d->golden)) != 0 ||
		    (d->mutant != 0 && d->mutant != mutant) ||
		    (asks && !is_anonymous(line)) ||
		    (d->says != NULL && (!error ||
		    strstr(why, d->says) == NULL)))
			continue;
		d->n++;
		return DIFFERS;
	}
	return WRONG;
}

/* ---- the golden results ---- */

struct golden {
	char	*text;				/* the file */
	char	*own[BASES_MAX];		/* of the bases themselves */
	char	*of[BASES_MAX * PER_BASE];
	char	*hash;
};

/* "3,7-9" all have this result. */
static int
set_ranges(struct golden *g, char *ranges, char *result)
{
	unsigned long first, last;
	char *end;

	for (;; ranges = end + 1) {
		first = last = strtoul(ranges, &end, 10);
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		if (end == ranges || last >= BASES_MAX * PER_BASE)
			return -1;
		for (; first <= last; first++)
			g->of[first] = result;
		if (*end != ',')
			return *end == '\0' ? 0 : -1;
	}
}

static int
golden_line(struct golden *g, char *line, int *base)
{
	char *tab = strchr(line, '\t');

	if (strncmp(line, "hash\t", 5) == 0) {
		g->hash = line + 5;
		return 0;
	}
	if (line[0] == '=') {
		if (tab == NULL || ++*base == nbase)
			return -1;
		g->own[*base] = tab + 1;
		*tab = '\0';
		return strcmp(line + 2, bases[*base].name) == 0 ? 0 : -1;
	}
	if ((tab = strrchr(line, '\t')) == NULL || *base < 0)
		return -1;
	*tab = '\0';
	return set_ranges(g, tab + 1, strcmp(line, "same") == 0 ?
	    g->own[*base] : line);
}

static int
golden_read(struct golden *g, const char *path)
{
	size_t size = 1024 * 1024, n;
	char *line, *end;
	int base = -1;
	FILE *f;

	memset(g, 0, sizeof(*g));
	if ((f = fopen(path, "r")) == NULL || (g->text = malloc(size)) ==
	    NULL) {
		perror(path);
		return -1;
	}
	n = fread(g->text, 1, size - 1, f);
	fclose(f);
	g->text[n] = '\0';
	for (line = g->text; (end = strchr(line, '\n')) != NULL;
	    line = end + 1) {
		*end = '\0';
		if (line[0] != '#' && golden_line(g, line, &base) == -1) {
			fprintf(stderr, "%s: not a line of it: %.60s\n", path,
			    line);
			return -1;
		}
	}
	return base + 1 == nbase ? 0 : -1;
}

/* ---- the run ---- */

/* FNV-1a of all mutants: the golden results are of these and no others. */
static uint64_t
hash_of(uint64_t h, const struct units *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		h = (h ^ t->u[i]) * 0x100000001b3ULL;
	return (h ^ 0xffff) * 0x100000001b3ULL;
}

static uint64_t
hash_all(void)
{
	static struct units t;
	uint64_t h = 0xcbf29ce484222325ULL;
	int i;

	for (i = 0; i < nbase * PER_BASE; i++) {
		mutate(&bases[i / PER_BASE], (unsigned)i, &t);
		h = hash_of(h, &t);
	}
	return h;
}

/* One text; how it came out is counted, and said if it is wrong. */
static int
try_one(const struct place *p, const struct units *t, const char *golden,
    int mutant, unsigned *count)
{
	char name[32] = "the base";
	static char line[RESULT_MAX], why[RESULT_MAX];
	enum verdict v;

	if (mutant >= 0)
		snprintf(name, sizeof(name), "mutant %d", mutant);
	if (golden == NULL) {
		printf("# %s has no golden result\n", name);
		return -1;
	}
	if (place_write(p, p->path, t) == -1)
		return -1;
	seen(p, line, why);
	v = judge(mutant, golden, line, why);
	count[v]++;
	if (v != WRONG)
		return 0;
	printf("# %s: kubectl: %s\n# %s: we:      %s%s%s\n", name, golden,
	    name, line, why[0] != '\0' ? ": " : "", why);
	return -1;
}

static int
try_base(const struct place *p, const struct golden *g, int i,
    unsigned *count)
{
	static struct units t;
	int n, bad = 0;

	/* the base must be worth breaking */
	if (strcmp(g->own[i], "error") == 0 || try_one(p, &bases[i].text,
	    g->own[i], -1, count) == -1)
		bad++;
	for (n = i * PER_BASE; n < (i + 1) * PER_BASE; n++) {
		mutate(&bases[i], (unsigned)n, &t);
		if (try_one(p, &t, g->of[n], n, count) == -1)
			bad++;
	}
	printf("%sok %d - mutants %d-%d of the kubeconfig %s\n",
	    bad ? "not " : "", i + 2, i * PER_BASE, n - 1, bases[i].name);
	return bad > 0;
}

static int
check(const struct place *p, const char *path)
{
	static struct golden g;
	unsigned count[WRONG + 1] = { 0 };
	char hash[32];
	int i, bad;
	size_t k;

	if (golden_read(&g, path) == -1)
		return 1;
	snprintf(hash, sizeof(hash), "%016llx",
	    (unsigned long long)hash_all());
	bad = g.hash == NULL || strcmp(hash, g.hash) != 0;
	printf("%sok 1 - the mutants are those that kubectl saw\n",
	    bad ? "not " : "");
	if (bad)
		printf("# hash %s: run record-mutants again\n", hash);
	for (i = 0; i < nbase; i++)
		bad += try_base(p, &g, i, count);
	printf("1..%d\n# %u the same answer, %u errors for both, "
	    "%u different on purpose:\n", nbase + 1, count[SAME],
	    count[BOTH_ERRORS], count[DIFFERS]);
	for (k = 0; k < NDIFFERENCES; k++)
		printf("# %5u %s%s\n", differences[k].n,
		    differences[k].says != NULL ? "stricter: " : "",
		    differences[k].why);
	free(g.text);
	return bad > 0;
}

static int
write_all(const struct place *p)
{
	static struct units t;
	char path[1200];
	int i;

	for (i = 0; i < nbase * PER_BASE; i++) {
		mutate(&bases[i / PER_BASE], (unsigned)i, &t);
		snprintf(path, sizeof(path), "%s/%d", p->dir, i);
		if (place_write(p, path, &t) == -1)
			return 1;
	}
	for (i = 0; i < nbase; i++) {
		snprintf(path, sizeof(path), "%s/%.31s", p->dir,
		    bases[i].name);
		if (place_write(p, path, &bases[i].text) == -1)
			return 1;
		printf("%s\t%d\t%d\n", bases[i].name, i * PER_BASE,
		    (i + 1) * PER_BASE - 1);
	}
	printf("hash\t%016llx\n", (unsigned long long)hash_all());
	return 0;
}

static int
show(const struct place *p, int n)
{
	static char line[RESULT_MAX], why[RESULT_MAX];
	static struct units t;
	size_t i;

	mutate(&bases[n / PER_BASE], (unsigned)n, &t);
	for (i = 0; i < t.n; i++)
		if (t.u[i] < 256)
			putchar(t.u[i]);
		else
			printf("@%c@", "CXK"[t.u[i] - UNIT_CA]);
	if (place_write(p, p->path, &t) == -1)
		return 1;
	seen(p, line, why);
	printf("\n# %s %s\n", line, why);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *mode = argc > 1 && argv[1][0] == '-' ? argv[1] : "";
	struct place p;
	int ret;

	argv += mode[0] != '\0';
	argc -= mode[0] != '\0';
	if (argc != 4 + (strcmp(mode, "--write") != 0)) {
		fprintf(stderr, "usage: mutants BASES GOLDEN DIR PKI\n");
		return 2;
	}
	/* nothing but the file may count */
	unsetenv("KUBECONFIG");
	unsetenv("KUBERNETES_MASTER");
	unsetenv("KUBERNETES_SERVICE_HOST");
	pki_init();
	if ((nbase = bases_read(argv[1], bases)) < 1)
		return 2;
	if (strcmp(mode, "--write") == 0 || strcmp(mode, "--show") == 0)
		ret = place_make(&p, argv[2], argv[3]) == -1 ? 2 :
		    mode[2] == 'w' ? write_all(&p) :
		    show(&p, (int)strtol(argv[4], NULL, 10));
	else
		ret = place_make(&p, argv[3], argv[4]) == -1 ? 2 :
		    check(&p, argv[2]);
	place_free(&p);
	return ret;
}
