/* What is asked of a cluster, as a table: observe/'s own files only. */
#ifndef OBSERVE_WANT_H
#define OBSERVE_WANT_H

#include "observe/cluster.h"

enum where { IN_CLUSTER, IN_ISTIO_NS, IN_ALL_NS };

struct want {
	const char	*group;
	const char	*version;
	const char	*resource;
	const char	*kind;
	const char	*ref;		/* KIND in a record */
	enum where	 where;
	const char	*name;		/* NULL: list them */
	int		 others;	/* more names may follow */
	int		 policy;	/* decides mutual TLS, and no more */
};

/* The first wave; rows of one resource stand together. */
extern const struct want wants[];
extern const size_t wants_n;

#endif
