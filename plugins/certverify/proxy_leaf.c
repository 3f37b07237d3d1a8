/* The certificate that a proxy serves: its dates, and its secret's. */
#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "mesh/names.h"
#include "plugins/certverify/proxy.h"

/* ---- dates, as far as they are known ---- */

/* When it ends, to a day; 0: nobody knows. */
static int
end_of(const struct px *x, const struct proxy_cert *c, int64_t *out)
{
	if (c->has_to)
		*out = c->expiration;
	else if (c->has_days)
		*out = x->cv->p.now + (c->days + 1) * WHEN_DAY - 1;
	return c->has_to || c->has_days;
}

/* Which of two is the newer? */
static int
is_newer(const struct px *x, const struct proxy_cert *a,
    const struct proxy_cert *b)
{
	int64_t ta = INT64_MIN, tb = INT64_MIN;

	if (a->has_from && b->has_from)
		return a->valid_from > b->valid_from;
	end_of(x, a, &ta);
	end_of(x, b, &tb);
	return ta > tb;
}

/* ---- whose it is ---- */

/* The account of spiffe://DOMAIN/ns/NS/sa/ACCOUNT in the pod's namespace. */
static const char *
account_in(const struct px *x, const char *uri)
{
	static const char scheme[] = "spiffe://";
	size_t n = strlen(x->pod->ref.ns);
	const char *p;

	if (strncmp(uri, scheme, sizeof(scheme) - 1) != 0 ||
	    (p = strchr(uri + sizeof(scheme) - 1, '/')) == NULL ||
	    strncmp(p, "/ns/", 4) != 0 ||
	    strncmp(p + 4, x->pod->ref.ns, n) != 0 ||
	    strncmp(p + 4 + n, "/sa/", 4) != 0)
		return NULL;
	return p + 8 + n;
}

/* The secret that is mounted; 1.0 tells no name, but the pod's volumes do. */
static const struct cv_held *
secret_of(const struct px *x)
{
	size_t i, n = strlen(NAME_WORKLOAD_PREFIX);
	const char *account = NULL, *secret;
	const struct cv_held *h;
	char name[512];

	if (x->part != PART_PROXY || x->delivery != DELIVERY_FILES)
		return NULL;
	for (i = 0; i < x->leaf->nuri && account == NULL; i++)
		account = account_in(x, x->leaf->uri[i]);
	for (i = 0; i < x->pod->nvolume && account == NULL; i++) {
		secret = x->pod->volume[i].secret;
		if (secret != NULL &&
		    strncmp(secret, NAME_WORKLOAD_PREFIX, n) == 0)
			account = secret + n;
	}
	if (account == NULL || (size_t)snprintf(name, sizeof(name), "%s%s",
	    NAME_WORKLOAD_PREFIX, account) >= sizeof(name))
		return NULL;
	h = cv_find_held(x->cv, x->pod->ref.ns, name);
	/* one that nobody renews is not what it should have */
	return h != NULL && cv_excuse(x->cv, h) == V_RULES ? h : NULL;
}

void
px_choose(struct px *x)
{
	size_t i;

	for (i = 0; i < x->c->nleaf; i++)
		if (x->leaf == NULL || is_newer(x, &x->c->leaf[i], x->leaf))
			x->leaf = &x->c->leaf[i];
	if (x->leaf == NULL)
		return;
	if (x->c->form != PROXY_ZTUNNEL || x->c->nleaf == 1)
		x->named = x->leaf;
	x->secret = secret_of(x);
}

/* ---- expired, or about to ---- */

static const char *
renewer(const struct px *x)
{
	if (x->delivery == DELIVERY_FILES)
		return "Citadel";
	return x->delivery == DELIVERY_NODE_AGENT && x->part == PART_PROXY ?
	    "the node agent" : "istiod";
}

/* V_RULES: neither. */
static enum cv_rule_id
date_rule(const struct px *x, const struct proxy_cert *c)
{
	int64_t end, left, soon = x->cv->p.warn, life;

	if (!end_of(x, c, &end))
		return c->wrapped ? V_EXPIRED : V_RULES;
	left = end - x->cv->p.now;
	if (left < 0)
		return V_EXPIRED;
	/* the agent's live a day, and are renewed at half of it */
	life = c->has_from ? end - c->valid_from : INT64_MAX;
	if (soon > life / 4)
		soon = life / 4;
	return left <= soon ? V_EXPIRES_SOON : V_RULES;
}

static void
word_end(const struct px *x, const struct proxy_cert *c, struct cv_words *w)
{
	char date[WHEN_STRLEN];
	int64_t end;

	if (!end_of(x, c, &end)) {
		cv_word(w, "date", "a day that it does not tell");
		return;
	}
	when_format(end, date);
	/* from days alone: to a day */
	if (!c->has_to)
		date[10] = '\0';
	cv_word(w, "date", "%s", date);
}

/* Of ztunnel all of one kind are one record, which names the first. */
static void
judge_dates(struct px *x, const struct proxy_cert *c)
{
	enum cv_rule_id id = date_rule(x, c);
	struct px_pending *p;
	size_t i;

	if (id == V_RULES)
		return;
	for (i = 0; i < x->n; i++)
		if (x->pending[i].id == id) {
			x->pending[i].count++;
			return;
		}
	p = px_add(x, id, cv_table[id].severity);
	p->leaf = c;
	p->count = x->c->form == PROXY_ZTUNNEL;
	word_end(x, c, &p->w);
	cv_word(&p->w, "who", "%s", renewer(x));
}

/* ---- older than its secret ---- */

static int
is_behind(const struct px *x)
{
	const struct cv_held *h = x->secret;
	int64_t from = h->not_before, end;

	if (x->leaf->serial[0] == '\0' ||
	    cv_serial_hash(x->leaf->serial) == h->serial)
		return 0;
	/* Citadel may have been faster than we were */
	if (x->leaf->has_from ? x->leaf->valid_from >= from :
	    end_of(x, x->leaf, &end) && end > h->not_after + WHEN_DAY)
		return 0;
	return x->cv->p.now - from > CV_RELOAD_GRACE;
}

static void
judge_secret(struct px *x)
{
	struct px_pending *p;
	char date[WHEN_STRLEN];

	if (x->secret == NULL || !is_behind(x))
		return;
	p = px_add(x, V_ENVOY_LEAF, VERDICT_WARN);
	when_format(x->leaf->valid_from, date);
	if (x->leaf->has_from)
		cv_word(&p->w, "mine", "of %s", date);
	else
		cv_word(&p->w, "mine", "of serial number %.64s",
		    x->leaf->serial);
	word_end(x, x->leaf, &p->w);
	when_format(x->secret->not_before, date);
	cv_word(&p->w, "since", "%s", date);
	cv_word(&p->w, "secret", "%.253s", cv_name_of(x->cv,
	    x->secret->name));
	px_reload(x, &p->w);
}

void
px_leaf(struct px *x)
{
	size_t i;

	if (x->leaf == NULL)
		return;
	if (x->c->form != PROXY_ZTUNNEL)
		judge_dates(x, x->leaf);
	for (i = 0; x->c->form == PROXY_ZTUNNEL && i < x->c->nleaf; i++)
		judge_dates(x, &x->c->leaf[i]);
	judge_secret(x);
}
