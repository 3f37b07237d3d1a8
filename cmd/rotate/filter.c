/* A manifest of the CA's secret in, the same with a new root out. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/when.h"
#include "cmd/rotate/run.h"
#include "doc/make.h"
#include "mesh/names.h"
#include "pki/b64.h"

/* ---- in ---- */

static int
read_all(int fd, const char *name, struct buf *b, struct err *e)
{
	if (buf_read_all(b, fd, 64 * 1024, name, e) == 0)
		return 0;
	return e->class == ERR_IO ? -1 : err_prefix(e, "%s", name);
}

static int
read_file(const char *path, struct buf *b, struct err *e)
{
	int fd, ret;

	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, "stdin", b, e);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1)
		return err_sys(e, errno, "cannot open '%s'", path);
	ret = read_all(fd, path, b, e);
	close(fd);
	return ret;
}

static int
is_ca(const struct node *obj)
{
	const char *kind = node_str(node_get(obj, "kind"), NULL);
	const char *name = node_str(node_path(obj, "metadata", "name",
	    (const char *)NULL), NULL);

	if (kind == NULL || name == NULL || strcmp(kind, "Secret") != 0)
		return 0;
	return strcmp(name, NAME_CA_SECRET) == 0 ||
	    (strcmp(name, NAME_CACERTS) == 0 && node_path(obj, "data",
	    NAME_GENERATED_KEY, (const char *)NULL) != NULL);
}

/*
 * The API server always says a type, and kubectl's YAML says it last: where the
 * input was cut it is not there, or shorter.
 */
static int
check_type(const struct node *obj, struct err *e)
{
	const char *type = node_str(node_get(obj, "type"), NULL);

	if (type != NULL && (strcmp(type, "istio.io/ca-root") == 0 ||
	    strcmp(type, "Opaque") == 0))
		return 0;
	return err_set(e, ERR_FORMAT, "the secret's type is '%.64s', not "
	    "istio.io/ca-root: is that all of it?", type == NULL ? "" : type);
}

static int
on_item(void *arg, const struct node *obj, struct err *e)
{
	struct ca *ca = arg;

	if (!is_ca(obj))
		return err_set(e, ERR_FORMAT, "the input holds something else "
		    "than the secret of a self-signed CA (%s): it would be "
		    "lost", NAME_CA_SECRET);
	if (ca->fact.seen.state == SEEN_PRESENT)
		return err_set(e, ERR_FORMAT, "the input holds more than one "
		    "CA secret");
	if (node_get(obj, "stringData") != NULL)
		return err_set(e, ERR_FORMAT, "the secret has stringData: "
		    "give it as the API server has it");
	if (check_type(obj, e) == -1)
		return -1;
	return ca_of_node(ca, obj, e);
}

static int
parse(const struct buf *in, struct ca *ca, struct err *e)
{
	const struct doc_sink sink = { .item = on_item,
	    .bad = doc_bad_ends, .arg = ca };
	struct doc_text text = { buf_str(in), in->len };
	struct doc_source raw = doc_text_source(&text), src;
	struct doc_decoder *d;
	int ret;

	if (doc_decoder_new(&raw, &d, e) == -1)
		return -1;
	src = doc_decoder_source(d);
	ret = doc_sniff(buf_str(in), in->len) == DOC_JSON ?
	    doc_read_json(&src, &sink, e) : doc_read_yaml(&src, &sink, e);
	doc_decoder_free(d);
	if (ret == 0 && ca->fact.seen.state != SEEN_PRESENT)
		return err_set(e, ERR_ABSENT, "the input holds no CA secret "
		    "(%s)", NAME_CA_SECRET);
	return ret;
}

/* ---- judged ---- */

static int
check(const struct run *r, const struct ca *ca, struct err *e)
{
	char from[WHEN_STRLEN];

	if (!rotate_holds(ca->version))
		return err_set(e, ERR_FORMAT, "the secret has no "
		    "metadata.resourceVersion: without it kubectl replace "
		    "would overwrite whatever is there by then");
	if (ca->fact.root == NULL)
		return err_set(e, ERR_FORMAT, "its ca-cert.pem holds no "
		    "certificate");
	if (ca->fact.key != KEYS_MATCH)
		return err_set(e, ERR_FORMAT, "its private key is not there, "
		    "or not the one of its certificate");
	if (ca->fact.immutable)
		return err_set(e, ERR_FORMAT, "the secret is immutable: the "
		    "API server would refuse the new one");
	if (ca->fact.inapplicable != NULL)
		return err_set(e, ERR_FORMAT, "the root cannot be signed anew "
		    "with its own key: %s", ca->fact.inapplicable);
	if (ca->fact.root->not_before > r->now) {
		when_format(ca->fact.root->not_before, from);
		return err_set(e, ERR_FORMAT, "the root is not valid before "
		    "%s, and a new one cannot begin earlier", from);
	}
	if (r->params.from != NULL && memcmp(r->params.from,
	    ca->fact.root->sha256, CERT_SHA256_LEN) != 0)
		return err_set(e, ERR_CONFLICT, "the secret holds another root "
		    "than --from names");
	return 0;
}

/* ---- out ---- */

struct out {
	const struct ca		*ca;
	const struct buf	*pem;	/* NULL: as it came */
	struct buf		*b;
	int			 n;
};

static int
put_key(struct out *o, const char *key)
{
	if (o->n++ > 0 && buf_putc(o->b, ',', NULL) == -1)
		return -1;
	if (rec_json_string(o->b, key, strlen(key), NULL) == -1)
		return -1;
	return buf_putc(o->b, ':', NULL);
}

static int
on_data(void *arg, const char *key, const struct node *value)
{
	struct out *o = arg;
	int ours;

	ours = strcmp(key, ca_names[CA_SELF_SIGNED].cert) == 0 ||
	    (o->ca->root_copy && strcmp(key, NAME_ROOT_KEY) == 0);
	if (put_key(o, key) == -1)
		return -1;
	if (!ours)
		return make_json(value, o->b, NULL);
	return buf_putc(o->b, '"', NULL) == -1 ||
	    b64_encode(o->pem->p, o->pem->len, o->b, NULL) == -1 ||
	    buf_putc(o->b, '"', NULL) == -1 ? -1 : 0;
}

static int
on_key(void *arg, const char *key, const struct node *value)
{
	struct out *o = arg, data = *o;

	data.n = 0;
	if (put_key(o, key) == -1)
		return -1;
	if (strcmp(key, "data") != 0)
		return make_json(value, o->b, NULL);
	return buf_putc(o->b, '{', NULL) == -1 ||
	    node_each(value, on_data, &data) == -1 ||
	    buf_putc(o->b, '}', NULL) == -1 ? -1 : 0;
}

static int
on_again(void *arg, const struct node *obj, struct err *e)
{
	struct out *o = arg;
	int ret;

	ret = buf_putc(o->b, '{', e) == -1 || node_each(obj, on_key, o) == -1 ||
	    buf_puts(o->b, "}\n", e) == -1 ? err_nomem(e) : 0;
	node_wipe_all(obj);
	return ret;
}

static int
build(const struct ca *ca, const struct buf *pem, struct buf *b, struct err *e)
{
	struct out o = { .ca = ca, .pem = pem, .b = b };
	const struct doc_sink sink = { .item = on_again, .arg = &o,
	    .single = 1 };
	struct doc_text text = { buf_str(&ca->json), ca->json.len };
	const struct doc_source src = doc_text_source(&text);

	return doc_read_json(&src, &sink, e);
}

/* All of it, or an error: a torn manifest must not look like a whole one. */
static int
put(const struct buf *b, struct err *e)
{
	size_t done = 0;
	ssize_t n;

	while (done < b->len) {
		n = write(STDOUT_FILENO, b->p + done, b->len - done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return err_sys(e, errno, "cannot write to stdout");
		done += (size_t)n;
	}
	if (close(STDOUT_FILENO) == -1 && errno != EINTR)
		return err_sys(e, errno, "cannot write to stdout");
	return 0;
}

static void
say(const struct ca *ca, const struct cert *root)
{
	char was[WHEN_STRLEN], nb[WHEN_STRLEN], na[WHEN_STRLEN];
	char hex[2 * CERT_SHA256_LEN + 1];

	when_format(ca->fact.root->not_after, was);
	when_format(root->not_before, nb);
	when_format(root->not_after, na);
	cert_hex(root, hex);
	cli_note(stderr, "the root of %s/%s, which ends on %s, signed anew: "
	    "NotBefore %s, NotAfter %s, SHA256 %s", ca->ns, ca->name, was, nb,
	    na, hex);
	cli_note(stderr, "not done: a backup, restarts (Citadel, or istiod), "
	    "verification (kubectl istio certverify --wait)");
}

/* Enough is left, unless --from asks for a new one all the same. */
static int
is_enough(const struct run *r, const struct ca *ca)
{
	return r->params.from == NULL && ca->fact.root->not_after - r->now >=
	    r->params.min_left;
}

static int
filter(struct run *r, const struct ca *ca, struct err *e)
{
	const struct der none = { NULL, 0 };
	struct cert *root = NULL;
	struct buf pem, out;
	int ret;

	if (is_enough(r, ca)) {
		cli_note(stderr, "its root has %lld days left, which is "
		    "enough: handed on as it came", (long long)when_days(
		    ca->fact.root->not_after, r->now));
		return put(&ca->json, e);
	}
	buf_init(&pem, BUNDLE_BYTES_MAX, "a certificate");
	buf_init_secret(&out, 2 * ROTATE_SECRET_MAX, "a Secret");
	if ((ret = rotate_sign(r, ca, &none, &pem, &root, e)) == 0 &&
	    (ret = build(ca, &pem, &out, e)) == 0 && (ret = put(&out, e)) ==
	    0)
		say(ca, root);
	cert_free(root);
	buf_release(&pem);
	buf_release(&out);
	return ret;
}

int
rotate_filter(struct run *r, struct err *e)
{
	struct buf in;
	struct ca ca;
	int ret = -1;

	if (r->o.files.n > 1)
		return err_set(e, ERR_USAGE, "rotate takes one manifest: -f is "
		    "given %zu times", r->o.files.n);
	ca_init(&ca);
	buf_init_secret(&in, ROTATE_SECRET_MAX, "the input");
	if ((ret = read_file(r->o.files.v[0], &in, e)) == 0)
		rotate_tell_time(r);
	if (ret == 0 && (ret = parse(&in, &ca, e)) == 0 &&
	    (ret = check(r, &ca, e)) == 0)
		ret = filter(r, &ca, e);
	buf_release(&in);
	ca_release(&ca);
	return ret;
}
