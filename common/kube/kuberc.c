/*
 * The user's policy on credential plugins: ~/.kube/kuberc, kubectl 1.35 on
 * (KEP-3104; kubectl.config.k8s.io Preference: credentialPluginPolicy,
 * credentialPluginAllowlist).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doc/doc.h"
#include "kube/cred.h"
#include "kube/kubeconfig.h"

struct policy {
	const char	*command;
	const char	*path;
	int		 seen;
	int		 allowed;
	char		 what[32];
};

/* An entry with a slash is the file; one without, the command's name. */
static int
matches(const struct policy *p, const struct node *entry)
{
	const char *s = node_str(node_get(entry, "command"), NULL);
	const char *base = strrchr(p->path, '/');

	if (s == NULL)
		s = node_str(node_get(entry, "name"), NULL);
	if (s == NULL)
		return 0;
	if (strchr(s, '/') != NULL)
		return strcmp(s, p->path) == 0;
	return strcmp(s, base == NULL ? p->path : base + 1) == 0;
}

static int
on_preference(void *arg, const struct node *root, struct err *e)
{
	struct policy *p = arg;
	const struct node *list;
	const char *s;
	size_t i;

	(void)e;
	s = node_str(node_get(root, "credentialPluginPolicy"), NULL);
	if (p->seen++ > 0 || s == NULL || s[0] == '\0' ||
	    strcmp(s, "AllowAll") == 0)
		return 0;
	snprintf(p->what, sizeof(p->what), "%s", s);
	p->allowed = 0;
	if (strcmp(s, "Allowlist") != 0)
		return 0;
	list = node_get(root, "credentialPluginAllowlist");
	for (i = 0; i < node_len(list); i++)
		p->allowed |= matches(p, node_at(list, i));
	return 0;
}

static int
bad_item(void *arg, size_t nth, const struct err *why, struct err *e)
{
	(void)arg;
	(void)nth;
	return err_set(e, ERR_CONFIG, "%s", why->msg);
}

int
kuberc_allows(const char *command, const char *path, struct err *e)
{
	struct policy p = { command, path, 0, 1, "" };
	const char *file = getenv("KUBERC"), *home = getenv("HOME");
	struct kube_text text = { NULL, 0 };
	struct doc_source src;
	struct doc_sink sink;
	struct doc_text t;
	struct arena a;
	int ret = -1;

	if (file != NULL && strcmp(file, "off") == 0)
		return 0;
	arena_init(&a, 2 * KUBE_CONFIG_MAX, "kuberc");
	if (file == NULL || file[0] == '\0')
		file = arena_printf(&a, e, "%s/.kube/kuberc",
		    home == NULL ? "" : home);
	if (file == NULL)
		goto out;
	if (access(file, F_OK) == -1) {
		ret = 0;	/* no such file, no policy */
		goto out;
	}
	memset(&sink, 0, sizeof(sink));
	sink.item = on_preference;
	sink.bad = bad_item;
	sink.arg = &p;
	if (kc_slurp(&a, file, KUBE_CONFIG_MAX, &text, e) == -1)
		goto out;
	t.p = text.p;
	t.len = text.len;
	src = doc_text_source(&t);
	if (doc_read_yaml(&src, &sink, e) == -1) {
		e->class = ERR_CONFIG;
		err_prefix(e, "%s", file);
	} else if (!p.allowed)
		err_set(e, ERR_CONFIG, "%s: credentialPluginPolicy %s does not "
		    "allow the plugin %s", file, p.what, command);
	else
		ret = 0;
out:
	arena_release(&a);
	return ret;
}
