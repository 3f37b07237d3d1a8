/* Our own answer: ours o|b|g <cases. */
#include "tests/oracles/case.h"

#include "pki/chain.h"

static struct cert *
parse(const struct der_bytes *d)
{
	struct cert *c;

	cert_parse(d->p, (size_t)d->len, &c, NULL);
	return c;
}

static size_t
parse_all(const struct der_bytes *d, int n, struct cert **out)
{
	size_t got = 0;
	int i;

	for (i = 0; i < n; i++)
		if ((out[got] = parse(&d[i])) != NULL)
			got++;
	return got;
}

int
main(int argc, char **argv)
{
	const struct ruleset *rs = argc < 2 || argv[1][0] == 'o' ?
	    &ruleset_openssl : argv[1][0] == 'b' ? &ruleset_boringssl :
	    &ruleset_go;
	struct cert *inter[CASE_CERTS], *anchor[CASE_CERTS], *leaf;
	struct chain_result res;
	struct oracle_case c;

	pki_init();
	while (case_next(&c)) {
		struct chain_query q = { .inter = inter, .anchor = anchor,
		    .now = c.at };

		q.ninter = parse_all(c.inter, c.ninter, inter);
		q.nanchor = parse_all(c.anchor, c.nanchor, anchor);
		q.purpose = c.purpose == 's' ? PURPOSE_SERVER :
		    c.purpose == 'c' ? PURPOSE_CLIENT : PURPOSE_ANY;
		q.leaf = leaf = parse(&c.leaf);
		if (leaf == NULL)
			printf("%s no decode\n", c.id);
		else if (chain_verify(rs, &q, &res) == CHAIN_OK)
			printf("%s ok\n", c.id);
		else
			printf("%s no %s\n", c.id, chain_why_text(res.why));
		cert_free(leaf);
		while (q.ninter > 0)
			cert_free(inter[--q.ninter]);
		while (q.nanchor > 0)
			cert_free(anchor[--q.nanchor]);
		case_free(&c);
	}
	return 0;
}
