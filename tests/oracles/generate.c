/*
 * Cases for the oracles: generate chains N SEED, or generate mutants N SEED.
 * Every chain starts out right and then has up to three things done to it; a
 * mutant is a right chain in one of whose certificates bytes were changed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#define T0 1767225600L		/* 2026-01-01T00:00:00Z */
#define DAY 86400L
#define KEYS 5			/* 0 to 2 RSA, 3 and 4 EC */

static EVP_PKEY *keys[KEYS];
static uint64_t rng;

static unsigned
rnd(unsigned n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (unsigned)(rng >> 33) % n;
}

struct plan {
	const char	*cn, *issuer;
	int		 type, issuer_type;	/* of the strings */
	EVP_PKEY	*key, *by;
	long		 from, to;
	const char	*bc, *ku, *eku;
	int		 ski;			/* 0 none, 1 hash, 2 odd */
	int		 aki;			/* none right odd pins */
	const EVP_MD	*md;
	int		 odd_ext;		/* 1 unknown, 2 critical */
	int		 corporate;		/* what such CAs put in */
	int		 junk;			/* bytes behind it */
};

static X509_NAME *
name(const char *cn, int type)
{
	X509_NAME *n = X509_NAME_new();

	X509_NAME_add_entry_by_txt(n, "O", type, (const unsigned char *)cn,
	    -1, -1, 0);
	return n;
}

static void
ext(X509 *x, int nid, const char *v)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;

	if (v == NULL)
		return;
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	if ((e = X509V3_EXT_conf_nid(NULL, &ctx, nid, v)) == NULL)
		abort();
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

static void
odd_ext(X509 *x, int critical)
{
	ASN1_OBJECT *oid = OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1);
	ASN1_OCTET_STRING *v = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e;

	ASN1_OCTET_STRING_set(v, (const unsigned char *)"\x05\x00", 2);
	e = X509_EXTENSION_create_by_OBJ(NULL, oid, critical, v);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	ASN1_OBJECT_free(oid);
	ASN1_OCTET_STRING_free(v);
}

static void
key_id(EVP_PKEY *key, ASN1_OCTET_STRING *out)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	X509_PUBKEY *pub = NULL;
	const unsigned char *p;
	unsigned n;
	int len;

	X509_PUBKEY_set(&pub, key);
	X509_PUBKEY_get0_param(NULL, &p, &len, NULL, pub);
	EVP_Digest(p, (size_t)len, md, &n, EVP_sha1(), NULL);
	ASN1_OCTET_STRING_set(out, md, (int)n);
	X509_PUBKEY_free(pub);
}

static void
aki(X509 *x, const struct plan *p)
{
	AUTHORITY_KEYID *a = AUTHORITY_KEYID_new();
	GENERAL_NAME *g;

	a->keyid = ASN1_OCTET_STRING_new();
	key_id(p->by, a->keyid);
	if (p->aki == 2)
		ASN1_OCTET_STRING_set(a->keyid,
		    (const unsigned char *)"odd", 3);
	if (p->aki == 3) {
		a->serial = ASN1_INTEGER_new();
		ASN1_INTEGER_set(a->serial, 42);
		g = GENERAL_NAME_new();
		GENERAL_NAME_set0_value(g, GEN_DIRNAME,
		    name(p->issuer, p->issuer_type));
		a->issuer = sk_GENERAL_NAME_new_null();
		sk_GENERAL_NAME_push(a->issuer, g);
	}
	X509_add1_ext_i2d(x, NID_authority_key_identifier, a, 0, 0);
	AUTHORITY_KEYID_free(a);
}

/* The DER of a plan; the caller frees. */
static unsigned char *
make(const struct plan *p, int *len)
{
	static long serial;
	unsigned char *der = NULL;
	X509 *x = X509_new();
	X509_NAME *s = name(p->cn, p->type), *i = name(p->issuer,
	    p->issuer_type);

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), rnd(8) == 0 ? 42 :
	    100 + ++serial);
	X509_set_subject_name(x, s);
	X509_set_issuer_name(x, i);
	X509_set_pubkey(x, p->key);
	ASN1_TIME_set(X509_getm_notBefore(x), T0 + p->from);
	ASN1_TIME_set(X509_getm_notAfter(x), T0 + p->to);
	ext(x, NID_basic_constraints, p->bc);
	ext(x, NID_key_usage, p->ku);
	ext(x, NID_ext_key_usage, p->eku);
	if (p->ski != 0)
		ext(x, NID_subject_key_identifier, p->ski == 1 ? "hash" :
		    "0badc0de");
	if (p->aki != 0)
		aki(x, p);
	if (p->corporate) {
		ext(x, NID_info_access, "OCSP;URI:http://ocsp.example.com/,"
		    "caIssuers;URI:http://example.com/ca.cer");
		ext(x, NID_crl_distribution_points, p->corporate == 2 ?
		    "URI:http://a.example.com/x.crl,URI:ldap://b/x" :
		    "URI:http://example.com/x.crl");
		ext(x, NID_certificate_policies, p->corporate == 2 ?
		    "critical,DER:300830060604551d2000" :
		    "DER:300e300506032a0304300506032a0305");
		ext(x, NID_netscape_comment, "made by openssl");
		ext(x, NID_policy_constraints, p->corporate == 3 ?
		    "requireExplicitPolicy:3" : NULL);
	}
	if (p->odd_ext)
		odd_ext(x, p->odd_ext == 2);
	/* there is no ECDSA with MD5 */
	if (!X509_sign(x, p->by, p->md) &&
	    !X509_sign(x, p->by, EVP_sha256()))
		abort();
	*len = i2d_X509(x, &der);
	if (p->junk) {
		der = OPENSSL_realloc(der, (size_t)*len + 2);
		memset(der + *len, 0, 2);
		*len += 2;
	}
	X509_NAME_free(s);
	X509_NAME_free(i);
	X509_free(x);
	return der;
}

/* One thing wrong, or merely unusual. */
static void
damage(struct plan *p, int is_leaf)
{
	static const long ends[] = { -DAY, -1, 0, 1, DAY };
	static const char *const bcs[] = { "critical,CA:FALSE", NULL,
	    "critical,CA:TRUE", "CA:TRUE", "critical,CA:TRUE,pathlen:0",
	    "critical,CA:TRUE,pathlen:1" };
	static const char *const kus[] = { NULL, "critical,keyCertSign",
	    "critical,digitalSignature", "critical,keyCertSign,cRLSign",
	    "critical,keyAgreement", "critical,nonRepudiation" };
	static const char *const ekus[] = { NULL, "serverAuth", "clientAuth",
	    "serverAuth,clientAuth", "codeSigning", "anyExtendedKeyUsage" };

	switch (rnd(15)) {
	case 0:
		p->issuer = rnd(2) ? "nobody" : "root";
		break;
	case 1:
		p->issuer_type = V_ASN1_UTF8STRING;
		break;
	case 2:
		p->type = V_ASN1_UTF8STRING;
		break;
	case 3:
		p->to = ends[rnd(5)];
		break;
	case 4:
		p->from = ends[rnd(5)];
		break;
	case 5:
		p->bc = bcs[rnd(6)];
		break;
	case 6:
		p->ku = kus[rnd(6)];
		break;
	case 7:
		p->eku = ekus[rnd(6)];
		break;
	case 8:
		p->ski = (int)rnd(3);
		break;
	case 9:
		p->aki = (int)rnd(4);
		break;
	case 10:
		p->md = rnd(3) == 0 ? EVP_md5() : rnd(2) ? EVP_sha1() :
		    EVP_sha384();
		break;
	case 11:
		p->by = keys[rnd(KEYS)];
		break;
	case 13:
		p->corporate = 1 + (int)rnd(3);
		break;
	case 12:
		p->odd_ext = 1 + (int)rnd(2);
		break;
	default:
		p->junk = !is_leaf && rnd(4) == 0;
	}
}

static void
put_der(const unsigned char *der, int len)
{
	char *out = malloc((size_t)len * 2 + 8);

	EVP_EncodeBlock((unsigned char *)out, der, len);
	fputs(out, stdout);
	free(out);
}

static void
mutate(unsigned char **der, int *len)
{
	unsigned n = 1 + rnd(2), at;

	while (n-- > 0) {
		at = rnd((unsigned)*len);
		switch (rnd(6)) {
		case 0:
			(*der)[at] = (unsigned char)rnd(256);
			break;
		case 1:
			*len -= rnd(4) == 0 ? 1 + (int)rnd(3) : 0;
			break;
		case 2:		/* one octet more, one less */
			memmove(*der + at, *der + at + 1,
			    (size_t)*len - at - 1);
			break;
		case 3:		/* near the extensions and lengths */
			at = (unsigned)*len * 2 / 5 + rnd((unsigned)*len / 5);
			(*der)[at] ^= (unsigned char)(1u << rnd(8));
			break;
		default:
			(*der)[at] ^= (unsigned char)(1u << rnd(8));
		}
	}
}

static const struct plan blank = {
	.type = V_ASN1_PRINTABLESTRING, .issuer_type = V_ASN1_PRINTABLESTRING,
	.from = -100 * DAY, .to = 100 * DAY, .ski = 1,
};

static struct plan
ca(const char *cn, EVP_PKEY *key, const char *issuer, EVP_PKEY *by)
{
	struct plan p = blank;

	p.cn = cn;
	p.issuer = issuer;
	p.key = key;
	p.by = by;
	p.bc = "critical,CA:TRUE";
	p.ku = "critical,keyCertSign";
	p.md = EVP_sha256();
	return p;
}

static void
put_case(struct plan *leaf, struct plan *inter, int ninter,
    struct plan *anchor, int nanchor, int id, int mutant)
{
	unsigned char *der;
	int i, len, victim = mutant ? (int)rnd((unsigned)(1 + ninter +
	    nanchor)) : -1;

	printf("%d %c %ld ", id, "sca"[rnd(3)], T0);
	for (i = 0; i < 1 + ninter + nanchor; i++) {
		struct plan *p = i == 0 ? leaf : i <= ninter ?
		    &inter[i - 1] : &anchor[i - 1 - ninter];

		der = make(p, &len);
		if (i == victim)
			mutate(&der, &len);
		put_der(der, len);
		OPENSSL_free(der);
		if (i == ninter && ninter == 0)
			fputs(" -", stdout);
		fputc(i == 0 || i == ninter ? ' ' : ',', stdout);
	}
	puts("");
}

static void
one(int id, int mutant)
{
	struct plan leaf = blank, inter[2], anchor[3];
	int ninter = (int)rnd(3), nanchor = 1, i, k;
	int rk = (int)rnd(KEYS), lk;

	anchor[0] = ca("root", keys[rk], "root", keys[rk]);
	for (i = 0; i < ninter; i++) {
		k = (rk + 1 + i) % KEYS;
		inter[i] = i == 0 ? ca("inter", keys[k], "root", keys[rk]) :
		    ca("lower", keys[k], "inter", inter[0].key);
		inter[i].aki = (int)rnd(2);
	}
	lk = (rk + 3) % KEYS;
	leaf.cn = "leaf";
	leaf.issuer = ninter == 0 ? "root" : ninter == 1 ? "inter" : "lower";
	leaf.by = ninter == 0 ? keys[rk] : inter[ninter - 1].key;
	leaf.key = keys[lk];
	leaf.bc = "critical,CA:FALSE";
	leaf.ku = "critical,digitalSignature,keyEncipherment";
	leaf.eku = "serverAuth,clientAuth";
	leaf.aki = (int)rnd(2);
	leaf.ski = 0;
	leaf.md = EVP_sha256();
	if (!mutant) {
		/* twins, strangers of the same name, shorter anchors */
		switch (rnd(8)) {
		case 0:
		case 1:
			anchor[nanchor] = anchor[0];
			anchor[rnd(2)].to = -DAY;
			nanchor++;
			break;
		case 2:
			k = (rk + 2) % KEYS;
			anchor[nanchor] = ca("root", keys[k], "root",
			    keys[k]);
			anchor[0].ski = anchor[1].ski = (int)rnd(2);
			nanchor++;
			if (rnd(2)) {
				struct plan t = anchor[0];

				anchor[0] = anchor[1];
				anchor[1] = t;
			}
			break;
		case 3:
			if (ninter > 0)
				anchor[0] = inter[rnd((unsigned)ninter)];
			break;
		case 4:
			leaf = anchor[0];
			break;
		default:
			break;
		}
		for (i = (int)rnd(4); i > 0; i--) {
			k = (int)rnd((unsigned)(1 + ninter + nanchor));
			damage(k == 0 ? &leaf : k <= ninter ? &inter[k - 1] :
			    &anchor[k - 1 - ninter], k == 0);
		}
	}
	/* presented in either order */
	if (ninter == 2 && rnd(2)) {
		struct plan t = inter[0];

		inter[0] = inter[1];
		inter[1] = t;
	}
	put_case(&leaf, inter, ninter, anchor, nanchor, id, mutant);
}

int
main(int argc, char **argv)
{
	int i, n;

	if (argc != 4)
		return 2;
	n = atoi(argv[2]);
	rng = 0x9e3779b97f4a7c15u ^ (uint64_t)atol(argv[3]);
	for (i = 0; i < KEYS; i++)
		keys[i] = i < 3 ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
	for (i = 0; i < n; i++)
		one(i, argv[1][0] == 'm');
	for (i = 0; i < KEYS; i++)
		EVP_PKEY_free(keys[i]);
	return 0;
}
