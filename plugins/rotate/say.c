/* Records, and the plan's sum. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plugins/rotate/state.h"

#define MESSAGE_MAX 8192

const char *
ro_verdict_name(enum ro_verdict v)
{
	static const char *const names[] = { "done", "skip", "todo", "stop" };

	return names[v];
}

const char *
ro_step_name(enum ro_step s)
{
	static const char *const names[] = { "check", "backup", "write",
	    "restart", "wait", "roll", "goal" };

	return names[s];
}

const struct rule *
ro_rule(const char *id)
{
	size_t i;

	for (i = 0; ro_rules[i] != NULL; i++)
		if (strcmp(ro_rules[i]->id, id) == 0)
			return ro_rules[i];
	return NULL;
}

void
ro_word(struct plan *pl, const char *name, const char *fmt, ...)
{
	va_list ap;

	if (pl->words == RO_WORDS)
		return;
	va_start(ap, fmt);
	vsnprintf(pl->text[pl->words], RO_TEXT_MAX, fmt, ap);
	va_end(ap);
	pl->word[pl->words].name = name;
	pl->word[pl->words].value = pl->text[pl->words];
	pl->words++;
}

static void
count(struct ro_next *n, enum ro_verdict v, enum ro_step s)
{
	n->stops += v == RO_STOP;
	if (v == RO_TODO && n->todo++ == 0)
		n->step = s;
}

int
ro_say(struct plan *pl, enum ro_verdict v, enum ro_step s,
    const struct ref *ref, enum ro_id id, struct err *e)
{
	struct ro_record r = { v, s, ref, &ro_table[id], NULL };
	struct buf b;
	int ret = 0;

	count(pl->next, v, s);
	buf_init(&b, MESSAGE_MAX, "a message");
	if (pl->emit != NULL) {
		ret = rule_message(r.rule, pl->word, pl->words, &b, e);
		r.message = buf_str(&b);
		if (ret == 0)
			ret = pl->emit(pl->arg, &r, e);
	}
	buf_release(&b);
	pl->words = 0;
	return ret;
}

int
ro_excused(const struct plan *pl, enum ro_id id, const struct ref *ref)
{
	return pl->p->excused != NULL &&
	    pl->p->excused(pl->p->arg, ro_table[id].id, ref);
}
