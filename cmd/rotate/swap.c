/* Another root in the place of the one in force: proved, kept, then put. */
#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "cmd/rotate/backup.h"
#include "cmd/rotate/run.h"

#define RETRIES	5	/* while others write */

/*
 * Everyone who was in order must be so under the new root.  Where the spelling
 * changes, those who bear the other one wait for their new certificate.
 */
static int
prove(struct run *r, const struct look *was, const struct look *is,
    int respelt, struct err *e)
{
	const struct ro_left *left;
	int bad = 0;
	size_t i;

	for (i = 0; i < is->nleft; i++) {
		left = &is->left[i];
		if (left->rule == NULL || left_has(was, &left->ref) ||
		    (respelt && strcmp(left->rule, "go-rejects") == 0))
			continue;
		bad = 1;
		if (rotate_say(r, RO_STOP, RO_CHECK, &left->ref, "not-proved",
		    e, "under the new root it would be %s: %s", left->rule,
		    left->message) == -1)
			return -1;
	}
	return bad;
}

/* The secret that was backed up and proved must be the one that is written. */
static int
is_same(const struct ca *a, const struct ca *b)
{
	return a->fact.seen.state == b->fact.seen.state &&
	    strcmp(a->version, b->version) == 0 && strcmp(a->uid, b->uid) == 0;
}

static int
say_done(struct run *r, const struct look *l, const struct cert *root,
    struct err *e)
{
	char nb[WHEN_STRLEN], na[WHEN_STRLEN], hex[2 * CERT_SHA256_LEN + 1];
	char serial[64];
	size_t i, n = 0;

	when_format(root->not_before, nb);
	when_format(root->not_after, na);
	cert_hex(root, hex);
	serial[0] = '\0';
	for (i = 0; i < root->serial.len && n + 3 < sizeof(serial); i++)
		n += (size_t)snprintf(serial + n, sizeof(serial) - n, "%02x",
		    root->serial.p[i]);
	if (r->backup != NULL && rotate_say(r, RO_DONE, RO_BACKUP,
	    &l->ca.fact.ref, "keep-the-old", e, "kept in %s",
	    backup_path(r->backup)) == -1)
		return -1;
	return rotate_say(r, RO_DONE, RO_WRITE, &l->ca.fact.ref, NULL, e,
	    "NotBefore %s, NotAfter %s, SHA256 %s, serial %s%s%s", nb, na,
	    hex, serial, r->backup == NULL ? "" : ", backup ",
	    r->backup == NULL ? "" : backup_path(r->backup));
}

/* What is put there: the backup's, or a new one. */
static int
make(struct run *r, const struct look *l, const struct der *subject,
    struct buf *pem, struct cert **root, struct err *e)
{
	if (r->params.back == NULL)
		return rotate_sign(r, &l->ca, subject, pem, root, e);
	*root = cert_ref((struct cert *)r->params.back);
	return buf_append(pem, r->back.cert.p, r->back.cert.len, e);
}

static int
put(struct run *r, const struct look *l, const struct buf *pem,
    const struct cert *root, struct err *e)
{
	char hex[2 * CERT_SHA256_LEN + 1];

	if (rotate_signal)
		return err_set(e, ERR_IO, "interrupted");
	cert_hex(root, hex);
	if (l->ca.fact.seen.state == SEEN_ABSENT)
		return rotate_create(r, hex, e);
	/* a dry run leaves nothing behind */
	if (!r->own.dry_run) {
		backup_close(r->backup);
		r->backup = NULL;
		if (rotate_save(r, &l->ca, &r->backup, e) == -1)
			return -1;
	}
	return rotate_patch(r, &l->ca, pem, hex, e);
}

int
rotate_swap(struct run *r, const struct look *l, const struct ro_next *next,
    struct err *e)
{
	struct cert *root = NULL;
	struct look trial;
	struct buf pem;
	int ret;

	if (r->writes++ == RETRIES)
		return err_set(e, ERR_CONFLICT, "somebody writes the CA's "
		    "secret again and again: given up");
	buf_init(&pem, BUNDLE_BYTES_MAX, "a certificate");
	ret = make(r, l, &next->subject, &pem, &root, e);
	if (ret == 0) {
		ret = rotate_look(r, root, &trial, e);
		/* changed meanwhile: the next round sees what it is now */
		if (ret == 0 && is_same(&l->ca, &trial.ca) &&
		    (ret = prove(r, l, &trial, next->subject.len > 0, e)) ==
		    0 && (ret = put(r, l, &pem, root, e)) == 0 &&
		    !r->own.dry_run)
			r->put = 1;
		look_free(&trial);
	}
	if (r->put) {
		cert_free(r->root);
		r->root = cert_ref(root);
	}
	cert_free(root);
	buf_release(&pem);
	return ret;
}

/* It is there: say it, once. */
int
rotate_arrived(struct run *r, const struct look *l, struct err *e)
{
	const struct cert *root = l->ca.fact.root;

	if (!r->put || root == NULL || r->root == NULL)
		return 0;
	r->put = 0;
	return cert_equal(root, r->root) ? say_done(r, l, root, e) : 0;
}
