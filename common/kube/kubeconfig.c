/* What all that read a kubeconfig need: its entries, its paths, its files. */
#include <sys/types.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "kube/kubeconfig.h"

#define CHUNK 4096	/* bytes read at a time */

const struct kc_entry *
kc_find(const struct kc *kc, enum kc_kind kind, const char *name)
{
	const struct kc_entry *en;

	for (en = kc->entry[kind]; en != NULL; en = en->next)
		if (strcmp(en->name, name) == 0)
			return en;
	return NULL;
}

const char *
kc_path(struct arena *a, const char *dir, const char *path, struct err *e)
{
	if (path[0] == '/' || dir[0] == '\0')
		return path;
	return arena_printf(a, e, "%s/%s", dir, path);
}

int
kc_slurp(struct arena *a, const char *path, size_t max, struct kube_text *out,
    struct err *e)
{
	struct buf b;
	int fd, ret = -1;

	/* room for one read beyond, which tells a file at the limit */
	buf_init_secret(&b, max + CHUNK, "the file");
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1)
		return err_sys(e, errno, "open %s", path);
	if (buf_read_all(&b, fd, CHUNK, NULL, e) == -1)
		err_prefix(e, "%s", path);
	else if (b.len > max)
		err_set(e, ERR_LIMIT, "%s is over the limit of %zu bytes", path,
		    max);
	else if ((out->p = arena_text(a, b.p, b.len, e)) != NULL) {
		out->len = b.len;
		ret = 0;
	}
	close(fd);
	buf_release(&b);
	return ret;
}
