/* Which kubeconfig files there are, and what they say together. */
#include <sys/types.h>
#include <sys/stat.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "kube/kubeconfig.h"

struct first {
	struct kc	*kc;
	const char	*dir;
};

static int
on_document(void *arg, const struct node *root, struct err *e)
{
	struct first *f = arg;
	int ret;

	ret = kc_add(f->kc, root, f->dir, e);
	node_wipe_all(root);
	return ret;
}

/* A second byte order mark, or one at the end: libyaml would pass over it. */
static int
has_stray_mark(const char *p, size_t len)
{
	static const char mark[] = "\xef\xbb\xbf";

	return len >= 6 && ((memcmp(p, mark, 3) == 0 &&
	    memcmp(p + 3, mark, 3) == 0) ||
	    memcmp(p + len - 3, mark, 3) == 0);
}

/* JSON too: kubectl reads it as the YAML that it nearly is. */
int
kc_read(struct kc *kc, const char *p, size_t len, const char *dir,
    struct err *e)
{
	struct doc_text text = { p, len };
	struct doc_source raw = doc_text_source(&text), src;
	struct first f = { kc, dir };
	struct doc_decoder *dec = NULL;
	struct doc_sink sink = { on_document, NULL, &f, NULL, 1 };
	int ret;

	if (has_stray_mark(p, len))
		return err_set(e, ERR_CONFIG, "a byte order mark that is not "
		    "its beginning");
	if (doc_decoder_new(&raw, &dec, e) == -1)
		return -1;
	src = doc_decoder_source(dec);
	ret = doc_read_yaml(&src, &sink, e);
	doc_decoder_free(dec);
	if (ret == -1 && e->class != ERR_NOMEM)
		e->class = ERR_CONFIG;
	return ret;
}

static const char *
dir_of(struct arena *a, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return "";
	return arena_text(a, path, slash == path ? 1 :
	    (size_t)(slash - path), e);
}

/* missing: 1 if a file that is not there is passed over. */
static int
load_file(struct kc *kc, const char *path, int missing, struct err *e)
{
	struct kube_text text = { NULL, 0 };
	struct stat st;
	const char *dir;

	if (stat(path, &st) == -1) {
		if (missing && (errno == ENOENT || errno == ENOTDIR))
			return 0;
		err_sys(e, errno, "stat %s", path);
		e->class = ERR_CONFIG;
		return -1;
	}
	if (S_ISDIR(st.st_mode))
		return err_set(e, ERR_CONFIG, "error loading config file "
		    "'%s': it is a directory", path);
	if ((dir = dir_of(kc->arena, path, e)) == NULL ||
	    kc_slurp(kc->arena, path, KUBE_CONFIG_MAX, &text, e) == -1 ||
	    kc_read(kc, text.p, text.len, dir, e) == -1) {
		if (e->class != ERR_NOMEM)
			e->class = ERR_CONFIG;
		return err_prefix(e, "error loading config file '%s'", path);
	}
	return 0;
}

/* Was this part of KUBECONFIG there before? */
static int
seen_before(const char *list, const char *at, size_t len)
{
	const char *p = list;
	size_t n;

	while (p < at) {
		n = strcspn(p, ":");
		if (n == len && strncmp(p, at, len) == 0)
			return 1;
		p += n + 1;
	}
	return 0;
}

static int
load_list(struct kc *kc, const char *list, struct err *e)
{
	const char *p, *path;
	size_t n, files = 0;

	for (p = list; ; p += n + 1) {
		n = strcspn(p, ":");
		if (n > 0 && !seen_before(list, p, n)) {
			if (++files > KUBE_FILES_MAX)
				return err_set(e, ERR_LIMIT, "KUBECONFIG: more "
				    "than %d files", KUBE_FILES_MAX);
			path = arena_text(kc->arena, p, n, e);
			if (path == NULL || load_file(kc, path, 1, e) == -1)
				return -1;
		}
		if (p[n] == '\0')
			return 0;
	}
}

int
kc_load(struct kc *kc, const struct kube_flags *f, struct err *e)
{
	const char *env, *home, *path;

	if (f->kubeconfig != NULL && f->kubeconfig[0] != '\0')
		return load_file(kc, f->kubeconfig, 0, e);
	if ((env = getenv("KUBECONFIG")) != NULL && env[0] != '\0')
		return load_list(kc, env, e);
	home = getenv("HOME");
	path = arena_printf(kc->arena, e, "%s%s.kube/config",
	    home == NULL ? "" : home, home == NULL || home[0] == '\0' ? "" :
	    "/");
	return path == NULL ? -1 : load_file(kc, path, 1, e);
}
