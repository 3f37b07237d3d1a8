/* What is wrong with, or worth knowing of, a CA secret or the mesh. */
#include <string.h>

#include "base/when.h"
#include "mesh/names.h"
#include "plugins/rootcheck/state.h"

/* "ca-key.pem, cert-chain.pem": the keys that hold nothing. */
static void
missing(const struct rc_object *o, char *out, size_t size)
{
	size_t i;

	out[0] = '\0';
	for (i = 0; i <= SLOTS; i++) {
		const char *name;

		if (i == SLOTS)
			name = o->key == KEYS_ABSENT ? o->key_name : NULL;
		else
			name = o->entry[i].seen.state == SEEN_ABSENT ?
			    o->entry[i].name : NULL;
		if (name == NULL)
			continue;
		if (out[0] != '\0')
			strncat(out, ", ", size - strlen(out) - 1);
		strncat(out, name, size - strlen(out) - 1);
	}
}

int
rc_incomplete_cacerts(const struct rc_at *at, struct rc_words *w)
{
	char names[128];

	if (at->obj->what != RC_CA || !at->obj->incomplete)
		return 0;
	missing(at->obj, names, sizeof(names));
	rc_word(w, "missing", "%s", names);
	return 1;
}

int
rc_latent_cacerts(const struct rc_at *at, struct rc_words *w)
{
	(void)w;
	return at->obj->what == RC_CA && at->obj->latent;
}

/* The role says it all: it was given when the CA in force was chosen. */
int
rc_leftover_ca(const struct rc_at *at, struct rc_words *w)
{
	(void)at;
	(void)w;
	return 1;
}

int
rc_gitops_owner(const struct rc_at *at, struct rc_words *w)
{
	if (at->obj->what != RC_CA || at->obj->leftover ||
	    !rc_self_signed(at->obj) || at->obj->owner == OWNER_NONE)
		return 0;
	rc_word(w, "owner", "%s", owner_names[at->obj->owner]);
	return 1;
}

int
rc_external_ca(const struct rc_at *at, struct rc_words *w)
{
	rc_word(w, "how", "%s", at->rc->plane.external);
	return at->rc->ca.in_force == CA_EXTERNAL;
}

int
rc_mtls_off(const struct rc_at *at, struct rc_words *w)
{
	const struct rc *rc = at->rc;

	rc_word(w, "policy", "%s", rc->era == ERA_ISTIOD ?
	    "PeerAuthentication" : "MeshPolicy");
	return !rc->policy_on && (rc->era == ERA_ISTIOD ? rc->peer_mesh_off :
	    rc->mesh_policy_off);
}

int
rc_clock_skew(const struct rc_at *at, struct rc_words *w)
{
	int64_t skew = at->rc->skew;

	rc_word(w, "skew", "%lld", (long long)(skew < 0 ? -skew : skew));
	rc_word(w, "way", "%s", skew < 0 ? "behind" : "ahead");
	return skew > RC_SKEW_MAX || skew < -RC_SKEW_MAX;
}

int
rc_auto_rotates(const struct rc_at *at, struct rc_words *w)
{
	const struct rc *rc = at->rc;
	const struct version *v = era_version(&rc->plane, rc->era);
	char date[WHEN_STRLEN];
	int64_t t;

	if (!rc->rotator.present || rc->root == NULL)
		return 0;
	t = era_rotates_at(&rc->rotator, rc->root);
	when_format(t, date);
	rc_word(w, "version", "%d.%d.%d", v->major, v->minor, v->patch);
	rc_word(w, "date", "%s", date);
	rc_word(w, "percent", "%d", rc->rotator.percent);
	rc_word(w, "acts", "%s", t <= rc->p.now ?
	    "should have re-signed the root since" : "re-signs the root from");
	return 1;
}

int
rc_first_break(const struct rc_at *at, struct rc_words *w)
{
	char date[WHEN_STRLEN];
	struct rc_break b;

	if (!rc_forecast(at->rc, &b))
		return 0;
	when_format(b.at, date);
	rc_word(w, "date", "%s", date);
	rc_word(w, "kind", "%s", b.obj->kind);
	rc_word(w, "object", "%s%s%s", b.obj->ns,
	    b.obj->ns[0] != '\0' ? "/" : "", b.obj->name);
	if (b.obj->what == RC_WEBHOOK)
		rc_word(w, "entry", " %s", b.entry);
	else
		rc_word(w, "entry", " %s#%u", b.entry, b.n);
	rc_word(w, "how", "%s", b.rotator ?
	    "is re-signed under another subject by the built-in rotator" :
	    b.at < at->rc->p.now ? "expired" : "expires");
	rc_word(w, "tense", "%s", b.at < at->rc->p.now ? "has broken" :
	    "breaks");
	return 1;
}
