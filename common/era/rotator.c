#include <string.h>

#include "era/era.h"

/* 1.4.10:security/cmd/istio_ca/main.go, rootCertGracePeriodPercentile */
#define PERCENT_DEFAULT 20

/* Releases of a minor line: from `first` on it is so; first -1: never. */
struct line {
	int	minor;
	int	rotates;	/* first patch with the rotator */
	int	keeps_org;	/* first patch that keeps the old root's O */
};

#define NEVER	 -1
#define SINCE_15  5	/* from this minor on, both, always */

/* Read tag by tag: selfsignedcarootcertrotator.go, MergeCertOptions. */
static const struct line lines[] = {
	{ 0, NEVER, NEVER },
	{ 1, NEVER, NEVER },
	{ 2, 9, NEVER },
	{ 3, 5, 7 },
	{ 4, 0, 3 },
};

void
era_rotator(const struct control_plane *cp, enum era era, struct rotator *r)
{
	const struct version *v = era_version(cp, era);
	const struct line *l;

	memset(r, 0, sizeof(*r));
	if (!v->known || cp->check_interval == 0)
		return;
	r->percent = cp->grace_percent >= 0 ? cp->grace_percent :
	    PERCENT_DEFAULT;
	if (v->major > 1 || v->minor >= SINCE_15) {
		r->present = 1;
		return;
	}
	if (v->major < 1)
		return;
	l = &lines[v->minor];
	r->present = l->rotates != NEVER && v->patch >= l->rotates;
	r->loses_org = r->present &&
	    (l->keeps_org == NEVER || v->patch < l->keeps_org);
}

int64_t
era_rotates_at(const struct rotator *r, const struct cert *root)
{
	int64_t life = root->not_after - root->not_before;

	/* divided first: a life of 9999 years times 100 still fits, but the */
	/* product is not needed to the second */
	return root->not_after - (life / 100 * r->percent +
	    life % 100 * r->percent / 100);
}
