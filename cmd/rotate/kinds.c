/* What is written, as a record, the API and a Role call it. */
#include <string.h>

#include "cmd/rotate/run.h"

static const struct rotate_kind kinds[] = {
	{ "secret", "Secret", "secrets", "" },
	{ "deployment", "Deployment", "deployments", "apps" },
	{ "daemonset", "DaemonSet", "daemonsets", "apps" },
	{ "statefulset", "StatefulSet", "statefulsets", "apps" },
};

const struct rotate_kind *
rotate_kind(const char *name)
{
	const struct rotate_kind *k = kinds;

	for (; k < kinds + sizeof(kinds) / sizeof(kinds[0]); k++)
		if (strcmp(name, k->ref) == 0 || strcmp(name, k->kind) == 0 ||
		    strcmp(name, k->resource) == 0)
			return k;
	return NULL;
}
