/* Who restarts after a root has changed, and who need not. */
#include <string.h>

#include "era/reload.h"
#include "plugins/rotate/state.h"

/* The row of the table for it, where its version is known well enough. */
static const struct reload *
row_of(const struct ro_part *part)
{
	if (!part->version.known)
		return NULL;
	return reload_of(part->part, DELIVERY_FILES, &part->version,
	    part->has_patch);
}

/* By its version; one that is not known restarts rather than not. */
static const char *
by_version(const struct ro_part *part)
{
	const struct reload *r = row_of(part);

	if (r == NULL)
		return "may read the root only when it starts: its version "
		    "is not known";
	return r->how == RELOAD_ALONE ? NULL : r->text;
}

static const char *
secured(const struct ro_part *part)
{
	return part->secured == FLAG_TRUE ? "reads the root of its mutual TLS "
	    "within the control plane once, when it starts" : NULL;
}

/*
 * 1.1.8 sources: Citadel reads its secret when it starts, or an hour or two
 * later; istiod builds its clients' pool of roots when it starts (1.31:pilot/
 * pkg/bootstrap/server.go, createPeerCertVerifier); the node agent and Galley,
 * Pilot and Mixer with controlPlaneSecurity read roots once; the injector
 * watches (era/reload.c), so only a caBundle that stayed behind is a reason.
 */
const char *
ro_reason(const struct plan *pl, const struct ro_part *part)
{
	switch (part->part) {
	case PART_CITADEL:
		return "reads the CA secret when it starts; by itself it would "
		    "do so in an hour or two, or never";
	case PART_ISTIOD:
		return "builds the roots that it knows its clients by once, "
		    "when it starts";
	case PART_NODE_AGENT:
		return "reads the root once, when it starts";
	case PART_GALLEY:
		return secured(part) != NULL ? secured(part) :
		    by_version(part);
	case PART_PILOT:
	case PART_MIXER:
		return secured(part);
	case PART_INJECTOR:
		return by_version(part) != NULL ? by_version(part) :
		    pl->v->stale_hooks > 0 && pl->v->stale ==
		    pl->v->stale_hooks ? "has not renewed the caBundle of its "
		    "webhook" : NULL;
	case PART_ZTUNNEL:
		return by_version(part);
	case PART_PROXY:
		return "its proxies never reload a root";
	default:
		return NULL;
	}
}

/*
 * The same root may have been there before, and another since: whoever was
 * restarted then may have read that one in between.
 */
int
ro_marked(const struct ro_view *v, const struct ro_part *part)
{
	return part->marked && part->marked_at >= v->moved_at;
}

/* When the root in force was put there, as far as anything shows. */
static int64_t
moved_at(const struct ro_view *v)
{
	int64_t at = v->moved_at;
	size_t i;

	for (i = 0; i < v->npart; i++)
		if (ro_marked(v, &v->part[i]) && v->part[i].marked_at > at)
			at = v->part[i].marked_at;
	return at;
}

/*
 * A rollout of some time after the root was put in force has seen it, whoever
 * asked for it.
 */
int
ro_settled(const struct plan *pl, const struct ro_part *part)
{
	int64_t at = moved_at(pl->v);

	return ro_marked(pl->v, part) ||
	    (at != 0 && part->rolled_at >= at + RO_SETTLED);
}
