#include <sys/stat.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "kube/trust.h"

static const char *const files[] = {
	"/etc/ssl/certs/ca-certificates.crt",	/* Debian, Arch, Alpine */
	"/etc/pki/tls/certs/ca-bundle.crt",	/* Fedora, RHEL 6 */
	"/etc/ssl/ca-bundle.pem",		/* openSUSE */
	"/etc/pki/tls/cacert.pem",		/* OpenELEC */
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* RHEL 7 on */
	"/etc/ssl/cert.pem",			/* Alpine */
	NULL
};

/* libcrypto reads those whose names are hashes, which both keep. */
static const char *const dirs[] = {
	"/etc/ssl/certs",			/* Debian, openSUSE */
	"/etc/pki/tls/certs",			/* Fedora, RHEL */
	NULL
};

/* The first that is there, is of this type, and may be read. */
static const char *
first(const char *root, const char *const *paths, mode_t type)
{
	char path[PATH_MAX];
	struct stat st;
	int n;

	for (; *paths != NULL; paths++) {
		n = snprintf(path, sizeof(path), "%s%s", root, *paths);
		if (n > 0 && (size_t)n < sizeof(path) &&
		    stat(path, &st) == 0 && (st.st_mode & S_IFMT) == type &&
		    access(path, R_OK) == 0)
			return *paths;
	}
	return NULL;
}

void
trust_find(const char *root, const char *env_file, const char *env_dir,
    struct trust *out)
{
	out->file = env_file != NULL && env_file[0] != '\0' ? env_file :
	    first(root, files, S_IFREG);
	out->dir = env_dir != NULL && env_dir[0] != '\0' ? env_dir :
	    first(root, dirs, S_IFDIR);
}
