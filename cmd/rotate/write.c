/* What is sent to the API server, each with a line that says so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/point.h"
#include "base/when.h"
#include "cmd/rotate/backup.h"
#include "cmd/rotate/run.h"
#include "doc/make.h"
#include "mesh/names.h"
#include "pki/b64.h"

#define BODY_MAX (8 * 1024 * 1024)
#define DOUBTS_MAX 10	/* in a row */

int
rotate_holds(const char *version)
{
	return version[0] >= '1' && version[0] <= '9' &&
	    version[strspn(version, "0123456789")] == '\0';
}

/*
 * The lock: without both of these a merge patch strikes whatever is there.
 * They come from a server, and go between quotes.
 */
static int
lock(const char *uid, const char *version, struct err *e)
{
	if (uid[0] == '\0' || uid[strspn(uid, "0123456789abcdefABCDEF-")] !=
	    '\0')
		return err_set(e, ERR_FORMAT, "the object has no uid to hold "
		    "it by");
	if (!rotate_holds(version))
		return err_set(e, ERR_FORMAT, "the object has no "
		    "resourceVersion to hold it by");
	return 0;
}

/* Verb, object, version before and after, the root: here and in the backup. */
static void
audit(struct run *r, const struct kube_write *w, const struct ref *ref,
    const struct kube_wrote *got, const char *sha256, const struct err *why)
{
	char line[1024], at[WHEN_STRLEN], code[16];

	when_format(r->now, at);
	snprintf(code, sizeof(code), "HTTP %d", got->http);
	snprintf(line, sizeof(line), "%s %s %s/%s/%s%s resourceVersion %s -> "
	    "%s, root sha256 %s: %s", at,
	    w->verb == KUBE_CREATE ? "create" : "patch", ref->kind, ref->ns,
	    ref->name, w->dry_run ? " (dry run)" : "", ref->version == NULL ||
	    ref->version[0] == '\0' ? "-" : ref->version,
	    got->version[0] == '\0' ? "-" : got->version, sha256,
	    got->http != 0 ? code : why != NULL && got->sent ?
	    "no answer came" : "not sent");
	cli_note(stderr, "%s", line);
	if (r->backup != NULL && !w->dry_run &&
	    backup_audit(r->backup, line, NULL) == -1)
		cli_note(stderr, "that line could not be written to %s/%s",
		    backup_path(r->backup), BACKUP_AUDIT);
}

static int
put(struct run *r, const struct ref *ref, enum kube_verb verb,
    const struct buf *body, const char *sha256, struct err *e)
{
	const struct rotate_kind *k = rotate_kind(ref->kind);
	struct kube_write w = {
		.what = { .group = k->group, .version = "v1",
		    .resource = k->resource, .kind = k->kind, .ns = ref->ns,
		    .name = ref->name },
		.verb = verb, .body = buf_str(body), .len = body->len,
		.dry_run = r->own.dry_run
	};
	char object[2 * CLI_NAMESPACE_MAX + 32];
	struct kube_wrote got = { .http = 0 };
	int ret;

	/* what is in flight is finished, and nothing else begun */
	if (rotate_signal)
		return err_set(e, ERR_IO, "interrupted");
	snprintf(object, sizeof(object), "%s/%s/%s", ref->kind, ref->ns,
	    ref->name);
	r->sent += !r->own.dry_run;
	point(verb == KUBE_CREATE ? "before create" : "before patch", object);
	ret = kube_write(r->kube, &w, &got, e);
	point(verb == KUBE_CREATE ? "after create" : "after patch", object);
	audit(r, &w, ref, &got, sha256, ret == -1 ? e : NULL);
	if (ret == 0) {
		r->doubts = 0;
		return 0;
	}
	/* somebody was faster, or nobody knows: what is there now will say */
	if (got.sent && (e->class == ERR_CONFLICT || e->class == ERR_NET ||
	    got.http == 422)) {
		cli_note(stderr, "%s; looking at what is there now", e->msg);
		if (++r->doubts <= DOUBTS_MAX) {
			e->class = ERR_NONE;
			return 0;
		}
	}
	return -1;
}

/* ---- the CA secret ---- */

static int
put_value(struct buf *b, const char *key, const struct buf *pem, int more,
    struct err *e)
{
	return buf_printf(b, e, "%s\"%s\":\"", more ? "," : "", key) == -1 ||
	    b64_encode(pem->p, pem->len, b, e) == -1 ||
	    buf_putc(b, '"', e) == -1 ? -1 : 0;
}

/* Two keys of data at most, and never null. */
int
rotate_patch(struct run *r, const struct ca *ca, const struct buf *pem,
    const char *sha256, struct err *e)
{
	struct buf b;
	int ret = -1;

	if (lock(ca->uid, ca->version, e) == -1)
		return -1;
	buf_init_secret(&b, BODY_MAX, "a patch");
	if (buf_printf(&b, e, "{\"metadata\":{\"uid\":\"%s\","
	    "\"resourceVersion\":\"%s\"},\"data\":{", ca->uid, ca->version) ==
	    0 && put_value(&b, ca_names[CA_SELF_SIGNED].cert, pem, 0, e) ==
	    0 && (!ca->root_copy || put_value(&b, NAME_ROOT_KEY, pem, 1,
	    e) == 0) && buf_puts(&b, "}}", e) == 0)
		ret = put(r, &ca->fact.ref, KUBE_PATCH, &b, sha256, e);
	buf_release(&b);
	return ret;
}

struct making {
	struct buf		*b;
	int			 n;
	const char *const	*keep;	/* NULL at its end */
};

/* A key of these, whole. */
static int
put_kept(struct making *m, const char *key, const struct node *value)
{
	const char *const *k = m->keep;

	while (*k != NULL && strcmp(key, *k) != 0)
		k++;
	if (*k == NULL)
		return 0;
	return buf_printf(m->b, NULL, "%s\"%s\":", m->n++ > 0 ? "," : "",
	    key) == -1 ? -1 : make_json(value, m->b, NULL);
}

static int
on_meta(void *arg, const char *key, const struct node *value)
{
	return put_kept(arg, key, value);
}

/* Of the backup what is not the server's own. */
static int
on_key(void *arg, const char *key, const struct node *value)
{
	static const char *const of_meta[] = { "name", "namespace", "labels",
	    "annotations", NULL };
	struct making *m = arg, meta = { m->b, 0, of_meta };

	if (strcmp(key, "metadata") != 0)
		return put_kept(m, key, value);
	return buf_printf(m->b, NULL, "%s\"metadata\":{", m->n++ > 0 ? "," :
	    "") == -1 || node_each(value, on_meta, &meta) == -1 ||
	    buf_putc(m->b, '}', NULL) == -1 ? -1 : 0;
}

static int
on_backup(void *arg, const struct node *obj, struct err *e)
{
	static const char *const keep[] = { "apiVersion", "kind", "type",
	    "data", NULL };
	struct making m = { arg, 0, keep };
	int ret;

	ret = buf_putc(m.b, '{', e) == -1 || node_each(obj, on_key, &m) == -1 ||
	    buf_putc(m.b, '}', e) == -1 ? err_nomem(e) : 0;
	node_wipe_all(obj);
	return ret;
}

int
rotate_create(struct run *r, const char *sha256, struct err *e)
{
	struct doc_text text = { buf_str(&r->back.json), r->back.json.len };
	const struct doc_source src = doc_text_source(&text);
	struct doc_sink sink = { .item = on_backup, .single = 1 };
	struct buf b;
	int ret = -1;

	buf_init_secret(&b, BODY_MAX, "a Secret");
	sink.arg = &b;
	if (doc_read_json(&src, &sink, e) == 0)
		ret = put(r, &r->back.fact.ref, KUBE_CREATE, &b, sha256, e);
	buf_release(&b);
	return ret;
}

/* ---- controllers ---- */

/* As kubectl rollout restart does, and for which root. */
int
rotate_restart(struct run *r, const struct look *l, const struct ro_part *part,
    struct err *e)
{
	const struct cert *root = l->ca.fact.root;
	char at[WHEN_STRLEN], hex[2 * CERT_SHA256_LEN + 1];
	struct buf b;
	int ret = -1;

	if (lock(part->ref.uid, part->ref.version, e) == -1)
		return -1;
	/* a CA that starts under such a root exits; a rehearsal put no other */
	if (!r->own.dry_run && (root == NULL || root->not_after < r->now ||
	    root->not_before > r->now))
		return err_set(e, ERR_FORMAT, "the root in force is expired or "
		    "not yet valid: nothing is restarted under it");
	if (root == NULL && (root = r->params.back) == NULL)
		return err_set(e, ERR_ABSENT, "there is no root");
	/* a clock that was set back would have it restart again and again */
	when_format(r->now < l->view.moved_at ? l->view.moved_at : r->now, at);
	cert_hex(root, hex);
	buf_init(&b, BODY_MAX, "a patch");
	if (buf_printf(&b, e, "{\"metadata\":{\"uid\":\"%s\","
	    "\"resourceVersion\":\"%s\"},\"spec\":{\"template\":"
	    "{\"metadata\":{\"annotations\":{\"" ROTATE_RESTARTED "\":\"%s\","
	    "\"" ROTATE_MARK "\":\"%s\"}}}}}", part->ref.uid,
	    part->ref.version, at, hex) == 0)
		ret = put(r, &part->ref, KUBE_PATCH, &b, hex, e);
	buf_release(&b);
	return ret;
}
