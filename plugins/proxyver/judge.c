/* Every rule asked of every container. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plugins/proxyver/state.h"

#define MESSAGE_MAX	8192
#define WHY_MAX		(ERR_MSG_MAX + 64)	/* what came of asking */

void
pv_word(struct pv_case *c, const char *name, const char *fmt, ...)
{
	va_list ap;

	if (c->words == PV_WORDS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(c->text[c->words], PV_TEXT_MAX, fmt, ap);
	va_end(ap);
	c->word[c->words].name = name;
	c->word[c->words].value = c->text[c->words];
	c->words++;
}

static void
word_version(struct pv_case *c)
{
	char v[VERSION_LEN];

	version_text(&c->image.version, c->image.has_patch, v);
	pv_word(c, "version", "%s", v);
}

static void
word_reload(struct pv_case *c)
{
	pv_word(c, "how", "%s", c->reload->text);
	pv_word(c, "next", "%s", c->reload->next);
}

/* ---- the rules' checks ---- */

int
pv_no_hot_reload(struct pv_case *c)
{
	if (c->reload == NULL || c->reload->how != RELOAD_NEVER)
		return 0;
	word_reload(c);
	return 1;
}

int
pv_too_old(struct pv_case *c)
{
	if (c->part != PART_CITADEL || c->reload == NULL ||
	    reload_is_old(&c->image.version, c->image.has_patch) != 1)
		return 0;
	word_version(c);
	word_reload(c);
	return 1;
}

int
pv_below_minimum(struct pv_case *c)
{
	char min[VERSION_LEN];

	if (c->below == 1) {
		version_text(&c->params->min, 1, min);
		word_version(c);
		pv_word(c, "minimum", "%s", min);
		pv_word(c, "who", "--min asks for");
		return 1;
	}
	if (c->old != 1)
		return 0;
	word_version(c);
	pv_word(c, "minimum", "%s", version_at_least(&c->image.version, 1, 1,
	    0) ? "1.1.8" : "1.0.8");
	pv_word(c, "who", "Istio's guide asks for before a root is replaced");
	return 1;
}

int
pv_restart(struct pv_case *c)
{
	if (c->reload == NULL || c->reload->how != RELOAD_RESTART)
		return 0;
	word_reload(c);
	return 1;
}

static void
word_is(struct pv_case *c)
{
	pv_word(c, "is", "%s", c->secured == FLAG_TRUE ? "is on" :
	    "may be on (its arguments do not say)");
}

int
pv_no_sidecar(struct pv_case *c)
{
	if (c->part != PART_PILOT || c->sidecar || c->secured == FLAG_FALSE)
		return 0;
	word_is(c);
	return 1;
}

int
pv_secured(struct pv_case *c)
{
	if ((c->part != PART_PILOT && c->part != PART_GALLEY &&
	    c->part != PART_MIXER) || c->secured == FLAG_FALSE)
		return 0;
	word_is(c);
	pv_word(c, "part", "%s", part_name(c->part));
	return 1;
}

/* Why the version is not known, or not well enough. */
static void
word_why(struct pv_case *c)
{
	const struct image *im = &c->image;

	if (c->part == PART_AGENTGATEWAY) {
		pv_word(c, "why", "agentgateway has versions of its own");
		return;
	}
	switch (im->says) {
	case IMAGE_NONE:
		pv_word(c, "why", "it has no image yet");
		break;
	case IMAGE_DIGEST:
		pv_word(c, "why", "its image is named by a digest alone");
		break;
	case IMAGE_NO_TAG:
		pv_word(c, "why", "its image has no tag, which means whatever "
		    "latest was");
		break;
	case IMAGE_NO_VERSION:
		pv_word(c, "why", "its image's tag '%s' is no version of Istio",
		    im->tag);
		break;
	case IMAGE_VENDOR:
		pv_word(c, "why", "the tags of image '%s' are its vendor's "
		    "versions, not Istio's", im->base);
		break;
	case IMAGE_RENAMED:
		pv_word(c, "why", "an image '%s' is none of Istio's, so its "
		    "tag '%s' need not be a version of Istio", im->base,
		    im->tag);
		break;
	case IMAGE_VERSION:
		pv_word(c, "why", "its %s '%s' does not say which release of "
		    "%d.%d it is, and that decides", c->source == PV_AGENT ?
		    "own word" : c->source == PV_LABEL ? "label" :
		    "image's tag", im->tag, im->version.major,
		    im->version.minor);
		break;
	}
}

/* What came of asking it; "" if it was not, or the reason says it. */
static void
asked(const struct pv_case *c, char out[WHY_MAX])
{
	const struct pv_said *s = c->said;

	out[0] = '\0';
	if (s == NULL || c->source == PV_AGENT)
		return;
	if (s->version == NULL)
		snprintf(out, WHY_MAX, "it was asked, and %s; ", s->why);
	else if (c->source != PV_NOTHING)
		snprintf(out, WHY_MAX, "it was asked, and its own word '%s' "
		    "says no more; ", s->version);
	else
		snprintf(out, WHY_MAX, "it was asked, and its own word '%s' "
		    "is no version of Istio; ", s->version);
}

/* What to do: ask what runs, or, where nothing does yet, name the image. */
static void
word_next(struct pv_case *c)
{
	char why[WHY_MAX];

	asked(c, why);
	if (c->container->running == NULL)
		pv_word(c, "next", "give its image a tag that says its "
		    "version");
	else
		pv_word(c, "next", "%s%s: kubectl exec -n %s %s -c %s -- %s "
		    "version", why, c->said == NULL ? "ask it" :
		    "to ask by hand", c->pod->ref.ns, c->pod->ref.name,
		    c->container->name, pv_binary(c->part));
}

int
pv_unknown(struct pv_case *c)
{
	if (!pv_version_unknown(c))
		return 0;
	word_why(c);
	word_next(c);
	return 1;
}

/* ---- records ---- */

static int
send(struct pv_case *c, const struct rule *rule, const char *message,
    pv_emit *emit, void *arg, struct err *e)
{
	char version[VERSION_LEN];
	struct pv_finding f;

	memset(&f, 0, sizeof(f));
	f.verdict = rule == NULL ? VERDICT_OK : rule->severity;
	f.ref = &c->pod->ref;
	f.container = c->container->name;
	f.role = role_name(c->role);
	if (c->source != PV_NOTHING) {
		version_text(&c->image.version, c->image.has_patch, version);
		f.version = version;
		if (c->image.variant[0] != '\0')
			f.variant = c->image.variant;
	}
	f.source = pv_source_name(c->source);
	f.image = c->ref[0] == '\0' ? NULL : c->ref;
	f.rule = rule;
	f.message = message;
	f.first = !c->found;
	c->found = 1;
	return emit(arg, &f, e);
}

static int
broken(struct pv_case *c, const struct rule *rule, pv_emit *emit, void *arg,
    struct err *e)
{
	struct buf message;
	int ret;

	buf_init(&message, MESSAGE_MAX, "a message");
	ret = rule_message(rule, c->word, c->words, &message, e);
	if (ret == 0)
		ret = send(c, rule, buf_str(&message), emit, arg, e);
	buf_release(&message);
	return ret;
}

/* What it does by itself; of Pilot, whether it has a sidecar. */
static const char *
fine(struct pv_case *c)
{
	switch (c->part) {
	case PART_PILOT:
		return c->sidecar ? "has a sidecar, and controlPlaneSecurity "
		    "is off: nothing of it hangs on the root" :
		    "has no sidecar, and controlPlaneSecurity is off: nothing "
		    "of it hangs on the root";
	case PART_MIXER:
		return "controlPlaneSecurity is off: nothing of it hangs on "
		    "the root";
	default:
		if (c->reload->next == NULL)
			return c->reload->text;
		snprintf(c->text[0], PV_TEXT_MAX, "%s; %s", c->reload->text,
		    c->reload->next);
		return c->text[0];
	}
}

static int
judge(struct pv_case *c, pv_emit *emit, void *arg, struct err *e)
{
	unsigned hidden = 0;
	size_t i;

	pv_version(c);
	c->sidecar = part_has_sidecar(c->pod);
	c->secured = part_secured(c->pod, c->container, c->part,
	    &c->image.version);
	for (i = 0; i < PV_RULES; i++) {
		c->words = 0;
		if ((hidden & 1u << i) != 0 || !pv_table[i].check(c))
			continue;
		hidden |= pv_table[i].hides;
		if (broken(c, &pv_table[i].rule, emit, arg, e) == -1)
			return -1;
	}
	return c->found ? 0 : send(c, NULL, fine(c), emit, arg, e);
}

static const struct pv_said *
said_by(size_t container, const struct pv_said *said, size_t nsaid)
{
	size_t i;

	for (i = 0; i < nsaid; i++)
		if (said[i].container == container)
			return &said[i];
	return NULL;
}

int
pv_judge_asked(const struct pv_params *p, const struct pod *pod,
    const struct pv_said *said, size_t nsaid, pv_emit *emit, void *arg,
    size_t *containers, struct err *e)
{
	struct pv_case c;
	size_t i;

	if (part_completed(pod))
		return 0;
	for (i = 0; i < pod->ncontainer; i++) {
		if (!pv_case_of(p, pod, i, &c))
			continue;
		c.said = said_by(i, said, nsaid);
		(*containers)++;
		if (judge(&c, emit, arg, e) == -1)
			return -1;
	}
	return 0;
}

int
pv_judge(const struct pv_params *p, const struct pod *pod, pv_emit *emit,
    void *arg, size_t *containers, struct err *e)
{
	return pv_judge_asked(p, pod, NULL, 0, emit, arg, containers, e);
}
