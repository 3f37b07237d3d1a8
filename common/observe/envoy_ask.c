#include <string.h>

#include "observe/ask.h"
#include "observe/envoy_ask.h"

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
