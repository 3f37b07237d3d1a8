#include <string.h>

#include "era/era.h"

int
era_can_sign(const struct version *v, enum ca_layout layout, int cert, int key,
    int chain, int root)
{
	if (!cert || !key)
		return 0;
	if (!version_at_least(v, 1, 27, 0))
		return 1;
	return root && (chain || layout == CA_PLUGGED_TLS);
}

int
era_appends_roots(enum era era, const struct version *v)
{
	return era == ERA_ISTIOD && v->known && !version_at_least(v, 1, 27, 0);
}

static void
citadel(const struct ca_facts *f, struct ca_verdict *v)
{
	int plugged;

	/* the flag's own default is false; the charts always write it */
	if (f->citadel)
		plugged = f->self_signed == FLAG_FALSE ||
		    (f->self_signed == FLAG_UNSET && f->has_cacerts);
	else if (f->has_cacerts && f->published != -1)
		plugged = f->published;
	else
		plugged = !f->has_secret;
	if (plugged)
		v->in_force = f->has_cacerts ? CA_CACERTS : CA_NONE;
	else
		v->in_force = f->has_secret ? CA_SECRET : CA_NONE;
	v->secret_leftover = plugged;
	v->cacerts_leftover = !plugged;
}

static void
istiod(const struct ca_facts *f, struct ca_verdict *v)
{
	if (f->generated) {
		v->in_force = f->has_secret ? CA_SECRET : CA_CACERTS;
		v->cacerts_leftover = f->has_secret;
	} else if (f->can_sign && f->published != 0) {
		v->in_force = CA_CACERTS;
		v->secret_leftover = 1;
	} else {
		v->in_force = f->has_secret ? CA_SECRET : CA_NONE;
		v->cacerts_latent = f->can_sign;
	}
}

void
era_in_force(const struct ca_facts *f, struct ca_verdict *v)
{
	memset(v, 0, sizeof(*v));
	if (f->external) {
		v->in_force = CA_EXTERNAL;
		v->secret_leftover = v->cacerts_leftover = 1;
	} else if (f->era == ERA_CITADEL)
		citadel(f, v);
	else
		istiod(f, v);
	v->secret_leftover = v->secret_leftover && f->has_secret;
	v->cacerts_leftover = v->cacerts_leftover && f->has_cacerts;
}
