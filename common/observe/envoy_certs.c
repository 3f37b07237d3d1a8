/* Envoy's /certs, of today and of Istio 1.0. */
#include <stdio.h>
#include <string.h>

#include "observe/envoy_in.h"

/* ---- one certificate ---- */

static const char *
find_last(const char *s, size_t len, const char *what)
{
	size_t n = strlen(what);
	const char *p;

	if (len < n)
		return NULL;
	for (p = s + len - n; p >= s; p--) {
		if (memcmp(p, what, n) == 0)
			return p;
		if (p == s)
			break;
	}
	return NULL;
}

/*
 * "Certificate Path: P, Serial Number: S, Days until Expiration: N" (Envoy
 * before pull request 4566).  A path may hold anything.  0: it is none.
 */
static int
take_text(const char *s, size_t len, struct envoy_draft *d)
{
	static const char begin[] = "Certificate Path: ";
	static const char serial[] = ", Serial Number: ";
	static const char days[] = ", Days until Expiration: ";
	const char *end = s + len, *at, *left;
	size_t n = sizeof(begin) - 1;

	if (len < n || memcmp(s, begin, n) != 0 ||
	    (left = find_last(s, len, days)) == NULL ||
	    (at = find_last(s, (size_t)(left - s), serial)) == NULL ||
	    at < s + n)
		return 0;
	envoy_draft(d);
	envoy_draft_path(d, s + n, (size_t)(at - s) - n);
	at += sizeof(serial) - 1;
	envoy_draft_serial(d, at, (size_t)(left - at), 16);
	left += sizeof(days) - 1;
	envoy_draft_days(d, left, (size_t)(end - left));
	return 1;
}

static void
take_days(const struct node *n, struct envoy_draft *d)
{
	char text[24];
	const char *s;
	int64_t days;
	size_t len;

	if ((s = node_str(n, &len)) != NULL) {
		envoy_draft_days(d, s, len);
		return;
	}
	/* one that does not fit is the greatest that does */
	if ((days = node_number(n, INT64_MIN)) == INT64_MIN)
		return;
	snprintf(text, sizeof(text), "%lld", (long long)days);
	envoy_draft_days(d, text, strlen(text));
}

static void
take_uris(const struct node *list, struct envoy_draft *d)
{
	const char *s;
	size_t i;

	for (i = 0; i < node_len(list) && d->c.nuri < ENVOY_URIS_MAX; i++) {
		s = node_str(node_get(node_at(list, i), "uri"), NULL);
		if (s != NULL && strlen(s) <= ENVOY_URI_MAX)
			d->uri[d->c.nuri++] = s;
	}
}

/* 0: it is none. */
static int
take(const struct node *n, struct envoy_draft *d)
{
	const char *s;
	size_t len;

	if ((s = node_str(n, &len)) != NULL)
		return take_text(s, len, d);
	if (node_size(n) == 0)
		return 0;
	envoy_draft(d);
	if ((s = node_str(node_get(n, "path"), &len)) != NULL)
		envoy_draft_path(d, s, len);
	if ((s = node_str(node_get(n, "serial_number"), &len)) != NULL)
		envoy_draft_serial(d, s, len, 16);
	take_days(node_get(n, "days_until_expiration"), d);
	take_uris(node_get(n, "subject_alt_names"), d);
	envoy_draft_dates(d, node_str(node_get(n, "valid_from"), NULL),
	    node_str(node_get(n, "expiration_time"), NULL));
	return 1;
}

/* ---- whose they are ---- */

static int
in_mesh_dir(const struct proxy_cert *c)
{
	return c->path != NULL && strncmp(c->path, ENVOY_MESH_DIR,
	    strlen(ENVOY_MESH_DIR)) == 0;
}

static int
is_mesh_leaf(const struct proxy_cert *c)
{
	static const char scheme[] = "spiffe://";
	size_t i;

	for (i = 0; i < c->nuri; i++)
		if (strncmp(c->uri[i], scheme, sizeof(scheme) - 1) == 0)
			return 1;
	return in_mesh_dir(c);
}

static int
on_leaf(struct envoy_in *in, const struct envoy_draft *d, int *mesh,
    struct err *e)
{
	if (!is_mesh_leaf(&d->c)) {
		in->out->others++;
		return 0;
	}
	*mesh = 1;
	return envoy_keep_leaf(in, d, e);
}

static int
on_root(struct envoy_in *in, const struct envoy_draft *d, int *mesh,
    struct err *e)
{
	if (*mesh || in_mesh_dir(&d->c))
		return envoy_keep_root(in, d, e);
	in->out->others++;
	return 0;
}

typedef int on_cert(struct envoy_in *in, const struct envoy_draft *d,
    int *mesh, struct err *e);

/* A list of them, or one alone. */
static int
each(struct envoy_in *in, const struct node *n, on_cert *fn, int *mesh,
    struct err *e)
{
	struct envoy_draft d;
	size_t i;

	if (node_type(n) != NODE_LIST)
		return take(n, &d) ? fn(in, &d, mesh, e) : 0;
	for (i = 0; i < node_len(n); i++)
		if (take(node_at(n, i), &d) && fn(in, &d, mesh, e) == -1)
			return -1;
	return 0;
}

/* The leaves say whose the roots beside them are. */
int
envoy_context(struct envoy_in *in, const struct node *n, struct err *e)
{
	int mesh = 0;

	return each(in, node_get(n, "cert_chain"), on_leaf, &mesh, e) == -1 ||
	    each(in, node_get(n, "ca_cert"), on_root, &mesh, e) == -1 ? -1 :
	    0;
}

int
envoy_old(struct envoy_in *in, const struct envoy_span *roots,
    const struct envoy_span *leaves, struct err *e)
{
	struct envoy_draft d;
	int mesh = 0;

	if (leaves->p != NULL && take_text(leaves->p + 1, leaves->len - 2,
	    &d) && on_leaf(in, &d, &mesh, e) == -1)
		return -1;
	return roots->p != NULL && take_text(roots->p + 1, roots->len - 2,
	    &d) ? on_root(in, &d, &mesh, e) : 0;
}
