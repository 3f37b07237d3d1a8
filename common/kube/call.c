#include "kube/call.h"

struct calling {
	struct http		*http;
	const struct calls	*c;
	size_t			 begun;
};

static int
on_done(void *arg, size_t slot, const struct http_answer *a, struct err *e)
{
	struct calling *g = arg;
	int ret = g->c->answer(g->c->arg, slot, a, e);

	http_drop(g->http, slot, 1);
	return ret;
}

static int
on_work(void *arg, struct err *e)
{
	struct calling *g = arg;
	const struct call *c;

	for (; g->begun < g->c->n; g->begun++) {
		c = &g->c->call[g->begun];
		if (http_send(g->http, g->begun, c->path, CALL_ACCEPT,
		    &c->send, e) == -1)
			return -1;
	}
	return 0;
}

int
call_all(struct http *h, const struct calls *c, struct err *e)
{
	struct calling g = { h, c, 0 };
	const struct http_client cl = {
		.done = on_done, .work = on_work, .arg = &g
	};

	return http_run(h, c->n, &cl, e);
}
