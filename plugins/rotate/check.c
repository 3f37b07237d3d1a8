/* What stops it, before anything is written. */
#include <string.h>

#include "base/when.h"
#include "era/reload.h"
#include "mesh/names.h"
#include "plugins/rotate/state.h"

static int
stop(struct plan *pl, enum ro_id id, const struct ref *ref, struct err *e)
{
	enum ro_verdict v = RO_STOP;

	if (ro_excused(pl, id, ref))
		v = RO_SKIP;
	return ro_say(pl, v, RO_CHECK, ref, id, e);
}

/* Citadel too old to follow the secret: what it keeps in memory wins. */
static int
too_old(const struct ro_view *v)
{
	const struct version *cv = &v->plane->citadel_version;

	return v->era == ERA_CITADEL && cv->known &&
	    reload_is_old(cv, 1) == 1;
}

/* Is the CA of the kind whose root can be signed anew? */
static int
check_ca(struct plan *pl, struct err *e)
{
	const struct ro_view *v = pl->v;
	const struct ref *ref = &v->ca.ref;

	if (v->in_force == CA_EXTERNAL) {
		ro_word(pl, "who", "%s", v->plane->external);
		return stop(pl, RO_EXTERNAL, ref, e);
	}
	return v->in_force == CA_CACERTS ? stop(pl, RO_PLUGGED, ref, e) : 0;
}

/* Without a root there is nothing to go on with, whatever is excused. */
static int
check_root(struct plan *pl, struct err *e)
{
	const struct ro_view *v = pl->v;
	enum ro_id id = RO_NO_ROOT;

	if (v->ca.root != NULL || (v->ca.seen.state == SEEN_ABSENT &&
	    pl->p->back != NULL))
		return 0;
	if (v->ca.seen.state == SEEN_ABSENT)
		id = RO_ABSENT;
	else if (v->ca.seen.state != SEEN_PRESENT) {
		ro_word(pl, "why", "%s", v->ca.seen.err.msg);
		id = RO_NOT_SEEN;
	}
	return ro_say(pl, RO_STOP, RO_CHECK, &v->ca.ref, id, e);
}

static int
check_from(struct plan *pl, struct err *e)
{
	const struct ro_ca *ca = &pl->v->ca;
	char hex[2 * CERT_SHA256_LEN + 1];

	if (pl->p->from == NULL || pl->v->succeeds ||
	    memcmp(pl->p->from, ca->root->sha256, CERT_SHA256_LEN) == 0)
		return 0;
	cert_hex(ca->root, hex);
	ro_word(pl, "sha256", "%s", hex);
	return ro_say(pl, RO_STOP, RO_CHECK, &ca->ref, RO_FROM, e);
}

/* The backup's root must be one that the mesh would take back. */
static int
check_back(struct plan *pl, struct err *e)
{
	const struct cert *back = pl->p->back;
	const struct ro_ca *ca = &pl->v->ca;

	if (back == NULL)
		return 0;
	if (ca->root != NULL && (!cert_same_key(back, ca->root) ||
	    !der_equal(&back->ski, &ca->root->ski)))
		return ro_say(pl, RO_STOP, RO_CHECK, &ca->ref, RO_BACK_KEY, e);
	if (back->not_after < pl->v->now)
		return ro_say(pl, RO_STOP, RO_CHECK, &ca->ref, RO_BACK_ENDED,
		    e);
	return 0;
}

/* Everybody is behind, and everything that was seen is of another key. */
static int
is_strange(const struct ro_view *v)
{
	return v->strangers > 0 && v->nissuer == 0 && v->former == 0 &&
	    v->stale >= v->consumers;
}

/* A root that nobody should start a CA under. */
static int
check_standing(struct plan *pl, struct err *e)
{
	const struct ro_view *v = pl->v;
	char from[WHEN_STRLEN];

	if (is_strange(v)) {
		ro_word(pl, "n", "%zu", v->strangers);
		if (stop(pl, RO_STRANGE, &v->ca.ref, e) == -1)
			return -1;
	}
	if (v->ca.root->not_before <= v->now)
		return 0;
	when_format(v->ca.root->not_before, from);
	ro_word(pl, "date", "%s", from);
	return ro_say(pl, RO_STOP, RO_CHECK, &v->ca.ref, RO_NOT_YET, e);
}

static int
check_secret(struct plan *pl, struct err *e)
{
	const struct ro_ca *ca = &pl->v->ca;

	if (ca->key != KEYS_MATCH) {
		ro_word(pl, "how", "%s", key_state_text(ca->key));
		if (stop(pl, RO_KEY_MISMATCH, &ca->ref, e) == -1)
			return -1;
	} else if (ca->inapplicable != NULL && pl->p->back == NULL) {
		ro_word(pl, "why", "%s", ca->inapplicable);
		if (stop(pl, RO_INAPPLICABLE, &ca->ref, e) == -1)
			return -1;
	}
	if (ca->immutable && stop(pl, RO_IMMUTABLE, &ca->ref, e) == -1)
		return -1;
	if (ca->owner == OWNER_NONE)
		return 0;
	ro_word(pl, "owner", "%s", owner_names[ca->owner]);
	return stop(pl, RO_OWNER, &ca->ref, e);
}

static int
is_accepted(const struct ro_params *p, const char *ns)
{
	size_t i;

	for (i = 0; p->accept_loss != NULL && i < p->accept_loss->n; i++)
		if (strcmp(p->accept_loss->v[i], ns) == 0)
			return 1;
	return 0;
}

/* Citadel deletes secrets where it does not manage: 1.3.0 to 1.4.8. */
static int
check_unmanaged(struct plan *pl, struct err *e)
{
	const struct ro_view *v = pl->v;
	struct ref ref = { .kind = "namespace", .ns = "" };
	size_t i;

	for (i = 0; i < v->nunmanaged; i++) {
		ref.name = v->unmanaged[i];
		ro_word(pl, "ns", "%s", ref.name);
		if (ro_say(pl, is_accepted(pl->p, ref.name) ? RO_SKIP :
		    RO_STOP, RO_CHECK, &ref, RO_UNMANAGED, e) == -1)
			return -1;
	}
	return 0;
}

static int
check_pods(struct plan *pl, struct err *e)
{
	const struct ro_view *v = pl->v;
	size_t i;

	for (i = 0; pl->moving && pl->p->roll && i < v->nnever; i++)
		if (!v->never[i].controlled && stop(pl, RO_BARE_POD,
		    &v->never[i].ref, e) == -1)
			return -1;
	return 0;
}

/* Unreachable is not ok. */
static int
check_unknown(struct plan *pl, struct err *e)
{
	const struct ro_view *v = pl->v;
	size_t i;

	for (i = 0; i < v->nleft; i++) {
		if (v->left[i].rule != NULL)
			continue;
		ro_word(pl, "why", "%s", v->left[i].message);
		if (stop(pl, RO_UNKNOWN, &v->left[i].ref, e) == -1)
			return -1;
	}
	return 0;
}

/* Where a write is to come. */
static int
check_write(struct plan *pl, struct err *e)
{
	const struct ro_view *v = pl->v;

	if (check_secret(pl, e) == -1)
		return -1;
	if (v->skew > RO_SKEW_MAX || v->skew < -RO_SKEW_MAX) {
		ro_word(pl, "seconds", "%lld", (long long)(v->skew < 0 ?
		    -v->skew : v->skew));
		ro_word(pl, "side", "%s", v->skew < 0 ? "behind" : "ahead of");
		if (stop(pl, RO_SKEW, &v->ca.ref, e) == -1)
			return -1;
	}
	if (too_old(v) && stop(pl, RO_TOO_OLD, &v->ca.ref, e) == -1)
		return -1;
	return check_unmanaged(pl, e);
}

int
ro_check(struct plan *pl, struct err *e)
{
	if (check_ca(pl, e) == -1)
		return -1;
	if (pl->next->stops > 0)
		return 0;
	if (check_root(pl, e) == -1)
		return -1;
	if (pl->next->stops > 0)
		return 0;
	if (pl->v->ca.root != NULL && (check_standing(pl, e) == -1 ||
	    check_from(pl, e) == -1 ||
	    (pl->why != RO_REACHED && check_write(pl, e) == -1)))
		return -1;
	if (check_back(pl, e) == -1 || check_pods(pl, e) == -1)
		return -1;
	return check_unknown(pl, e);
}
