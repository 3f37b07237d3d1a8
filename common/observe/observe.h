/*
 * Where facts come from.  Today: manifests and bare PEM, in files, directories
 * and pipes.  Whatever the input, what comes out is the same: facts of mesh.h,
 * one at a time, into one sink.
 */
#ifndef OBSERVE_OBSERVE_H
#define OBSERVE_OBSERVE_H

#include <stdint.h>

#include "doc/doc.h"
#include "mesh/mesh.h"

#define OBSERVE_NAME_MAX	253	/* of a name: RFC 1123 subdomain */
#define OBSERVE_FILES_MAX	10000	/* files in one directory */

struct observe_options {
	/* The namespace of an object that names none; never NULL. */
	const char	*default_ns;
	/*
	 * If not NULL, trust copies of other namespaces come without their
	 * certificates (n == 0): who does not ask need not pay.
	 */
	const char	*trust_ns;
	/*
	 * Trust copies, webhooks and workloads come as text, not taken apart.
	 * Without it workloads come without contents.
	 */
	int		 text;
	/* A secret whose certificates are TRUST_NAMED, too; or NULL. */
	const struct ref *named;
	/* Called now and then, for progress; may be NULL. */
	void		(*progress)(void *arg, const char *what,
			    uint64_t bytes, uint64_t objects);
	void		*arg;
};

/*
 * Read one -f argument: a file, a directory (its .yaml .yml .json .pem .crt,
 * by name, not below it) or "-" for stdin.  Kinds that no fact is made of are
 * passed over.  What is wrong with one object or entry goes to sink->unknown
 * and the reading goes on; -1 means that the input could not be read to its
 * end (the message begins with its name), so what the sink got is not all.
 */
int	observe_path(const char *path, const struct observe_options *o,
	    const struct sink *sink, struct err *e);

/*
 * One Kubernetes object as facts.  file and nth say where it stood, for an
 * object that cannot be named.
 */
int	observe_object(const struct node *obj, const char *file, size_t nth,
	    const struct observe_options *o, const struct sink *sink,
	    struct err *e);

#endif
