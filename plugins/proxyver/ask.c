/* Who is asked for its version, and how. */
#include <string.h>

#include "plugins/proxyver/state.h"

/* The same question to all: observe/version_answer.h has the answers. */
static const char *const questions[PARTS][PV_QUESTION_WORDS] = {
	[PART_PROXY] = { "pilot-agent", "version" },
	[PART_ZTUNNEL] = { "ztunnel", "version" },
	[PART_AGENTGATEWAY] = { "agentgateway", "version" },
	[PART_CITADEL] = { "istio_ca", "version" },
	[PART_PILOT] = { "pilot-discovery", "version" },
	[PART_GALLEY] = { "galley", "version" },
	[PART_INJECTOR] = { "sidecar-injector", "version" },
	[PART_MIXER] = { "mixs", "version" },
	[PART_NODE_AGENT] = { "node_agent_k8s", "version" },
	[PART_ISTIOD] = { "pilot-discovery", "version" },
};

const char *
pv_binary(enum part part)
{
	return questions[part][0];
}

int
pv_case_of(const struct pv_params *p, const struct pod *pod, size_t container,
    struct pv_case *c)
{
	c->pod = pod;
	c->container = &pod->container[container];
	if ((c->part = part_of(pod, c->container)) == PART_NONE)
		return 0;
	c->params = p;
	c->said = NULL;
	c->role = part_role(pod, c->container, c->part);
	c->below = c->found = 0;
	return 1;
}

const char *const *
pv_question(const struct pv_params *p, const struct pod *pod,
    size_t container)
{
	struct pv_case c;

	if (strcmp(pod->phase, "Running") != 0 ||
	    !pv_case_of(p, pod, container, &c) ||
	    c.part == PART_AGENTGATEWAY || c.container->running == NULL)
		return NULL;
	pv_version(&c);
	return pv_version_unknown(&c) ? questions[c.part] : NULL;
}
