/* Controllers: what their pods are, and whether they have been restarted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/when.h"
#include "cmd/rotate/run.h"
#include "observe/observe.h"

/* What observe/ makes of a template. */
struct template {
	enum part	 part;
	struct version	 version;
	int		 has_patch;
	enum era_flag	 secured;
};

static void
take_version(struct template *t, const struct container *c, enum part part)
{
	struct image im;

	image_parse(c->image, &im);
	if (image_check(&im, part) != IMAGE_VERSION)
		return;
	t->version = im.version;
	t->has_patch = im.has_patch;
}

/* The first container of the control plane; ztunnel's is called as a proxy. */
static int
on_pod(void *arg, const struct pod *p, struct err *e)
{
	struct template *t = arg;
	const struct container *c;
	enum part part;
	size_t i;

	(void)e;
	for (i = 0; i < p->ncontainer; i++) {
		c = &p->container[i];
		part = part_of(p, c);
		if (part == PART_NONE || (part == PART_PROXY &&
		    t->part != PART_NONE))
			continue;
		if (t->part != PART_NONE && t->part != PART_PROXY)
			continue;
		t->part = part;
		take_version(t, c, part);
		t->secured = part_secured(p, c, part, &t->version);
	}
	return 0;
}

static int64_t
number(const struct node *obj, const char *map, const char *key,
    int64_t other)
{
	return node_number(node_path(obj, map, key, (const char *)NULL),
	    other);
}

/*
 * Are all of its pods of its present template, and Ready?  As kubectl rollout
 * status has it (k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go).
 */
static int
is_ready(const struct node *obj, const char *kind)
{
	int64_t want = number(obj, "spec", "replicas", 1);
	const char *updated = "updatedReplicas", *ready = "availableReplicas";

	if (strcmp(kind, "DaemonSet") == 0) {
		want = number(obj, "status", "desiredNumberScheduled", 0);
		updated = "updatedNumberScheduled";
		ready = "numberAvailable";
	} else if (strcmp(kind, "StatefulSet") == 0)
		ready = "readyReplicas";
	if (number(obj, "metadata", "generation", 0) >
	    number(obj, "status", "observedGeneration", 0) ||
	    number(obj, "status", updated, 0) < want ||
	    number(obj, "status", ready, 0) < want)
		return 0;
	/* old ones that have not gone yet */
	return strcmp(kind, "DaemonSet") == 0 ||
	    number(obj, "status", "replicas", want) <= want;
}

/* When a Deployment last made progress: its last rollout was then. */
static int64_t
rolled_at(const struct node *obj)
{
	const struct node *list, *c;
	const char *s;
	int64_t at = 0;
	size_t i;

	list = node_path(obj, "status", "conditions", (const char *)NULL);
	for (i = 0; i < node_len(list); i++) {
		c = node_at(list, i);
		s = node_str(node_get(c, "type"), NULL);
		if (s == NULL || strcmp(s, "Progressing") != 0)
			continue;
		s = node_str(node_get(c, "lastUpdateTime"), NULL);
		if (s == NULL || when_parse(s, &at, NULL) == -1)
			at = 0;
	}
	return at;
}

static const char *
mark(const struct node *obj, const char *name)
{
	return node_str(node_path(obj, "spec", "template", "metadata",
	    "annotations", name, (const char *)NULL), NULL);
}

static void
take_marks(struct controller *c, const struct node *obj)
{
	const char *s = mark(obj, ROTATE_MARK);

	if (s != NULL)
		snprintf(c->mark, sizeof(c->mark), "%s", s);
	s = mark(obj, ROTATE_RESTARTED);
	if (s == NULL || when_parse(s, &c->fact.marked_at, NULL) == -1)
		c->fact.marked_at = 0;
}

static int
names_of(struct controller *c, const struct node *obj, struct err *e)
{
	const struct node *meta = node_get(obj, "metadata");
	const char *ns = node_str(node_get(meta, "namespace"), NULL);
	const char *name = node_str(node_get(meta, "name"), NULL);
	const char *uid = node_str(node_get(meta, "uid"), NULL);
	const char *rv = node_str(node_get(meta, "resourceVersion"), NULL);

	if (ns == NULL || name == NULL || uid == NULL || rv == NULL ||
	    strlen(uid) >= sizeof(c->uid) ||
	    strlen(rv) >= sizeof(c->version))
		return err_set(e, ERR_FORMAT, "a controller has no name, uid "
		    "or resourceVersion");
	snprintf(c->uid, sizeof(c->uid), "%s", uid);
	snprintf(c->version, sizeof(c->version), "%s", rv);
	c->ns = strdup(ns);
	c->name = strdup(name);
	return c->ns == NULL || c->name == NULL ? err_nomem(e) : 0;
}

int
rotate_part(struct look *l, const struct node *obj, int proxies,
    struct err *e)
{
	const struct observe_options oo = { .default_ns = "default" };
	const char *name = node_str(node_get(obj, "kind"), NULL);
	const struct rotate_kind *kind;
	struct template t = { .part = PART_NONE };
	struct controller *c;
	struct sink s;

	memset(&s, 0, sizeof(s));
	s.pod = on_pod;
	s.arg = &t;
	if (name == NULL || (kind = rotate_kind(name)) == NULL)
		return 0;
	if (observe_object(obj, "the API server", 0, &oo, &s, e) == -1)
		return -1;
	if (proxies)
		t.part = PART_PROXY;
	else if (t.part == PART_NONE || t.part == PART_PROXY)
		return 0;
	if (l->npart == ROTATE_PARTS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d controllers",
		    ROTATE_PARTS_MAX);
	c = reallocarray(l->part, l->npart + 1, sizeof(*c));
	if (c == NULL)
		return err_nomem(e);
	l->part = c;
	c = &l->part[l->npart++];
	memset(c, 0, sizeof(*c));
	c->kind = kind;
	c->fact.part = t.part;
	c->fact.version = t.version;
	c->fact.has_patch = t.has_patch;
	c->fact.secured = t.secured;
	c->fact.ready = is_ready(obj, kind->kind);
	c->fact.rolled_at = rolled_at(obj);
	take_marks(c, obj);
	return names_of(c, obj, e);
}

void
rotate_parts_free(struct look *l)
{
	size_t i;

	for (i = 0; i < l->npart; i++) {
		free(l->part[i].ns);
		free(l->part[i].name);
	}
	free(l->part);
	free(l->facts);
	l->part = NULL;
	l->facts = NULL;
	l->npart = 0;
}
