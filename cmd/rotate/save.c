/* Backups: made and proved, read again, and what they show. */
#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "cmd/rotate/backup.h"
#include "cmd/rotate/run.h"
#include "pki/cms.h"

#define KEPT_MAX 32	/* backups that are looked into */

static struct backup_where
where(const struct run *r)
{
	const struct backup_where w = { .dir = r->own.backup_dir,
	    .server = kube_server(r->kube), .istio_ns = r->o.istio_ns,
	    .now = r->now };

	return w;
}

/* Parsed again: the same object, the same root, and its key. */
static int
prove(struct backup *b, const struct ca *ca, struct err *e)
{
	struct ca kept;
	struct buf text;
	int ret;

	ca_init(&kept);
	buf_init_secret(&text, ROTATE_SECRET_MAX, "a backup");
	ret = backup_read(b, BACKUP_SECRET, &text, e);
	if (ret == 0)
		ret = ca_of_text(&kept, buf_str(&text), text.len, e);
	if (ret == 0 && (kept.fact.root == NULL ||
	    !cert_equal(kept.fact.root, ca->fact.root) ||
	    kept.fact.key != KEYS_MATCH ||
	    strcmp(kept.version, ca->version) != 0))
		ret = err_set(e, ERR_IO, "what is in it is not what was "
		    "written");
	buf_release(&text);
	ca_release(&kept);
	return ret == 0 ? 0 : err_prefix(e, "backup '%s'", backup_path(b));
}

static int
seal(struct run *r, struct backup *b, const struct ca *ca, struct err *e)
{
	struct buf sealed, back;
	int ret = -1;

	buf_init(&sealed, 2 * ROTATE_SECRET_MAX, "a backup");
	buf_init_secret(&back, 2 * ROTATE_SECRET_MAX, "a backup");
	if (cms_seal(r->seal_to, ca->json.p, ca->json.len, &sealed, e) == 0 &&
	    backup_write(b, BACKUP_SEALED, sealed.p, sealed.len, e) == 0 &&
	    backup_read(b, BACKUP_SEALED, &back, e) == 0)
		ret = back.len == sealed.len && memcmp(back.p, sealed.p,
		    back.len) == 0 ? 0 : err_set(e, ERR_IO, "backup '%s': "
		    "what is in it is not what was written", backup_path(b));
	buf_release(&sealed);
	buf_release(&back);
	return ret;
}

int
rotate_save(struct run *r, const struct ca *ca, struct backup **out,
    struct err *e)
{
	struct backup_where w = where(r);
	int ret;

	if (backup_new(&w, out, e) == -1)
		return -1;
	if (r->seal_to != NULL)
		ret = seal(r, *out, ca, e);
	else {
		ret = backup_write(*out, BACKUP_SECRET, ca->json.p,
		    ca->json.len, e);
		if (ret == 0)
			ret = prove(*out, ca, e);
	}
	if (ret == -1) {
		backup_close(*out);
		*out = NULL;
	}
	return ret;
}

/* ---- --rollback ---- */

static int
load(struct run *r, struct backup *b, struct err *e)
{
	struct buf text;
	int ret;

	if (strcmp(backup_secret(b), BACKUP_SEALED) == 0)
		return err_set(e, ERR_FORMAT, "it is sealed: openssl cms "
		    "-decrypt -binary -inform PEM -in %s -inkey KEY >%s "
		    "there, with mode 0600, and again", BACKUP_SEALED,
		    BACKUP_SECRET);
	buf_init_secret(&text, ROTATE_SECRET_MAX, "a backup");
	ret = backup_read(b, BACKUP_SECRET, &text, e);
	if (ret == 0)
		ret = ca_of_text(&r->back, buf_str(&text), text.len, e);
	buf_release(&text);
	if (ret == 0 && (r->back.fact.root == NULL ||
	    r->back.fact.key != KEYS_MATCH))
		return err_set(e, ERR_FORMAT, "its key is not its root's");
	if (ret == 0 && strcmp(r->back.ns, r->o.istio_ns) != 0)
		return err_set(e, ERR_FORMAT, "it is of namespace '%s'",
		    r->back.ns);
	return ret;
}

int
rotate_load(struct run *r, struct err *e)
{
	struct backup *b;
	int ret;

	if (r->own.rollback == NULL)
		return 0;
	if (backup_open(r->own.rollback, &b, e) == -1)
		return err_prefix(e, "--rollback");
	if ((ret = load(r, b, e)) == -1)
		err_prefix(e, "--rollback: '%s'", backup_path(b));
	backup_close(b);
	r->params.back = r->back.fact.root;
	return ret;
}

/* ---- what is kept shows what was in force before ---- */

struct kept {
	struct run	*r;
	struct look	*l;
	unsigned	 n;
};

static int
on_backup(void *arg, struct backup **b, struct err *e)
{
	struct kept *k = arg;
	struct ro_view *v = &k->l->view;
	const struct cert *root = v->ca.root, *c;
	struct err why = ERR_INIT;
	struct buf text;
	struct ca ca;

	(void)e;
	if (++k->n > KEPT_MAX)
		return 1;
	ca_init(&ca);
	buf_init_secret(&text, ROTATE_SECRET_MAX, "a backup");
	if (strcmp(backup_secret(*b), BACKUP_SECRET) == 0 &&
	    backup_read(*b, BACKUP_SECRET, &text, &why) == 0 &&
	    ca_of_text(&ca, buf_str(&text), text.len, &why) == 0 &&
	    (c = ca.fact.root) != NULL && cert_same_key(c, root) &&
	    !cert_equal(c, root)) {
		if (v->moved_at == 0)
			v->moved_at = backup_time(*b);
		if (k->r->params.from != NULL && memcmp(k->r->params.from,
		    c->sha256, CERT_SHA256_LEN) == 0)
			v->succeeds = 1;
	}
	buf_release(&text);
	ca_release(&ca);
	return 0;
}

/* A place that cannot be read shows nothing; writing to it will say why. */
int
rotate_kept(struct run *r, struct look *l, struct err *e)
{
	struct backup_where w = where(r);
	struct kept k = { .r = r, .l = l };
	struct err why = ERR_INIT;

	w.dir = NULL;
	if (l->view.ca.root == NULL ||
	    backup_each(&w, on_backup, &k, &why) == 0 ||
	    why.class != ERR_NOMEM)
		return 0;
	*e = why;
	return -1;
}
