/* Where documents come from: memory, and UTF-16 on its way to UTF-8. */
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"

#define IN_MAX 8192	/* bytes of UTF-16 converted at once */

static ssize_t
text_read(void *arg, void *p, size_t n, struct err *e)
{
	struct doc_text *t = arg;

	(void)e;
	if (n > t->len)
		n = t->len;
	if (n > 0)
		memcpy(p, t->p, n);
	t->p += n;
	t->len -= n;
	return (ssize_t)n;
}

struct doc_source
doc_text_source(struct doc_text *t)
{
	struct doc_source s = { text_read, t };

	return s;
}

enum form { UNKNOWN, AS_IS, UTF_16 };

struct doc_decoder {
	struct doc_source	 from;
	enum form		 form;
	iconv_t			 cd;
	char			 in[IN_MAX];
	size_t			 nin;
	int			 eof;
};

int
doc_decoder_new(const struct doc_source *from, struct doc_decoder **out,
    struct err *e)
{
	struct doc_decoder *d;

	*out = NULL;
	if ((d = calloc(1, sizeof(*d))) == NULL)
		return err_nomem(e);
	d->from = *from;
	d->cd = (iconv_t)-1;
	*out = d;
	return 0;
}

void
doc_decoder_free(struct doc_decoder *d)
{
	if (d == NULL)
		return;
	if (d->cd != (iconv_t)-1)
		iconv_close(d->cd);
	explicit_bzero(d->in, sizeof(d->in));
	free(d);
}

/* More input behind what is there; it has room. */
static int
more(struct doc_decoder *d, struct err *e)
{
	ssize_t got;

	got = d->from.read(d->from.arg, d->in + d->nin,
	    sizeof(d->in) - d->nin, e);
	if (got == -1)
		return -1;
	d->nin += (size_t)got;
	d->eof = got == 0;
	return 0;
}

static void
drop(struct doc_decoder *d, size_t n)
{
	memmove(d->in, d->in + n, d->nin - n);
	d->nin -= n;
}

/* The byte order mark decides. */
static int
look(struct doc_decoder *d, struct err *e)
{
	const char *charset;

	while (d->nin < 3 && !d->eof)
		if (more(d, e) == -1)
			return -1;
	d->form = AS_IS;
	if (d->nin >= 3 && memcmp(d->in, "\xef\xbb\xbf", 3) == 0) {
		drop(d, 3);
		return 0;
	}
	if (d->nin >= 2 && memcmp(d->in, "\xff\xfe", 2) == 0)
		charset = "UTF-16LE";
	else if (d->nin >= 2 && memcmp(d->in, "\xfe\xff", 2) == 0)
		charset = "UTF-16BE";
	else
		return 0;
	drop(d, 2);
	d->form = UTF_16;
	if ((d->cd = iconv_open("UTF-8", charset)) == (iconv_t)-1)
		return err_sys(e, errno, "cannot convert from %s", charset);
	return 0;
}

static ssize_t
convert(struct doc_decoder *d, char *p, size_t n, struct err *e)
{
	char *in, *out = p;
	size_t left = n, nin;

	for (;;) {
		in = d->in;
		nin = d->nin;
		if (iconv(d->cd, &in, &nin, &out, &left) == (size_t)-1 &&
		    errno == EILSEQ)
			return err_set(e, ERR_FORMAT, "not UTF-16, as its "
			    "byte order mark says");
		drop(d, d->nin - nin);
		if (left < n)
			return (ssize_t)(n - left);
		if (d->eof)
			return d->nin == 0 ? 0 : err_set(e, ERR_FORMAT,
			    "UTF-16 that ends inside a character");
		if (more(d, e) == -1)
			return -1;
	}
}

static ssize_t
decoder_read(void *arg, void *p, size_t n, struct err *e)
{
	struct doc_decoder *d = arg;
	size_t held;

	if (d->form == UNKNOWN && look(d, e) == -1)
		return -1;
	if (d->form == UTF_16) {
		/* room for one character, or iconv() could never go on */
		if (n < 4)
			return err_set(e, ERR_LIMIT, "a read of %zu bytes", n);
		return convert(d, p, n, e);
	}
	if (d->nin == 0)
		return d->from.read(d->from.arg, p, n, e);
	held = n < d->nin ? n : d->nin;
	memcpy(p, d->in, held);
	drop(d, held);
	return (ssize_t)held;
}

struct doc_source
doc_decoder_source(struct doc_decoder *d)
{
	struct doc_source s = { decoder_read, d };

	return s;
}

/* Does a line begin with "-----BEGIN "? */
static int
has_pem(const char *p, size_t len)
{
	static const char begin[] = "-----BEGIN ";
	size_t n = sizeof(begin) - 1;
	const char *nl, *end = p + len;

	while ((size_t)(end - p) >= n) {
		if (memcmp(p, begin, n) == 0)
			return 1;
		if ((nl = memchr(p, '\n', (size_t)(end - p))) == NULL)
			return 0;
		p = nl + 1;
	}
	return 0;
}

enum doc_form
doc_sniff(const char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (strchr(" \t\r\n", p[i]) == NULL || p[i] == '\0')
			break;
	if (i == len)
		return DOC_EMPTY;
	if (p[i] == '{' || p[i] == '[')
		return DOC_JSON;
	return has_pem(p, len) ? DOC_PEM : DOC_YAML;
}
