/* Everyone who holds the root, watched. */
#include <stdio.h>
#include <string.h>

#include "kube/node.h"
#include "observe/holding.h"
#include "observe/workload.h"

struct watching {
	struct holders			 h;
	const struct holders_watch	*w;
	const struct kube_ask		*ca;	/* the CA's question */
};

static int
on_event(void *arg, const struct kube_ask *a, enum kube_event what,
    const struct ProtobufCMessage *m, struct err *e)
{
	struct watching *w = arg;
	struct workload f;
	struct node *n;
	struct ref ref;
	int ret;

	if (a == w->ca)
		return w->w->ca(w->w->arg, e);
	if (what != KUBE_DELETED)
		return holders_message(&w->h, a, m, e) == -1 ? -1 :
		    w->w->idle(w->w->arg, e);
	memset(&ref, 0, sizeof(ref));
	if (strcmp(a->kind, "Secret") == 0) {
		workload_of_message(m, &f);
		return w->w->gone(w->w->arg, &f.ref, e);
	}
	if ((n = kube_node(a, m)) == NULL)
		return err_nomem(e);
	ref.kind = "configmap";
	ref.ns = node_str(node_path(n, "metadata", "namespace",
	    (const char *)NULL), NULL);
	ref.name = node_str(node_path(n, "metadata", "name",
	    (const char *)NULL), NULL);
	ret = ref.ns == NULL || ref.name == NULL ? 0 :
	    w->w->gone(w->w->arg, &ref, e);
	kube_node_free(n);
	return ret;
}

static int
on_idle(void *arg, struct err *e)
{
	struct watching *w = arg;

	return w->w->idle(w->w->arg, e);
}

int
observe_holders_watch(struct kube *k, const struct holders_scope *s,
    const struct observe_options *o, const struct sink *sink,
    const struct holders_versions *v, const struct holders_watch *hw,
    int *again, struct err *e)
{
	struct watching w = {
		.h = { .k = k, .s = s, .o = o, .sink = sink }, .w = hw
	};
	const struct kube_ask ask[] = {
		holders_ask_secrets(&w.h, s->ns), holders_ask_copies(&w.h),
		holders_ask_ca(&w.h)
	};
	const char *const versions[] = {
		v->secrets, v->configmaps, v->secrets
	};
	const struct kube_watch_sink ks = {
		.event = on_event, .idle = on_idle, .arg = &w
	};
	struct kube_watched watched[3];
	enum kube_watch_end end;
	size_t i;

	holders_tap(&w.h);
	w.ca = &ask[2];
	memset(watched, 0, sizeof(watched));
	for (i = 0; i < 3; i++) {
		watched[i].ask = &ask[i];
		snprintf(watched[i].version, KUBE_VERSION_MAX, "%s",
		    versions[i]);
	}
	if (kube_watch(k, watched, 3, &ks, &end, e) == -1)
		return -1;
	*again = end == KUBE_WATCH_AGAIN;
	return 0;
}
