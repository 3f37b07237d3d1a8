#include "pki/der.h"
#include "pki/rsa.h"

#define T_INTEGER	0x02
#define T_SEQUENCE	0x30

/* A number that is not negative, as DER has it; without its zero octet. */
static int
take_number(struct der *in, struct der *out)
{
	struct der_tlv t;

	if (der_want(in, T_INTEGER, &t) == -1 || t.body.len == 0 ||
	    (t.body.p[0] & 0x80))
		return 0;
	*out = t.body;
	if (out->len == 1 || out->p[0] != 0)
		return 1;
	out->p++;
	out->len--;
	return (out->p[0] & 0x80) != 0;
}

int
rsa_parts(struct der in, struct der part[RSA_PARTS])
{
	struct der version;
	struct der_tlv seq;
	int i;

	if (der_want(&in, T_SEQUENCE, &seq) == -1 || in.len != 0 ||
	    !take_number(&seq.body, &version) || version.len != 1 ||
	    version.p[0] != 0)
		return 0;
	for (i = 0; i < RSA_PARTS; i++)
		if (!take_number(&seq.body, &part[i]))
			return 0;
	return seq.body.len == 0;
}

/*
 * d * e = 1 modulo prime - 1, and exp = d modulo prime - 1: the second shown
 * first, the first then needs only the short one of the two.
 */
static int
half_holds(const BIGNUM *const part[RSA_PARTS], const BIGNUM *prime,
    const BIGNUM *exp, BN_CTX *ctx)
{
	BIGNUM *less, *t;

	less = BN_CTX_get(ctx);
	t = BN_CTX_get(ctx);
	if (t == NULL || BN_copy(less, prime) == NULL ||
	    !BN_sub_word(less, 1) || !BN_mod(t, part[PART_D], less, ctx))
		return -1;
	if (BN_cmp(t, exp) != 0)
		return 0;
	if (!BN_mod_mul(t, exp, part[PART_E], less, ctx))
		return -1;
	return BN_is_one(t);
}

static int
primes_hold(const BIGNUM *const part[RSA_PARTS], BN_CTX *ctx)
{
	const BIGNUM *n = part[PART_N], *p = part[PART_P], *q = part[PART_Q];
	BIGNUM *t;

	/* bounds the work behind it, and neither of the two can be 1 */
	if (BN_cmp(p, n) >= 0 || BN_cmp(q, n) >= 0 ||
	    BN_cmp(part[PART_D], n) >= 0 || BN_cmp(part[PART_E], n) >= 0 ||
	    BN_cmp(part[PART_QINV], p) >= 0)
		return 0;
	if ((t = BN_CTX_get(ctx)) == NULL || !BN_mul(t, p, q, ctx))
		return -1;
	if (BN_cmp(t, n) != 0)
		return 0;
	if (!BN_mod_mul(t, part[PART_QINV], q, p, ctx))
		return -1;
	return BN_is_one(t);
}

static int
all_hold(const BIGNUM *const part[RSA_PARTS], BN_CTX *ctx)
{
	int ok;

	if ((ok = primes_hold(part, ctx)) == 1)
		ok = half_holds(part, part[PART_P], part[PART_DP], ctx);
	if (ok == 1)
		ok = half_holds(part, part[PART_Q], part[PART_DQ], ctx);
	return ok;
}

int
rsa_holds(const BIGNUM *const part[RSA_PARTS])
{
	BN_CTX *ctx;
	int ok;

	if ((ctx = BN_CTX_new()) == NULL)
		return -1;
	BN_CTX_start(ctx);
	ok = all_hold(part, ctx);
	BN_CTX_end(ctx);
	BN_CTX_free(ctx);	/* wipes what it lent */
	return ok;
}

int
rsa_holds_der(const struct der part[RSA_PARTS])
{
	const BIGNUM *bn[RSA_PARTS];
	BIGNUM *b = NULL;
	BN_CTX *ctx;
	int i, ok = -1;

	if ((ctx = BN_CTX_new()) == NULL)
		return -1;
	BN_CTX_start(ctx);
	for (i = 0; i < RSA_PARTS; i++) {
		if ((b = BN_CTX_get(ctx)) == NULL ||
		    BN_bin2bn(part[i].p, (int)part[i].len, b) == NULL)
			break;
		bn[i] = b;
	}
	if (i == RSA_PARTS)
		ok = all_hold(bn, ctx);
	BN_CTX_end(ctx);
	BN_CTX_free(ctx);
	return ok;
}
