/* A workload's secret as it comes in protobuf: without a copy of anything. */
#include <string.h>

#include "api.pb-c.h"
#include "kube/message.h"
#include "mesh/names.h"
#include "observe/object.h"
#include "observe/workload.h"

static int
is_name(const char *s)
{
	return s != NULL && s[0] != '\0' && strlen(s) <= OBSERVE_NAME_MAX;
}

static void
take(const K8s__Secret *s, const char *key, struct entry *en)
{
	size_t i;

	memset(en, 0, sizeof(*en));
	en->name = key;
	for (i = 0; i < s->n_data; i++)
		if (s->data[i]->key != NULL &&
		    strcmp(s->data[i]->key, key) == 0) {
			en->text = (const char *)s->data[i]->value.data;
			en->len = s->data[i]->value.len;
		}
	if (en->len > 0)
		en->seen.state = SEEN_PRESENT;
}

static const char *
annotation(const K8s__ObjectMeta *meta, const char *name)
{
	size_t i;

	for (i = 0; i < meta->n_annotations; i++)
		if (meta->annotations[i]->key != NULL &&
		    strcmp(meta->annotations[i]->key, name) == 0)
			return meta->annotations[i]->value;
	return NULL;
}

const char *
workload_of_message(const struct ProtobufCMessage *m, struct workload *f)
{
	const K8s__Secret *s = (const K8s__Secret *)m;
	const K8s__ObjectMeta *meta = s->metadata;

	memset(f, 0, sizeof(*f));
	f->ref.kind = "secret";
	f->ref.ns = "";
	f->ref.name = "*";
	if (meta == NULL || !is_name(meta->name) || !is_name(meta->namespace_))
		return "its metadata.name or metadata.namespace is missing or "
		    "no legal name";
	f->ref.ns = meta->namespace_;
	f->ref.name = meta->name;
	f->ref.uid = meta->uid;
	f->ref.version = meta->resourceversion;
	f->account = annotation(meta, NAME_ACCOUNT);
	if (s->type == NULL || strcmp(s->type, NAME_WORKLOAD_TYPE) != 0)
		return "it is no secret of type " NAME_WORKLOAD_TYPE;
	take(s, NAME_WORKLOAD_CHAIN, &f->chain);
	take(s, NAME_ROOT_KEY, &f->root);
	take(s, NAME_WORKLOAD_KEY, &f->key);
	return NULL;
}
