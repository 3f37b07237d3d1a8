/*
 * Cases for the oracles: generate chains N SEED, or generate mutants N SEED.
 * Every chain starts out right and then has up to three things done to it; a
 * mutant is a right chain in one of whose certificates bytes were changed.
 */
#include "tests/oracles/plan.h"

#define KEYS 5			/* 0 to 2 RSA, 3 and 4 EC */

uint64_t rng;
static EVP_PKEY *keys[KEYS];

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
