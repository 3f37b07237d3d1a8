/* What a backup is called. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/when.h"
#include "cmd/rotate/backup_dir.h"
#include "pki/digest.h"

#define SERVER_BYTES	8	/* of the SHA-256 of the server's URL */

/* A namespace is a DNS label (RFC 1123): no dots, no slashes. */
static int
is_label(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= 63 &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static int
put_state_home(struct buf *b, struct err *e)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (xdg != NULL && xdg[0] == '/')
		return buf_puts(b, xdg, e);
	if (home != NULL && home[0] == '/')
		return buf_printf(b, e, "%s/.local/state", home);
	return err_set(e, ERR_ABSENT, "no place for the backup: neither "
	    "XDG_STATE_HOME nor HOME is an absolute path");
}

static int
put_server(struct buf *b, const char *server, struct err *e)
{
	unsigned char md[DIGEST_SHA256_LEN];
	size_t i;

	if (digest_sha256(server, strlen(server), md, e) == -1)
		return -1;
	for (i = 0; i < SERVER_BYTES; i++)
		if (buf_printf(b, e, "%02x", md[i]) == -1)
			return -1;
	return 0;
}

char *
backup_path_base(const struct backup_where *w, struct err *e)
{
	struct buf b;
	char *ret = NULL;

	buf_init(&b, BACKUP_PATH_MAX, "the backup's path");
	if (!is_label(w->istio_ns)) {
		err_set(e, ERR_FORMAT, "'%s' is no name of a namespace",
		    w->istio_ns);
		return NULL;
	}
	if (put_state_home(&b, e) == 0 &&
	    buf_puts(&b, "/kubectl-istio/", e) == 0 &&
	    put_server(&b, w->server, e) == 0 &&
	    buf_printf(&b, e, "/%s", w->istio_ns) == 0 &&
	    (ret = strdup(buf_str(&b))) == NULL)
		err_nomem(e);
	buf_release(&b);
	return ret;
}

/* when_format()'s, without what separates: it sorts by time. */
void
backup_path_time(int64_t now, unsigned n, char out[BACKUP_TIME_LEN])
{
	char s[WHEN_STRLEN];

	when_format(now, s);
	snprintf(out, BACKUP_TIME_LEN, "%.4s%.2s%.5s%.2s%.2sZ", s, s + 5,
	    s + 8, s + 14, s + 17);
	if (n > 1 && n <= BACKUP_TIMES)
		snprintf(out + strlen(out), 3, "-%u", n);
}

int
backup_path_is_time(const char *name)
{
	static const char like[] = "dddddddd" "T" "dddddd" "Z";
	size_t i;

	for (i = 0; like[i] != '\0'; i++)
		if (like[i] == 'd' ? name[i] < '0' || name[i] > '9' :
		    name[i] != like[i])
			return 0;
	return name[i] == '\0' || (name[i] == '-' && name[i + 1] >= '2' &&
	    name[i + 1] <= '9' && name[i + 2] == '\0');
}

int64_t
backup_path_when(const char *name)
{
	char text[WHEN_STRLEN];
	int64_t at;

	if (!backup_path_is_time(name))
		return 0;
	snprintf(text, sizeof(text), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", name,
	    name + 4, name + 6, name + 9, name + 11, name + 13);
	return when_parse(text, &at, NULL) == -1 ? 0 : at;
}
