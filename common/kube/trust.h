/*
 * Whom the system trusts, for a server whose kubeconfig names no CA: Go's rules
 * (crypto/x509, root_unix.go and root_linux.go), which are kubectl's.  What
 * libcurl has compiled in are the places of the machine that it was built on,
 * and it does not look at the environment.  kube/'s own files only.
 */
#ifndef KUBE_TRUST_H
#define KUBE_TRUST_H

/* For CURLOPT_CAINFO and CURLOPT_CAPATH; borrowed from the environment. */
struct trust {
	const char	*file;		/* PEM, or NULL: there is none */
	const char	*dir;		/* one or more, ':' between; or NULL */
};

/*
 * SSL_CERT_FILE and SSL_CERT_DIR (these texts, NULL or "" for unset) as they
 * are; where one of them does not say, the first of the well-known places that
 * can be read.  root is what the places are looked for below: "".
 */
void	trust_find(const char *root, const char *env_file, const char *env_dir,
	    struct trust *out);

#endif
