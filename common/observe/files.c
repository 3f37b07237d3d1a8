/* Files, directories and stdin: the effects. */
#include <sys/types.h>
#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "observe/observe.h"

struct input {
	const char			*name;	/* for messages and records */
	int				 fd;
	uint64_t			 bytes;
	size_t				 nth;
	const struct observe_options	*o;
	const struct sink		*sink;
	int				 not_its;	/* who took it failed */
};

static ssize_t
input_read(void *arg, void *p, size_t n, struct err *e)
{
	struct input *in = arg;
	ssize_t got;

	do
		got = read(in->fd, p, n);
	while (got == -1 && errno == EINTR);
	if (got == -1)
		return err_sys(e, errno, "cannot read");
	in->bytes += (uint64_t)got;
	if (in->o->progress != NULL)
		in->o->progress(in->o->arg, in->name, in->bytes, in->nth);
	return got;
}

/* A source that first gives back what was read to look at it. */
struct peeked {
	struct doc_source	 from;
	char			 head[DOC_SNIFF_MAX];
	size_t			 len;
	size_t			 off;
};

static ssize_t
peeked_read(void *arg, void *p, size_t n, struct err *e)
{
	struct peeked *pk = arg;

	if (pk->off == pk->len)
		return pk->from.read(pk->from.arg, p, n, e);
	if (n > pk->len - pk->off)
		n = pk->len - pk->off;
	memcpy(p, pk->head + pk->off, n);
	pk->off += n;
	return (ssize_t)n;
}

static int
peek(struct peeked *pk, struct err *e)
{
	ssize_t got;

	do {
		got = pk->from.read(pk->from.arg, pk->head + pk->len,
		    sizeof(pk->head) - pk->len, e);
		if (got == -1)
			return -1;
		pk->len += (size_t)got;
		/* a decoder wants room for a character or two */
	} while (got > 0 && pk->len < sizeof(pk->head) - 16);
	return 0;
}

static int
on_item(void *arg, const struct node *obj, struct err *e)
{
	struct input *in = arg;

	in->not_its = observe_object(obj, in->name, ++in->nth, in->o,
	    in->sink, e) == -1;
	return in->not_its ? -1 : 0;
}

static int
on_bad(void *arg, size_t nth, const struct err *why, struct err *e)
{
	struct input *in = arg;
	struct ref ref = { "file", "", in->name, NULL, NULL };
	char entry[32];

	in->nth = nth;
	snprintf(entry, sizeof(entry), "item#%zu", nth);
	if (in->sink->unknown == NULL)
		return 0;
	in->not_its = in->sink->unknown(in->sink->arg, &ref, entry, why, e) ==
	    -1;
	return in->not_its ? -1 : 0;
}

/* ca-key.pem beside its certificates in a directory: nothing to judge. */
static int
only_keys(const struct bundle *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (b->item[i].what != BUNDLE_PRIVATE_KEY)
			return 0;
	return b->n > 0;
}

static int
read_pem(struct input *in, const struct doc_source *src, struct err *e)
{
	struct trust_copy f;
	char chunk[16384];
	struct buf text;
	int ret = -1;
	ssize_t got;

	memset(&f, 0, sizeof(f));
	/* a key may stand beside the certificates */
	buf_init_secret(&text, BUNDLE_BYTES_MAX, "a PEM file");
	while ((got = src->read(src->arg, chunk, sizeof(chunk), e)) > 0)
		if (buf_append(&text, chunk, (size_t)got, e) == -1)
			goto out;
	if (got == -1 || bundle_parse(buf_str(&text), text.len,
	    &f.entry.bundle, e) == -1)
		goto out;
	f.ref.kind = "file";
	f.ref.ns = "";
	f.ref.name = in->name;
	f.source = TRUST_FILE;
	f.entry.name = "";
	f.entry.seen.state = SEEN_PRESENT;
	f.entry.text = buf_str(&text);
	f.entry.len = text.len;
	ret = 0;
	if (in->sink->trust_copy != NULL && !only_keys(&f.entry.bundle))
		ret = in->sink->trust_copy(in->sink->arg, &f, e);
	in->not_its = ret == -1;
	bundle_release(&f.entry.bundle);
out:
	explicit_bzero(chunk, sizeof(chunk));
	buf_release(&text);
	return ret;
}

static int
read_stream(struct input *in, struct err *e)
{
	struct doc_source raw = { input_read, in }, src;
	struct doc_sink docs = { on_item, on_bad, in, NULL, 0 };
	struct doc_decoder *dec = NULL;
	struct peeked *pk;
	int ret = -1;

	if ((pk = calloc(1, sizeof(*pk))) == NULL)
		return err_nomem(e);
	if (doc_decoder_new(&raw, &dec, e) == -1)
		goto out;
	pk->from = doc_decoder_source(dec);
	if (peek(pk, e) == -1)
		goto out;
	src.read = peeked_read;
	src.arg = pk;
	switch (doc_sniff(pk->head, pk->len)) {
	case DOC_EMPTY:
		if (pk->len < sizeof(pk->head)) {
			err_set(e, ERR_ABSENT, "the input is empty");
			break;
		}
		/* FALLTHROUGH */
	case DOC_YAML:
		ret = doc_read_yaml(&src, &docs, e);
		break;
	case DOC_JSON:
		ret = doc_read_json(&src, &docs, e);
		break;
	case DOC_PEM:
		ret = read_pem(in, &src, e);
		break;
	}
out:
	explicit_bzero(pk, sizeof(*pk));
	free(pk);
	doc_decoder_free(dec);
	return ret;
}

static int
read_fd(int fd, const char *name, const struct observe_options *o,
    const struct sink *sink, struct err *e)
{
	struct input in = { name, fd, 0, 0, o, sink, 0 };

	if (read_stream(&in, e) == 0)
		return 0;
	return in.not_its ? -1 : err_prefix(e, "%s", name);
}

static int
read_file(const char *path, const struct observe_options *o,
    const struct sink *sink, struct err *e)
{
	int fd, ret;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1)
		return err_sys(e, errno, "cannot open '%s'", path);
	ret = read_fd(fd, path, o, sink, e);
	close(fd);
	return ret;
}

static int
wanted(const struct dirent *d)
{
	static const char *const ends[] = {
		".yaml", ".yml", ".json", ".pem", ".crt"
	};
	const char *dot = strrchr(d->d_name, '.');
	size_t i;

	if (dot == NULL || dot == d->d_name)
		return 0;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strcmp(dot, ends[i]) == 0)
			return 1;
	return 0;
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
read_named(const char *dir, const char *name, const struct observe_options *o,
    const struct sink *sink, struct err *e)
{
	struct stat st;
	char *path;
	int ret = 0;

	if ((path = malloc(strlen(dir) + strlen(name) + 2)) == NULL)
		return err_nomem(e);
	sprintf(path, "%s%s%s", dir,
	    dir[0] != '\0' && dir[strlen(dir) - 1] == '/' ? "" : "/", name);
	if (stat(path, &st) == -1)
		ret = err_sys(e, errno, "cannot open '%s'", path);
	else if (!S_ISDIR(st.st_mode))
		ret = read_file(path, o, sink, e);
	free(path);
	return ret;
}

static int
read_dir(const char *path, const struct observe_options *o,
    const struct sink *sink, struct err *e)
{
	struct dirent **names = NULL;
	int i, n, ret = 0;

	if ((n = scandir(path, &names, wanted, by_bytes)) == -1)
		return err_sys(e, errno, "cannot read directory '%s'", path);
	if (n == 0)
		ret = err_set(e, ERR_ABSENT, "no .yaml, .yml, .json, .pem or "
		    ".crt file in '%s'", path);
	else if (n > OBSERVE_FILES_MAX)
		ret = err_set(e, ERR_LIMIT, "more than %d files in '%s'",
		    OBSERVE_FILES_MAX, path);
	for (i = 0; i < n; i++) {
		if (ret == 0)
			ret = read_named(path, names[i]->d_name, o, sink, e);
		free(names[i]);
	}
	free(names);
	return ret;
}

int
observe_path(const char *path, const struct observe_options *o,
    const struct sink *sink, struct err *e)
{
	struct stat st;

	if (strcmp(path, "-") == 0)
		return read_fd(STDIN_FILENO, "stdin", o, sink, e);
	if (stat(path, &st) == -1)
		return err_sys(e, errno, "cannot open '%s'", path);
	if (S_ISDIR(st.st_mode))
		return read_dir(path, o, sink, e);
	return read_file(path, o, sink, e);
}
