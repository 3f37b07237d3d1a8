/* Every rule asked of every entry, and the answers in their order. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/rootcheck/state.h"

#define MESSAGE_MAX	4096
#define RC_ENTRY_MAX	1024

struct judge {
	struct rc	*rc;
	int		(*emit)(void *arg, const struct rc_finding *f,
			    struct err *e);
	void		*arg;
	struct buf	 message;
	struct buf	 entry;
	size_t		 records;
};

static const char *const roles[] = {
	[ROLE_ROOT] = "root", [ROLE_INTERMEDIATE] = "intermediate",
	[ROLE_TRUST] = "trust", [ROLE_WEBHOOK] = "webhook",
	[ROLE_LEFTOVER] = "leftover", [ROLE_MESH] = "mesh",
	[ROLE_FORECAST] = "forecast", [ROLE_CLOCK] = "clock",
};

void
rc_word(struct rc_words *w, const char *name, const char *fmt, ...)
{
	va_list ap;

	if (w->n >= WORDS_MAX)
		return;
	snprintf(w->name[w->n], sizeof(w->name[w->n]), "%s", name);
	va_start(ap, fmt);
	vsnprintf(w->value[w->n], sizeof(w->value[w->n]), fmt, ap);
	va_end(ap);
	w->n++;
}

static int
send(struct judge *j, struct rc_finding *f, struct err *e)
{
	f->message = buf_str(&j->message);
	j->records++;
	return j->emit(j->arg, f, e);
}

static int
expand(struct judge *j, const struct rule *r, const struct rc_words *w,
    struct err *e)
{
	struct rule_arg args[WORDS_MAX];
	size_t i;

	for (i = 0; i < w->n; i++) {
		args[i].name = w->name[i];
		args[i].value = w->value[i];
	}
	buf_reset(&j->message);
	return rule_message(r, args, w->n, &j->message, e);
}

static int
plain(struct judge *j, const char *text, struct err *e)
{
	buf_reset(&j->message);
	return buf_puts(&j->message, text, e);
}

static void
object_finding(struct rc_finding *f, const struct rc_object *o)
{
	memset(f, 0, sizeof(*f));
	f->kind = o->kind;
	f->ns = o->ns;
	f->name = o->name;
	f->role = o->what == RC_UNKNOWN ? NULL : o->what == RC_TRUST ?
	    roles[ROLE_TRUST] : o->what == RC_WEBHOOK ? roles[ROLE_WEBHOOK] :
	    o->leftover ? roles[ROLE_LEFTOVER] : roles[ROLE_ROOT];
}

static int
unknown(struct judge *j, const struct rc_object *o, const char *entry,
    const char *why, struct err *e)
{
	struct rc_finding f;

	object_finding(&f, o);
	f.verdict = VERDICT_UNKNOWN;
	f.entry = entry;
	return plain(j, why, e) == -1 ? -1 : send(j, &f, e);
}

/*
 * Ask every rule of this scope; a broken one strikes out those that it
 * implies.  Returns the set of broken rules and their words, by id.
 */
static uint64_t
ask(const struct rc_at *at, enum rc_scope scope, enum rc_role role,
    struct rc_words *words)
{
	uint64_t broken = 0, hidden = 0;
	const struct rc_rule *r;
	unsigned i;

	for (i = 0; i < R_RULES; i++) {
		r = &rc_table[i];
		words[i].n = 0;
		if (r->scope != scope || !(r->roles & ROLE(role)) ||
		    r->check == NULL || !r->check(at, &words[i]))
			continue;
		broken |= HIDES(i);
		hidden |= r->hides;
	}
	return broken & ~hidden;
}

/* One record a broken rule, worst first; f holds what they share. */
static int
send_broken(struct judge *j, uint64_t broken, const struct rc_words *words,
    struct rc_finding *f, struct err *e)
{
	int sev;
	unsigned i;

	for (sev = VERDICT_BAD; sev >= VERDICT_OK; sev--)
		for (i = 0; i < R_RULES; i++) {
			if (!(broken & HIDES(i)) ||
			    (int)rc_table[i].rule.severity != sev)
				continue;
			f->rule = &rc_table[i].rule;
			f->verdict = rc_table[i].rule.severity;
			if (expand(j, f->rule, &words[i], e) == -1 ||
			    send(j, f, e) == -1)
				return -1;
		}
	return 0;
}

static const char *
fine(const struct rc_at *at)
{
	if (at->block->role == ROLE_ROOT && at->obj->in_force)
		return at->cert == at->rc->root ? "the root in force" :
		    "a certificate of the CA in force";
	if (at->block->role == ROLE_INTERMEDIATE && at->obj->in_force)
		return "an intermediate of the CA in force";
	return "nothing wrong with it";
}

static int
judge_block(struct judge *j, struct rc_at *at, struct rc_words *words,
    struct err *e)
{
	const struct rc_block *k = at->block;
	struct rc_finding f;
	uint64_t broken;

	buf_reset(&j->entry);
	if (at->obj->what == RC_WEBHOOK && k->n == 1 ?
	    buf_puts(&j->entry, at->entry->name, e) == -1 :
	    buf_printf(&j->entry, e, "%s#%u", at->entry->name, k->n) == -1)
		return -1;
	if (k->what == BUNDLE_BROKEN)
		return unknown(j, at->obj, buf_str(&j->entry), k->err.msg, e);
	object_finding(&f, at->obj);
	f.entry = buf_str(&j->entry);
	f.role = roles[k->role];
	f.cert = at->cert = k->cert;
	broken = ask(at, k->cert != NULL ? ON_CERT : ON_BLOCK, k->role, words);
	if (broken != 0)
		return send_broken(j, broken, words, &f, e);
	if (plain(j, fine(at), e) == -1)
		return -1;
	return send(j, &f, e);
}

/*
 * An empty caBundle can be legal, and what a CA lacks that is not in force or
 * is known to be incomplete has been said; anything else without certificates
 * cannot be judged.
 */
static int
wants_certs(const struct rc_object *o, const struct rc_entry *en)
{
	if (o->what == RC_WEBHOOK || o->leftover)
		return 0;
	return en->seen.state == SEEN_PRESENT || o->what == RC_TRUST ||
	    (o->in_force && !o->incomplete);
}

static int
judge_entry(struct judge *j, const struct rc_object *o,
    const struct rc_entry *en, struct rc_words *words, struct err *e)
{
	struct rc_at at = { j->rc, o, en, NULL, NULL };
	size_t i;

	if (en->name == NULL)
		return 0;
	if (en->seen.state != SEEN_PRESENT && en->seen.state != SEEN_ABSENT)
		return unknown(j, o, en->name, en->seen.err.msg, e);
	if (en->n == 0 && wants_certs(o, en))
		return unknown(j, o, en->name[0] != '\0' ? en->name : NULL,
		    "it holds no certificate", e);
	for (i = 0; i < en->n; i++) {
		at.block = &en->block[i];
		if (judge_block(j, &at, words, e) == -1)
			return -1;
	}
	return 0;
}

/* What can only be said of a CA secret as unknown. */
static int
judge_ca_unknowns(struct judge *j, const struct rc_object *o, struct err *e)
{
	enum chain_why why = o->chain.res.why;

	if (o->what != RC_CA || o->leftover)
		return 0;
	if (o->key == KEYS_ENCRYPTED &&
	    unknown(j, o, o->key_name, "the key is encrypted: whether it "
	    "belongs to the certificate cannot be told", e) == -1)
		return -1;
	if (o->key == KEYS_UNREADABLE &&
	    unknown(j, o, o->key_name, "it is not a private key in PEM", e) ==
	    -1)
		return -1;
	if (o->chain.judged && o->chain.by != NULL &&
	    (why == CHAIN_NOT_MINE || why == CHAIN_LIMIT))
		return unknown(j, o, NULL, chain_why_text(why), e);
	return 0;
}

static int
judge_object(struct judge *j, const struct rc_object *o,
    struct rc_words *words, struct err *e)
{
	struct rc_at at = { j->rc, o, NULL, NULL, NULL };
	struct rc_finding f;
	uint64_t broken;
	size_t i;

	if (o->what == RC_UNKNOWN)
		return unknown(j, o, o->unknown_entry, o->why.msg, e);
	if (judge_ca_unknowns(j, o, e) == -1)
		return -1;
	object_finding(&f, o);
	broken = ask(&at, ON_OBJECT, o->leftover ? ROLE_LEFTOVER : ROLE_ROOT,
	    words);
	if (send_broken(j, broken, words, &f, e) == -1)
		return -1;
	for (i = 0; i < SLOTS; i++)
		if (judge_entry(j, o, &o->entry[i], words, e) == -1)
			return -1;
	return 0;
}

static void
forecast_finding(const struct rc *rc, struct rc_finding *f)
{
	enum rc_rule_id id;
	struct rc_break b;

	if (!rc_forecast(rc, &b))
		return;
	f->role = roles[ROLE_FORECAST];
	f->cert = b.cert;
	f->has_until = 1;
	f->until = b.at;
	f->verdict = rc_grade(rc, b.cert, b.at);
	id = b.at < rc->p.now ? R_EXPIRED : f->verdict == VERDICT_BAD ?
	    R_EXPIRES_CRITICAL : R_EXPIRES_SOON;
	f->cause_rule = rc_table[id].rule.id;
	f->cause_kind = b.obj->kind;
	f->cause_ns = b.obj->ns;
	f->cause_name = b.obj->name;
}

static int
judge_mesh(struct judge *j, struct rc_words *words, struct err *e)
{
	struct rc_at at = { j->rc, NULL, NULL, NULL, NULL };
	struct rc_finding f;
	uint64_t broken;
	unsigned i;

	broken = ask(&at, ON_MESH, ROLE_MESH, words);
	for (i = 0; i < R_RULES; i++) {
		if (!(broken & HIDES(i)))
			continue;
		memset(&f, 0, sizeof(f));
		f.kind = "mesh";
		f.ns = "";
		f.name = j->rc->p.istio_ns;
		f.role = roles[ROLE_MESH];
		f.rule = &rc_table[i].rule;
		f.verdict = f.rule->severity;
		if (i == R_CLOCK_SKEW)
			f.role = roles[ROLE_CLOCK];
		if (i == R_FIRST_BREAK)
			forecast_finding(j->rc, &f);
		if (expand(j, f.rule, &words[i], e) == -1 ||
		    send(j, &f, e) == -1)
			return -1;
	}
	return 0;
}

int
rc_end(struct rc *rc,
    int (*emit)(void *arg, const struct rc_finding *f, struct err *e),
    void *arg, struct rc_summary *sum, struct err *e)
{
	struct judge j = { .rc = rc, .emit = emit, .arg = arg };
	struct rc_words *words;
	int ret = -1;
	size_t i;

	memset(sum, 0, sizeof(*sum));
	buf_init(&j.message, MESSAGE_MAX, "a message");
	buf_init(&j.entry, RC_ENTRY_MAX, "an entry's name");
	if ((words = calloc(R_RULES, sizeof(*words))) == NULL) {
		err_nomem(e);
		goto out;
	}
	if (rc_prepare(rc, e) == -1)
		goto out;
	for (i = 0; i < rc->nobj; i++)
		if (judge_object(&j, &rc->obj[i], words, e) == -1)
			goto out;
	if (judge_mesh(&j, words, e) == -1)
		goto out;
	sum->records = j.records;
	sum->root = rc->root;
	sum->elsewhere = rc->elsewhere;
	ret = 0;
out:
	free(words);
	buf_release(&j.message);
	buf_release(&j.entry);
	return ret;
}
