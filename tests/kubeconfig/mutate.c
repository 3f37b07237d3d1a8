/* The mutator: bytes, lines and words of a base changed, one to four times. */
#include <stdio.h>
#include <string.h>

#include "tests/kubeconfig/mutants.h"

struct dice {
	uint64_t	s;
};

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t
roll(struct dice *d)
{
	uint64_t z = d->s += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static size_t
below(struct dice *d, size_t n)
{
	return n == 0 ? 0 : (size_t)(roll(d) % n);
}

/* ---- text ---- */

/* del units at `at` give way to n others. */
static void
splice(struct units *t, size_t at, size_t del, const uint16_t *u, size_t n)
{
	uint16_t copy[512];

	if (at > t->n || n > 512)
		return;
	if (del > t->n - at)
		del = t->n - at;
	if (t->n - del + n > UNITS_MAX)
		return;
	if (n > 0)	/* they may be the text's own */
		memcpy(copy, u, n * sizeof(*u));
	memmove(t->u + at + n, t->u + at + del,
	    (t->n - at - del) * sizeof(*u));
	if (n > 0)
		memcpy(t->u + at, copy, n * sizeof(*u));
	t->n = t->n - del + n;
}

static size_t
units_of(const char *s, size_t len, uint16_t *u)
{
	size_t i;

	for (i = 0; i < len && i < 64; i++)
		u[i] = (unsigned char)s[i];
	return i;
}

static void
splice_text(struct units *t, size_t at, size_t del, const char *s)
{
	uint16_t u[64];

	splice(t, at, del, u, units_of(s, strlen(s), u));
}

/* A line, with its newline: from its first unit to behind its last. */
static size_t
line_at(const struct units *t, size_t at, size_t *end)
{
	size_t from = at;

	while (from > 0 && t->u[from - 1] != '\n')
		from--;
	for (*end = from; *end < t->n && t->u[*end] != '\n'; ++*end)
		;
	*end += *end < t->n;
	return from;
}

static int
is_word(unsigned u)
{
	return u > 255 || (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') ||
	    (u >= 'A' && u <= 'Z') || u == '-' || u == '.' || u == '_' ||
	    u == '/';
}

/* A word at or behind a place: 0 if there is none. */
static size_t
word_at(const struct units *t, size_t at, size_t *from)
{
	size_t end;

	while (at < t->n && !is_word(t->u[at]))
		at++;
	while (at > 0 && at < t->n && is_word(t->u[at - 1]))
		at--;
	for (end = at; end < t->n && is_word(t->u[end]); end++)
		;
	*from = at;
	return end - at;
}

/* ---- mutations ---- */

static const char significant[] = "\n\n  \t:-,[]{}#&*!|>'\"%@`?~\\=<\r/.0";

static const char *const dictionary[] = {
	"null", "~", "true", "yes", "on", "False", "n", "123", "0x1f", "0o17",
	"017", "1e3", "1.5", "-1", "1_0", ".inf", ".nan", "2001-12-14", "0",
	"12:30:45", "\"\"", "''", "[]", "{}", "[", "]", "{", "}", ",", ": ",
	"name", "cluster", "user", "context", "clusters", "users", "contexts",
	"server", "token", "tokenFile", "current-context", "client-key",
	"client-certificate", "client-certificate-data", "client-key-data",
	"certificate-authority", "certificate-authority-data", "username",
	"password", "as", "as-uid", "as-groups", "as-user-extra", "namespace",
	"insecure-skip-tls-verify", "tls-server-name", "disable-compression",
	"extensions", "apiVersion", "kind", "Config", "v1", "preferences",
	"items", "List", "ca.crt", "admin.crt", "tok", "localhost", "c", "u",
	"<<", "<<: *c", "&a ", "*a", "!!str ", "!!binary ", "!!int ", "!x ",
	"!!null ", "!!map ", "!!merge ", "|", "|\n", ">", ">-\n", "|2-", "- ",
	"-", "? ", "\t", "\r\n", "\r", "\xef\xbb\xbf", "\xc3\xa9", "\xc2\x85",
	"\xe2\x80\xa8", "\xc2\xa0", "\xff", "\x7f", "\\u0041", "\\n", "\\ud83d",
	"\\\"", "\\/", "\n---\n", "\n...\n", "%YAML 1.2\n", "# ", " #", "'",
	"\"", "\n\n", "//", "@", "`", "=", "\\x41", "user: u", "name: c", "a: ",
	"token: t2", "\"a\":1,", "18446744073709551616", "+1", "\x01",
};

static const char *
any_word(struct dice *d)
{
	return dictionary[below(d, sizeof(dictionary) /
	    sizeof(dictionary[0]))];
}

/* A unit that is a byte, or anything if chance will have it. */
static size_t
any_byte(struct units *t, struct dice *d)
{
	size_t at = below(d, t->n);

	while (at + 1 < t->n && t->u[at] > 255)
		at++;
	return at;
}

static void
flip_bit(struct units *t, struct dice *d)
{
	size_t at = any_byte(t, d);

	if (at < t->n && t->u[at] < 256)
		t->u[at] ^= (uint16_t)(1U << below(d, 8));
}

static void
change_byte(struct units *t, struct dice *d)
{
	size_t at = any_byte(t, d);
	char c = significant[below(d, sizeof(significant) - 1)];

	if (at < t->n && t->u[at] < 256)
		t->u[at] = (unsigned char)c;
}

static void
insert_byte(struct units *t, struct dice *d)
{
	uint16_t c = (unsigned char)significant[below(d,
	    sizeof(significant) - 1)];

	splice(t, below(d, t->n + 1), 0, &c, 1);
}

static void
delete_some(struct units *t, struct dice *d)
{
	size_t at = below(d, t->n);

	splice(t, at, 1 + below(d, 4), NULL, 0);
}

static void
copy_some(struct units *t, struct dice *d)
{
	size_t from = below(d, t->n), n = 1 + below(d, 24);

	if (n > t->n - from)
		n = t->n - from;
	splice(t, below(d, t->n + 1), 0, t->u + from, n);
}

static void
delete_line(struct units *t, struct dice *d)
{
	size_t end, from = line_at(t, below(d, t->n), &end);

	splice(t, from, end - from, NULL, 0);
}

static void
copy_line(struct units *t, struct dice *d)
{
	size_t end, end2, from = line_at(t, below(d, t->n), &end);
	size_t to = line_at(t, below(d, t->n), &end2);

	splice(t, to, 0, t->u + from, end - from);
}

static void
swap_lines(struct units *t, struct dice *d)
{
	size_t end, from = line_at(t, below(d, t->n), &end);
	uint16_t line[512];
	size_t n = end - from;

	if (n > 512)
		return;
	memcpy(line, t->u + from, n * sizeof(line[0]));
	splice(t, from, n, NULL, 0);
	splice(t, line_at(t, below(d, t->n), &end), 0, line, n);
}

static void
replace_word(struct units *t, struct dice *d)
{
	size_t from, n = word_at(t, below(d, t->n), &from);

	splice_text(t, from, n, any_word(d));
}

static void
insert_word(struct units *t, struct dice *d)
{
	size_t from, n = word_at(t, below(d, t->n), &from);

	splice_text(t, from + (below(d, 2) ? n : 0), 0, any_word(d));
}

/* The value behind a colon: up to what ends it. */
static void
replace_value(struct units *t, struct dice *d)
{
	size_t at = below(d, t->n), end;

	while (at + 1 < t->n && t->u[at] != ':')
		at++;
	for (at++; at < t->n && t->u[at] == ' '; at++)
		;
	for (end = at; end < t->n && (t->u[end] > 255 ||
	    strchr("\n,}]", t->u[end]) == NULL || t->u[end] == 0); end++)
		;
	if (at < t->n)
		splice_text(t, at, end - at, any_word(d));
}

static void
exchange_word(struct units *t, struct dice *d)
{
	size_t from, from2, n = word_at(t, below(d, t->n), &from);
	size_t n2 = word_at(t, below(d, t->n), &from2);

	splice(t, from, n, t->u + from2, n2);
}

static void
indent(struct units *t, struct dice *d)
{
	size_t end, from = line_at(t, below(d, t->n), &end);
	static const char *const blanks[] = { " ", "  ", "    ", "\t" };

	if (below(d, 2))
		splice_text(t, from, 0, blanks[below(d, 4)]);
	else
		for (end = 1 + below(d, 2); end > 0 && from < t->n &&
		    t->u[from] == ' '; end--)
			splice(t, from, 1, NULL, 0);
}

static void
truncate_it(struct units *t, struct dice *d)
{
	t->n = t->n / 2 + below(d, t->n / 2 + 1);
}

/* What an editor does to the whole file. */
static void
whole(struct units *t, struct dice *d)
{
	size_t i;

	switch (below(d, 4)) {
	case 0:
		splice_text(t, 0, 0, "\xef\xbb\xbf");
		break;
	case 1:
		for (i = 0; i < t->n; i++)
			if (t->u[i] == '\n')
				splice_text(t, i++, 0, "\r");
		break;
	case 2:
		for (i = 0; i < t->n; i++)
			if (t->u[i] == '\n')
				t->u[i] = '\r';
		break;
	default:
		while (t->n > 0 && t->u[t->n - 1] == '\n')
			t->n--;
	}
}

static void (*const mutations[])(struct units *t, struct dice *d) = {
	flip_bit, change_byte, insert_byte, delete_some, copy_some,
	delete_line, delete_line, copy_line, swap_lines, replace_word,
	replace_word, insert_word, insert_word, replace_value, replace_value,
	replace_value, exchange_word, exchange_word, indent, truncate_it,
	whole,
};

void
mutate(const struct base *b, unsigned n, struct units *out)
{
	struct dice d = { 20260101 + n * 0xd1342543de82ef95ULL };
	/* one more often than not: two mostly spoil the file for good */
	size_t times = below(&d, 3) != 0 ? 1 : 2 + below(&d, 3);

	*out = b->text;
	while (times-- > 0 && out->n > 0)
		mutations[below(&d, sizeof(mutations) /
		    sizeof(mutations[0]))](out, &d);
}

/* ---- bases ---- */

static void
add_line(struct units *t, const char *s)
{
	static const char *const names[] = { "@CA", "@CERT", "@KEY" };
	size_t i;

	while (*s != '\0' && t->n < UNITS_MAX) {
		for (i = 0; i < 3; i++)
			if (strncmp(s, names[i], strlen(names[i])) == 0)
				break;
		if (i < 3)
			t->u[t->n++] = (uint16_t)(UNIT_CA + i);
		else
			t->u[t->n++] = (unsigned char)*s;
		s += i < 3 ? strlen(names[i]) : 1;
	}
}

int
bases_read(const char *path, struct base *b)
{
	char line[1024];
	int n = 0;
	FILE *f;

	if ((f = fopen(path, "r")) == NULL) {
		perror(path);
		return -1;
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "= ", 2) == 0 && n < BASES_MAX) {
			line[strcspn(line, "\n")] = '\0';
			snprintf(b[n].name, sizeof(b[n].name), "%.31s",
			    line + 2);
			b[n++].text.n = 0;
		} else if (n > 0)
			add_line(&b[n - 1].text, line);
	}
	fclose(f);
	return n;
}
