#include <string.h>

#include "observe/ask.h"
#include "observe/envoy_ask.h"

#define WORDS 4

/* pilot-agent request GET is there since 1.0; its path has no slash before */
static const char *const question[][WORDS] = {
	[ENVOY_CERTS] = { "pilot-agent", "request", "GET", "certs" },
	[ENVOY_BUNDLE] = { "pilot-agent", "request", "GET",
	    "config_dump?mask=dynamic_active_secrets" },
	[ENVOY_ZTUNNEL] = { "curl", "-sS",
	    "http://localhost:15000/config_dump", NULL },
};

void
envoy_ask(enum envoy_question q, struct kube_run *x)
{
	x->argv = question[q];
	x->argc = question[q][WORDS - 1] == NULL ? WORDS - 1 : WORDS;
}

int
envoy_answer(const struct kube_run *x, struct kube_ran *d, struct arena *a,
    struct proxy_certs *c, struct err *e)
{
	memset(c, 0, sizeof(*c));
	ask_ended(x, d);
	if (d->why.class != ERR_NONE)
		return 0;
	if (envoy_parse(buf_str(d->out), d->out->len, a, c, &d->why) == 0)
		return 1;
	return d->why.class == ERR_NOMEM ? err_nomem(e) : 0;
}
