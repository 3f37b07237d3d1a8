/*
 * A question to all oracles, one line of text:
 *	ID PURPOSE(s|c|a) TIME LEAF INTERS ANCHORS
 * with certificates as base64 of their DER, comma separated, "-" for none.
 * Each oracle answers "ID ok" or "ID no REASON" in the same order.
 */
#ifndef TESTS_ORACLES_CASE_H
#define TESTS_ORACLES_CASE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASE_CERTS 8

struct der_bytes {
	unsigned char	*p;
	long		 len;
};

struct oracle_case {
	char			 id[64];
	char			 purpose;
	long			 at;
	struct der_bytes	 leaf;
	struct der_bytes	 inter[CASE_CERTS];
	int			 ninter;
	struct der_bytes	 anchor[CASE_CERTS];
	int			 nanchor;
};

static inline int
case_digit(int c)
{
	static const char d[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *p = c == '\0' ? NULL : strchr(d, c);

	return p == NULL ? -1 : (int)(p - d);
}

static inline struct der_bytes
case_der(const char *s)
{
	struct der_bytes d = { malloc(strlen(s) + 4), 0 };
	unsigned long acc = 0;
	int n = 0, v;

	for (; (v = case_digit(*s)) >= 0; s++) {
		acc = acc << 6 | (unsigned long)v;
		if (++n % 4 == 0) {
			d.p[d.len++] = (unsigned char)(acc >> 16);
			d.p[d.len++] = (unsigned char)(acc >> 8);
			d.p[d.len++] = (unsigned char)acc;
			acc = 0;
		}
	}
	if (n % 4 >= 2)
		d.p[d.len++] = (unsigned char)(acc >> (n % 4 == 2 ? 4 : 10));
	if (n % 4 == 3)
		d.p[d.len++] = (unsigned char)(acc >> 2);
	return d;
}

static inline int
case_list(char *s, struct der_bytes *out)
{
	char *save = NULL;
	int n = 0;

	if (strcmp(s, "-") == 0)
		return 0;
	for (s = strtok_r(s, ",", &save); s != NULL && n < CASE_CERTS;
	    s = strtok_r(NULL, ",", &save))
		out[n++] = case_der(s);
	return n;
}

static inline void
case_free(struct oracle_case *c)
{
	int i;

	free(c->leaf.p);
	for (i = 0; i < c->ninter; i++)
		free(c->inter[i].p);
	for (i = 0; i < c->nanchor; i++)
		free(c->anchor[i].p);
}

/* The next case of stdin; 0 at the end. */
static inline int
case_next(struct oracle_case *c)
{
	static char *line;
	static size_t size;
	char *w[6], *save = NULL;
	int i;

	if (getline(&line, &size, stdin) <= 0) {
		free(line);
		line = NULL;
		return 0;
	}
	line[strcspn(line, "\n")] = '\0';
	for (i = 0; i < 6; i++)
		if ((w[i] = strtok_r(i == 0 ? line : NULL, " ", &save)) ==
		    NULL)
			exit(2);
	snprintf(c->id, sizeof(c->id), "%s", w[0]);
	c->purpose = w[1][0];
	c->at = atol(w[2]);
	c->leaf = case_der(w[3]);
	c->ninter = case_list(w[4], c->inter);
	c->nanchor = case_list(w[5], c->anchor);
	return 1;
}

/* ---- triples: triple.h says what their lines are ---- */

#define CASE_BLOBS 4096
#define CASE_WORDS 10

struct blobs {
	struct der_bytes	v[CASE_BLOBS];
	int			n;
};

static inline void
blobs_free(struct blobs *b)
{
	while (b->n > 0)
		free(b->v[--b->n].p);
}

/*
 * The words of the next line that is no blob; 0 at the end.  Blobs are kept
 * until the next run begins.
 */
static inline int
case_words(struct blobs *b, char *w[CASE_WORDS])
{
	static char *line;
	static size_t size;
	char *save = NULL;
	int i;

	while (getline(&line, &size, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == 'B') {
			if (b->n == CASE_BLOBS)
				exit(2);
			b->v[b->n++] = case_der(line + 2);
			continue;
		}
		if (line[0] == 'R')
			blobs_free(b);
		memset(w, 0, CASE_WORDS * sizeof(w[0]));
		for (i = 0; i < CASE_WORDS; i++)
			if ((w[i] = strtok_r(i == 0 ? line : NULL, " ",
			    &save)) == NULL)
				break;
		return i;
	}
	free(line);
	line = NULL;
	blobs_free(b);
	return 0;
}

static inline const struct der_bytes *
case_blob(const struct blobs *b, const char *number)
{
	int i = number == NULL ? -1 : atoi(number);

	if (i < 0 || i >= b->n)
		exit(2);
	return &b->v[i];
}

#endif
