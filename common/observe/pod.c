#include <string.h>

#include "api.pb-c.h"
#include "kube/message.h"
#include "observe/object.h"
#include "observe/pod.h"

static const char *
text(const char *s)
{
	return s == NULL ? "" : s;
}

static int
is_name(const char *s)
{
	return s != NULL && s[0] != '\0' && strlen(s) <= OBSERVE_NAME_MAX;
}

const char *
pod_ref(const struct ProtobufCMessage *m, const char *kind, struct ref *ref)
{
	const K8s__LeanMeta *meta;

	/* every lean message begins with its metadata */
	meta = ((const K8s__Namespace *)m)->metadata;
	memset(ref, 0, sizeof(*ref));
	ref->kind = kind;
	if (meta == NULL || !is_name(meta->name))
		return "its metadata.name is missing or no legal name";
	ref->ns = text(meta->namespace_);
	if (m->descriptor != &k8s__namespace__descriptor &&
	    !is_name(meta->namespace_))
		return "its metadata.namespace is missing or no legal name";
	ref->name = meta->name;
	ref->uid = meta->uid;
	ref->version = meta->resourceversion;
	return NULL;
}

static int
labels_of(const K8s__LeanMeta *meta, struct pod *p, struct arena *a,
    struct err *e)
{
	struct name_value *v;
	size_t i;

	if (meta == NULL || meta->n_labels == 0)
		return 0;
	v = arena_array(a, meta->n_labels, sizeof(*v), e);
	if (v == NULL)
		return -1;
	for (i = 0; i < meta->n_labels; i++) {
		v[i].name = text(meta->labels[i]->key);
		v[i].value = text(meta->labels[i]->value);
	}
	p->label = v;
	p->nlabel = meta->n_labels;
	return 0;
}

static int
volumes_of(const K8s__PodSpec *spec, struct pod *p, struct arena *a,
    struct err *e)
{
	const K8s__VolumeSource *from;
	struct volume *v;
	size_t i;

	if (spec->n_volumes == 0)
		return 0;
	v = arena_array(a, spec->n_volumes, sizeof(*v), e);
	if (v == NULL)
		return -1;
	for (i = 0; i < spec->n_volumes; i++) {
		v[i].name = text(spec->volumes[i]->name);
		if ((from = spec->volumes[i]->volumesource) == NULL)
			continue;
		if (from->secret != NULL)
			v[i].secret = from->secret->secretname;
		if (from->hostpath != NULL)
			v[i].host_path = from->hostpath->path;
	}
	p->volume = v;
	p->nvolume = spec->n_volumes;
	return 0;
}

/* Command and arguments in one array, as the kernel gets them. */
static int
args_of(const K8s__PodContainer *from, struct container *c, struct arena *a,
    struct err *e)
{
	size_t i, n = from->n_command + from->n_args;

	if (n == 0)
		return 0;
	if ((c->arg = arena_array(a, n, sizeof(*c->arg), e)) == NULL)
		return -1;
	for (i = 0; i < from->n_command; i++)
		c->arg[c->narg++] = from->command[i];
	for (i = 0; i < from->n_args; i++)
		c->arg[c->narg++] = from->args[i];
	return 0;
}

/* What runs under a name; NULL if nothing does. */
static const char *
running(K8s__ContainerStatus *const *status, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(text(status[i]->name), name) == 0 &&
		    text(status[i]->image)[0] != '\0')
			return status[i]->image;
	return NULL;
}

static int
container_of(const K8s__PodContainer *from, const K8s__PodStatus *status,
    int init, struct container *c, struct arena *a, struct err *e)
{
	c->name = text(from->name);
	c->image = text(from->image);
	c->init = init;
	if (status != NULL)
		c->running = init ? running(status->initcontainerstatuses,
		    status->n_initcontainerstatuses, c->name) :
		    running(status->containerstatuses,
		    status->n_containerstatuses, c->name);
	return args_of(from, c, a, e);
}

static int
containers_of(const K8s__PodSpec *spec, const K8s__PodStatus *status,
    struct pod *p, struct arena *a, struct err *e)
{
	size_t i, n = spec->n_containers + spec->n_initcontainers;
	struct container *c;

	if (n == 0)
		return 0;
	if ((c = arena_array(a, n, sizeof(*c), e)) == NULL)
		return -1;
	p->container = c;
	for (i = 0; i < spec->n_containers; i++)
		if (container_of(spec->containers[i], status, 0,
		    &c[p->ncontainer++], a, e) == -1)
			return -1;
	for (i = 0; i < spec->n_initcontainers; i++)
		if (container_of(spec->initcontainers[i], status, 1,
		    &c[p->ncontainer++], a, e) == -1)
			return -1;
	return 0;
}

int
pod_of_message(const struct ProtobufCMessage *m, struct pod *p,
    struct arena *a, struct err *e)
{
	const K8s__Pod *from = (const K8s__Pod *)m;

	p->phase = text(from->status == NULL ? NULL : from->status->phase);
	if (labels_of(from->metadata, p, a, e) == -1)
		return -1;
	if (from->spec == NULL)
		return 0;
	return volumes_of(from->spec, p, a, e) == -1 ? -1 :
	    containers_of(from->spec, from->status, p, a, e);
}

/* Of a document: through the message that it would have been. */
static int
hand_on(const struct object *ob, const struct node *n, struct err *e)
{
	struct pod p = { .ref = ob->ref };
	const ProtobufCMessage *m;
	struct err why = ERR_INIT;
	struct arena a;
	int ret;

	arena_init(&a, POD_BYTES_MAX, "a pod");
	m = message_of_node(&k8s__pod__descriptor, n, &a, &why);
	if (m != NULL && pod_of_message(m, &p, &a, &why) == 0)
		ret = ob->sink->pod(ob->sink->arg, &p, e);
	else if (why.class == ERR_NOMEM)
		ret = err_nomem(e);
	else
		ret = object_unknown(ob, NULL, &why, e);
	arena_release(&a);
	return ret;
}

int
object_pod(const struct object *ob, struct err *e)
{
	return ob->sink->pod == NULL ? 0 : hand_on(ob, ob->node, e);
}

int
object_template(const struct object *ob, struct err *e)
{
	const struct node *t;

	if (ob->sink->pod == NULL)
		return 0;
	t = node_path(ob->node, "spec", "template", (const char *)NULL);
	return t == NULL ? 0 : hand_on(ob, t, e);
}
