/* Workloads and copies of the root: their records, and the words in them. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "mesh/names.h"
#include "plugins/certverify/state.h"

#define BIT(id)	(UINT32_C(1) << (id))

/* What to do about a root that only --root names. */
#define BEFORE_USE	"before that root is used, it must get there"

void
cv_word(struct cv_words *w, const char *name, const char *fmt, ...)
{
	va_list ap;

	if (w->n == CV_WORDS)
		return;
	va_start(ap, fmt);
	vsnprintf(w->value[w->n], CV_WORD_LEN, fmt, ap);
	va_end(ap);
	w->arg[w->n].name = name;
	w->arg[w->n].value = w->value[w->n];
	w->n++;
}

static void
word_date(struct cv_words *w, const char *name, int64_t t)
{
	char date[WHEN_STRLEN];

	when_format(t, date);
	cv_word(w, name, "%s", date);
}

/* ---- the words of their messages ---- */

static const char *
renewer(const struct cv *cv)
{
	return cv->era == ERA_ISTIOD ? "istiod" : "Citadel";
}

/* The trial that a rule's message is about: what was tried, with whom. */
struct tried {
	const struct cv_trial	*trial;
	const char		*what;
	const char		*against;
	const char		*yes;	/* who does, where Go does not */
};

static struct tried
tried(struct cv *cv, const struct cv_class *c, unsigned flags,
    enum cv_agree want)
{
	struct tried t = {
		&c->own, "its chain", "its own roots",
		"Envoy and OpenSSL accept"
	};

	if (!(flags & H_FILE) && c->own.agree == want)
		return t;
	t.trial = &c->force;
	if (c->force.agree == want)
		t.against = cv_force_text(cv);
	else {
		t.what = "what the CA issues";
		t.yes = "Envoy accepts";
		if (c->set != CV_NONE)
			t.trial = &cv_set_try(cv, c->set)->trial;
	}
	return t;
}

static void
word_trial(struct cv_words *w, const struct cv_trial *t)
{
	cv_word(w, "who", "%s", t->by == NULL ? "nobody" :
	    ruleset_name(t->by));
	cv_word(w, "why", "%s", chain_why_text(t->why));
	cv_word(w, "where", "at %s", t->where == NULL ||
	    t->where->subject_text[0] == '\0' ? "the leaf" :
	    t->where->subject_text);
}

/* What to do about a chain that somebody refuses. */
static const char *
next_of(const struct cv *cv, unsigned flags, enum cv_rule_id id)
{
	if (id != V_CHAIN_INVALID)
		return "give the root its old subject, bytes included, and "
		    "its old key identifier";
	if (flags & H_FILE)
		return "have it issued anew, by this root's CA";
	return cv_root_is_named(cv) ?
	    "before that root is used, it needs a certificate from its CA" :
	    "delete the secret, and Citadel makes another";
}

static void
words_chain(struct cv *cv, const struct cv_class *c, unsigned flags,
    enum cv_rule_id id, struct cv_words *w)
{
	enum cv_agree want = id == V_GO_REJECTS ? AGREE_GO :
	    id == V_OPENSSL_REJECTS ? AGREE_OPENSSL : AGREE_NOT;
	struct tried t = tried(cv, c, flags, want);

	word_trial(w, t.trial);
	cv_word(w, "against", "%s", t.against);
	cv_word(w, "what", "%s", t.what);
	cv_word(w, "yes", "%s", t.yes);
	cv_word(w, "next", "%s", next_of(cv, flags, id));
}

/* Why a set does not accept what the CA issues. */
static void
words_not_trusted(struct cv *cv, uint32_t at, const char *next,
    struct cv_words *w)
{
	const struct cv_set *s;

	cv_word(w, "force", "%s", cv_force_text(cv));
	if (at == CV_NONE || (s = cv_set_try(cv, at))->n == 0)
		cv_word(w, "how", "it holds no certificate");
	else if (s->holds && cv_root_expired(cv)) {
		cv_word(w, "how", "that has itself expired");
		next = "renew the root before anything else: rootcheck says "
		    "more";
	} else
		cv_word(w, "how", "what the CA issues is refused under it "
		    "(%s)", chain_why_text(s->trial.why));
	cv_word(w, "next", "%s", next);
}

static void
words_stale(struct cv *cv, uint32_t at, const char *next, struct cv_words *w)
{
	const struct cv_set *s = cv_set_try(cv, at);

	cv_word(w, "force", "%s", cv_force_text(cv));
	word_date(w, "date", s->trial.root != NULL ?
	    s->trial.root->not_after : 0);
	cv_word(w, "next", "%s", next);
}

static void
words_key(const struct cv_held *h, struct cv_words *w)
{
	cv_word(w, "how", "%s", (h->flags & H_KEY_ABSENT) ?
	    "is missing or empty" : (h->flags & H_KEY_BROKEN) ?
	    "is damaged: not everybody can read it, or its parts do not "
	    "belong together" :
	    "belongs to another certificate");
}

static void
words_identity(const struct cv *cv, const struct cv_held *h,
    struct cv_words *w)
{
	if (h->flags & H_NO_URI)
		cv_word(w, "how", "names no SPIFFE identity");
	else if (h->flags & H_URIS)
		cv_word(w, "how", "names more than one URI");
	else
		cv_word(w, "how", "names %.300s", cv_ns_of(cv, h->uri));
	cv_word(w, "ns", "%s", cv_ns_of(cv, h->name));
	cv_word(w, "account", "%s", cv_account_of(cv, h));
}

/* Who brings the root to a workload; nobody does one of --root. */
static const char *
bringer(const struct cv *cv)
{
	return cv_root_is_named(cv) ? BEFORE_USE :
	    "Citadel replaces it within minutes once it has read its secret "
	    "anew; if not, restart Citadel";
}

static void
words(struct cv *cv, const struct cv_held *h, enum cv_rule_id id,
    struct cv_words *w)
{
	const struct cv_class *c = cv_class_at(cv, h->class);

	w->n = 0;
	word_date(w, "date", h->not_after);
	switch (id) {
	case V_KEY_MISMATCH:
		words_key(h, w);
		break;
	case V_IDENTITY:
		words_identity(cv, h, w);
		break;
	case V_CHAIN_INVALID:
	case V_GO_REJECTS:
	case V_OPENSSL_REJECTS:
		words_chain(cv, c, h->flags, id, w);
		break;
	case V_NOT_TRUSTED:
		words_not_trusted(cv, c->set, bringer(cv), w);
		break;
	case V_STALE_ROOT:
		w->n = 0;
		words_stale(cv, c->set, bringer(cv), w);
		break;
	case V_OUTLIVES:
		cv_word(w, "issuer", "%s", c->own.issuer->subject_text);
		word_date(w, "until", c->own.issuer->not_after);
		break;
	default:
		cv_word(w, "who", "%s", renewer(cv));
		cv_word(w, "account", "%s", cv_account_of(cv, h));
		break;
	}
}

/* ---- records of a workload ---- */

/* Its SPIFFE URI: as it was, or as it follows from where it is. */
static int
identity(struct cv_out *o, const struct cv_held *h, const char **out,
    struct err *e)
{
	const struct cv *cv = o->cv;

	*out = NULL;
	if (h->uri == CV_NONE)
		return 0;
	*out = cv_ns_of(cv, h->uri);
	if (!(h->flags & H_DERIVED))
		return 0;
	buf_reset(&o->identity);
	if (buf_printf(&o->identity, e, "spiffe://%s/ns/%s/sa/%s", *out,
	    cv_ns_of(cv, h->name), cv_account_of(cv, h)) == -1)
		return -1;
	*out = buf_str(&o->identity);
	return 0;
}

static int
held_finding(struct cv_out *o, const struct cv_held *h, struct cv_finding *f,
    struct err *e)
{
	const struct cv *cv = o->cv;
	const struct cv_class *c = cv_class_at(cv, h->class);
	const struct cv_trial *t = h->flags & H_FILE ? &c->force : &c->own;

	memset(f, 0, sizeof(*f));
	f->kind = h->flags & H_FILE ? "file" : "secret";
	f->ns = cv_ns_of(cv, h->name);
	f->name = cv_name_of(cv, h->name);
	f->holder = "workload";
	if (identity(o, h, &f->identity, e) == -1)
		return -1;
	f->dated = 1;
	f->not_after = h->not_after;
	f->root = t->root;
	if (f->root == NULL && (h->flags & H_FILE))
		f->root = cv->force.root;
	if (f->root == NULL && c->set != CV_NONE &&
	    cv_set_at(cv, c->set)->n > 0)
		f->root = cv_set_at(cv, c->set)->cert[0];
	return 0;
}

static int
excused(struct cv_out *o, const struct cv_held *h, enum cv_rule_id id,
    uint32_t broken, struct cv_finding *f, struct err *e)
{
	struct cv_words w;
	unsigned i;

	for (i = 0; i < V_RULES; i++)
		if (broken & BIT(i))
			break;
	words(o->cv, h, id, &w);
	cv_word(&w, "finding", "%s", i < V_RULES ? cv_table[i].id : "none");
	return cv_send(o, f, id, &w, e);
}

static const char *
key_unknown(const struct cv_held *h)
{
	if (h->flags & H_KEY_ENCRYPTED)
		return NAME_WORKLOAD_KEY ": the key is encrypted: whether it "
		    "belongs to the certificate cannot be told";
	return h->flags & H_KEY_UNREADABLE ? NAME_WORKLOAD_KEY ": it is not a "
	    "private key in PEM" : NAME_WORKLOAD_KEY ": it cannot be read: "
	    "not base64, or too long";
}

int
cv_judge_held(struct cv_out *o, const struct cv_held *h, struct err *e)
{
	uint32_t broken = cv_broken(o->cv, h);
	enum cv_rule_id id = cv_excuse(o->cv, h);
	struct cv_finding f;
	struct cv_words w;
	unsigned i;

	if (held_finding(o, h, &f, e) == -1)
		return -1;
	o->sum->workloads++;
	if ((h->flags & H_KEY_UNKNOWN) && cv_send_plain(o, &f,
	    VERDICT_UNKNOWN, key_unknown(h), e) == -1)
		return -1;
	if (id != V_RULES && (broken != 0 || id == V_ORPHAN))
		return excused(o, h, id, broken, &f, e);
	for (i = 0; i < V_RULES; i++) {
		if (!(broken & BIT(i)))
			continue;
		words(o->cv, h, i, &w);
		if (cv_send(o, &f, i, &w, e) == -1)
			return -1;
	}
	if (broken != 0 || (h->flags & H_KEY_UNKNOWN))
		return 0;
	return cv_send_plain(o, &f, VERDICT_OK, h->flags & H_FILE ?
	    "its chain validates under the root in force" :
	    "holds the root in force, and its chain validates under it", e);
}

/* ---- records of a copy of the root ---- */

static const char *
keeper(const struct cv *cv, const struct cv_trust *t)
{
	if (cv_root_is_named(cv))
		return BEFORE_USE;
	switch (t->source) {
	case TRUST_ISTIO_SECURITY:
		return "Citadel rewrites it when it has read its root anew; if "
		    "not, restart Citadel";
	case TRUST_FILE:
		return "replace it with a copy of the root in force";
	default:
		return "istiod rewrites it within a minute of reading its "
		    "root; if not, look into istiod's log, and for a second "
		    "control plane that writes it, too";
	}
}

static void
words_trust(struct cv *cv, const struct cv_trust *t, enum cv_rule_id id,
    struct cv_words *w)
{
	w->n = 0;
	switch (id) {
	case V_NOT_TRUSTED:
		words_not_trusted(cv, t->set, keeper(cv, t), w);
		break;
	case V_STALE_ROOT:
		words_stale(cv, t->set, keeper(cv, t), w);
		break;
	default:
		word_trial(w, &cv_set_try(cv, t->set)->trial);
		cv_word(w, "against", "the roots in it");
		cv_word(w, "what", "what the CA issues");
		cv_word(w, "yes", "Envoy accepts");
		cv_word(w, "next", "give the root its old subject, bytes "
		    "included, and its old key identifier");
		break;
	}
}

int
cv_judge_trust(struct cv_out *o, const struct cv_trust *t, struct err *e)
{
	const struct cv_set *s = t->set == CV_NONE ? NULL :
	    cv_set_try(o->cv, t->set);
	struct cv_finding f;
	struct cv_words w;
	uint32_t broken;
	unsigned i;

	memset(&f, 0, sizeof(f));
	f.kind = t->kind;
	f.ns = cv_ns_of(o->cv, t->name);
	f.name = cv_name_of(o->cv, t->name);
	f.holder = "trust";
	if (s != NULL && s->n > 0) {
		f.root = s->holds ? o->cv->force.root : s->cert[0];
		f.dated = 1;
		f.not_after = f.root->not_after;
	}
	if (s != NULL && s->broken.class != ERR_NONE)
		return cv_send_plain(o, &f, VERDICT_UNKNOWN, s->broken.msg, e);
	broken = cv_trust_broken(o->cv, t->set);
	for (i = 0; i < V_RULES; i++) {
		if (!(broken & BIT(i)))
			continue;
		words_trust(o->cv, t, i, &w);
		if (cv_send(o, &f, i, &w, e) == -1)
			return -1;
	}
	return broken != 0 ? 0 : cv_send_plain(o, &f, VERDICT_OK,
	    "holds the root in force", e);
}
