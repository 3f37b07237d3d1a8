#include <string.h>

#include "pki/search.h"

enum chain_why
chain_verify(const struct ruleset *rs, const struct chain_query *q,
    struct chain_result *res)
{
	struct search s;

	memset(res, 0, sizeof(*res));
	memset(&s, 0, sizeof(s));
	res->why = CHAIN_NO_ISSUER;
	s.rs = rs;
	s.q = q;
	s.res = res;
	if (rs->tries_all)
		search_all(&s);
	else
		search_best(&s);
	return res->why;
}
