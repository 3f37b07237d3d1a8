#include <string.h>

#include "cli/tally.h"

void
tally_init(struct tally *t, const struct strs *excuse)
{
	memset(t, 0, sizeof(*t));
	t->excuse = excuse;
}

/* Is this "KIND/OBJECT"? */
static int
names_object(const char *excuse, const char *kind, const char *object)
{
	size_t n = strlen(kind);

	return strncmp(excuse, kind, n) == 0 && excuse[n] == '/' &&
	    strcmp(excuse + n + 1, object) == 0;
}

int
tally_excused(const struct tally *t, const char *rule, const char *kind,
    const char *object)
{
	size_t i;

	for (i = 0; t->excuse != NULL && i < t->excuse->n; i++)
		if ((rule != NULL && strcmp(t->excuse->v[i], rule) == 0) ||
		    names_object(t->excuse->v[i], kind, object))
			return 1;
	return 0;
}

void
tally_add(struct tally *t, enum verdict v, int excused)
{
	t->n[v]++;
	t->examined++;
	if (v == VERDICT_OK)
		return;
	if (excused)
		t->excused++;
	else if (v == VERDICT_UNKNOWN)
		t->failed = 1;
	else
		t->finding = 1;
}

void
tally_fail(struct tally *t)
{
	t->failed = 1;
}

int
tally_status(const struct tally *t)
{
	return t->failed ? 2 : t->finding ? 1 : 0;
}

void
tally_counts(const struct tally *t, struct rec_count out[TALLY_COUNTS])
{
	static const char *const keys[TALLY_COUNTS] = {
		"ok", "warn", "bad", "unknown", "examined", "excused"
	};
	const size_t n[TALLY_COUNTS] = {
		t->n[VERDICT_OK], t->n[VERDICT_WARN], t->n[VERDICT_BAD],
		t->n[VERDICT_UNKNOWN], t->examined, t->excused
	};
	int i;

	for (i = 0; i < TALLY_COUNTS; i++) {
		out[i].key = keys[i];
		out[i].n = n[i];
	}
}

int
tally_end(const struct tally *t, const struct cli_tool *tool, int ret,
    const struct err *e, int form, int nagios, int shown)
{
	struct err ignored = ERR_INIT;
	int failed = ret == -1;

	ret = failed ? cli_fail(stderr, tool, e) : tally_status(t);
	if (shown || e->class == ERR_USAGE)
		return ret;
	if (form == REC_PROM && !failed)
		return 0;
	if (form != REC_NAGIOS)
		return ret;
	if (!failed)
		return nagios;
	rec_nagios_failed(stdout, tool->word, e->msg, &ignored);
	return 3;
}
