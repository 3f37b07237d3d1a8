/* --wait: what has changed, judged alone. */
#include <string.h>

#include "plugins/certverify/state.h"

int
cv_again_workload(struct cv *cv, const struct workload *f, int *stale,
    struct err *e)
{
	size_t held = cv->helds.n, class = cv->classes.n;
	size_t unknown = cv->unknowns.n, text = cv->text.len;
	uint32_t domain = cv->domain;
	const struct cv_held *h;

	*stale = 0;
	if (cv_on_workload(cv, f, e) == -1)
		return -1;
	for (; class < cv->classes.n; class++)
		cv_try_class(cv, cv_class_at(cv, class));
	if (cv->helds.n > held) {
		h = cv_held_at(cv, held);
		*stale = (cv_broken(cv, h) & cv_stale_rules()) != 0 &&
		    cv_excuse(cv, h) == V_RULES;
	}
	cv->helds.n = held;
	cv->unknowns.n = unknown;
	cv->text.len = text;
	cv->domain = domain;
	return 0;
}

int
cv_again_trust(struct cv *cv, const struct trust_copy *f, int *stale,
    struct err *e)
{
	uint32_t at;

	*stale = 0;
	if (f->entry.seen.state != SEEN_PRESENT &&
	    f->entry.seen.state != SEEN_ABSENT)
		return 0;
	if (cv_set_of(cv, f->entry.text, f->entry.len, &at, e) == -1)
		return -1;
	*stale = (cv_trust_broken(cv, at) & cv_stale_rules()) != 0;
	return 0;
}
