/*
 * What a judgement is made of: verdicts, rules and findings, as plain data.
 *
 * A plugin owns a table of rules, each with its typed check; this is the part
 * of a row that everybody may read: --explain, the man page, the tests, the
 * writers.  Ids are part of the contract with users' scripts: never renamed.
 */
#ifndef BASE_RULE_H
#define BASE_RULE_H

#include <stddef.h>

#include "base/buf.h"

/* In the order of their weight, lightest first. */
enum verdict {
	VERDICT_OK,
	VERDICT_WARN,
	VERDICT_BAD,
	VERDICT_UNKNOWN		/* could not be examined */
};

/* "ok", "warn", "bad" or "unknown". */
const char *verdict_name(enum verdict v);

struct rule {
	const char	*id;		/* stable, kebab-case */
	enum verdict	 severity;	/* what a record that breaks it says */
	const char	*message;	/* a sentence with {names}, and what */
					/* to do next; no full stop */
	const char	*hint;		/* paragraphs for --explain */
	const char	*source;	/* where it comes from: RFC section, */
					/* Istio file and version, issue */
};

/*
 * The rest of what --explain says of a rule, for who reads it at night: why it
 * matters, and what to do, in order.  A table ends in a NULL id.
 */
struct rule_page {
	const char	*id;
	const char	*why;
	const char	*todo;
};

/* One value for a {name} of a message; both borrowed. */
struct rule_arg {
	const char	*name;
	const char	*value;
};

/*
 * Append the rule's message with every {name} replaced.  A name that args
 * does not have is a bug of the plugin and comes out as it stands, braces
 * included, which the tests look for.
 */
int	rule_message(const struct rule *r, const struct rule_arg *args,
	    size_t nargs, struct buf *out, struct err *e);

#endif
