/*
 * What a binary says when it is asked for its version.  A version is short and
 * of few characters, and stands in the answer; noise before and anything behind
 * change nothing in it; whoever says it, a pod is judged, once, and the same
 * way again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "observe/version_answer.h"
#include "plugins/proxyver/proxyver.h"

#define NOISE	"2026-01-09\tinfo\tasking: it\n"
#define CHARS	"0123456789.-_+abcdefghijklmnopqrstuvwxyz" \
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ"

int	LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int
has(const char *p, size_t n, const char *s)
{
	size_t len = strlen(s);

	for (; n >= len; p++, n--)
		if (memcmp(p, s, len) == 0)
			return 1;
	return 0;
}

static void
check(const char *p, size_t n, int ret, const char *out, const struct err *e)
{
	if (ret == -1 && (out[0] != '\0' || e->msg[0] == '\0' ||
	    (e->class != ERR_FORMAT && e->class != ERR_LIMIT)))
		abort();
	if (ret == 0 && (out[0] == '\0' || strlen(out) >= VERSION_ANSWER_MAX ||
	    strspn(out, CHARS) != strlen(out) || !has(p, n, out)))
		abort();
}

/* The same between other lines. */
static void
again(const char *p, size_t n, int ret, const char *out)
{
	static const char more[] = "\nVersion: 1.0.1\n";
	size_t before = strlen(NOISE);
	char *text = malloc(before + n + sizeof(more));
	char other[VERSION_ANSWER_MAX];
	int got;

	if (text == NULL)
		abort();
	memcpy(text, NOISE, before);
	memcpy(text + before, p, n);
	memcpy(text + before + n, more, sizeof(more));
	got = version_answer(text, before + n, other, NULL);
	if (before + n <= VERSION_ANSWER_BODY && (got != ret ||
	    strcmp(other, out) != 0))
		abort();
	got = version_answer(text, before + n + sizeof(more) - 1, other, NULL);
	if (before + n + sizeof(more) - 1 <= VERSION_ANSWER_BODY &&
	    ret == 0 && (got != 0 || strcmp(other, out) != 0))
		abort();
	free(text);
}

struct sent {
	size_t		n;
	uint32_t	hash;
	int		agent;
};

static int
on_finding(void *arg, const struct pv_finding *f, struct err *e)
{
	struct sent *s = arg;
	const char *m;

	(void)e;
	if (f->message[0] == '\0' || (f->rule == NULL) !=
	    (f->verdict == VERDICT_OK) || f->first != (s->n == 0))
		abort();
	s->n++;
	s->agent |= f->source != NULL && strcmp(f->source, "agent") == 0;
	/* its own word has to be a version to be one */
	if (f->source == NULL && f->version != NULL)
		abort();
	for (m = f->message; *m != '\0'; m++)
		s->hash = (s->hash ^ (unsigned char)*m) * 16777619;
	return 0;
}

static void
judge(const char *image, const struct pv_said *said)
{
	struct container c = { .name = "istio-proxy", .image = image,
	    .running = image };
	struct pod p = { .ref = { "pod", "shop", "cart-0", NULL, NULL },
	    .phase = "Running", .container = &c, .ncontainer = 1 };
	struct pv_params params = { 0, { 0, 0, 0, 0 } };
	struct sent s[2] = { { 0, 0, 0 }, { 0, 0, 0 } };
	struct err e = ERR_INIT;
	size_t n = 0;
	int i;

	for (i = 0; i < 2; i++)
		if (pv_judge_asked(&params, &p, said, 1, on_finding, &s[i],
		    &n, &e) == -1 || s[i].n == 0)
			abort();
	if (n != 2 || s[0].n != s[1].n || s[0].hash != s[1].hash)
		abort();
	/* nobody's word counts where it was not needed */
	if (s[0].agent && (said->version == NULL ||
	    pv_question(&params, &p, 0) == NULL))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char out[VERSION_ANSWER_MAX];
	struct pv_said said = { .container = 0 };
	struct err e = ERR_INIT;
	int ret;

	ret = version_answer((const char *)p, n, out, &e);
	check((const char *)p, n, ret, out, &e);
	again((const char *)p, n, ret, out);
	said.version = ret == 0 ? out : NULL;
	said.why = e.msg;
	judge("acme/mesh:prod", &said);
	judge("istio/proxyv2:1.1-dev", &said);
	judge("istio/proxyv2:1.20.0", &said);
	return 0;
}
