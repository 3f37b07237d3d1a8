/*
 * Cases for the oracles about roots signed anew (pki/resign.h): each root as
 * Go or openssl makes it, its successor, and successors with one thing wrong,
 * with leaves of both sides under both.  An ID is a name, ":" and those who
 * must accept: o OpenSSL, b BoringSSL, g Go; who is not named must refuse.
 */
#include "tests/oracles/plan.h"

#include <openssl/pem.h>

#include "base/buf.h"
#include "pki/resign.h"

#define ALL "obg"
#define NONE "-"

uint64_t rng = 1;
static EVP_PKEY *leaf_key;
static char root_name[32];	/* "rsa.utf8.ski.ku" */

static struct cert *
cert_of(unsigned char *der, int len)
{
	struct cert *c;

	if (cert_parse(der, (size_t)len, &c, NULL) == -1)
		abort();
	OPENSSL_free(der);
	return c;
}

static struct cert *
root_of(const struct plan *p)
{
	int len;
	unsigned char *der = make(p, &len);

	return cert_of(der, len);
}

/* What a CA with this certificate and key issues: its name and SKI are read. */
static struct cert *
leaf_of(const struct cert *root, EVP_PKEY *key)
{
	const unsigned char *p = root->subject.p;
	X509_NAME *issuer = d2i_X509_NAME(NULL, &p, (long)root->subject.len);
	AUTHORITY_KEYID *id = AUTHORITY_KEYID_new();
	unsigned char *der = NULL;
	X509 *x = X509_new();
	int len;

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1 + (long)rnd(1u << 30));
	X509_set_issuer_name(x, issuer);
	X509_set_pubkey(x, leaf_key);
	ASN1_TIME_set(X509_getm_notBefore(x), T0 - DAY);
	ASN1_TIME_set(X509_getm_notAfter(x), T0 + 90 * DAY);
	ext(x, NID_key_usage, "critical,digitalSignature,keyEncipherment");
	ext(x, NID_ext_key_usage, "serverAuth,clientAuth");
	ext(x, NID_basic_constraints, "critical,CA:FALSE");
	if (root->ski.p != NULL) {
		id->keyid = ASN1_OCTET_STRING_new();
		ASN1_OCTET_STRING_set(id->keyid, root->ski.p,
		    (int)root->ski.len);
		X509_add1_ext_i2d(x, NID_authority_key_identifier, id, 0, 0);
	}
	ext(x, NID_subject_alt_name,
	    "critical,URI:spiffe://cluster.local/ns/default/sa/default");
	if (!X509_sign(x, key, EVP_sha256()))
		abort();
	len = i2d_X509(x, &der);
	AUTHORITY_KEYID_free(id);
	X509_NAME_free(issuer);
	X509_free(x);
	return cert_of(der, len);
}

/* The successor; subject may be NULL. */
static struct cert *
resigned(const struct cert *old, EVP_PKEY *key, const struct der *subject)
{
	struct resign p = { .old = old, .subject = subject, .now = T0,
	    .days = 3650 };
	BIO *bio = BIO_new(BIO_s_mem());
	struct err e = ERR_INIT;
	struct cert *c;
	struct buf pem;
	char *text;

	PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL,
	    NULL);
	p.key_len = (size_t)BIO_get_mem_data(bio, &text);
	p.key = text;
	buf_init(&pem, 1 << 16, "a root");
	if (resign(&p, &pem, &c, &e) == -1) {
		fprintf(stderr, "%s\n", e.msg);
		exit(1);
	}
	buf_release(&pem);
	BIO_free(bio);
	return c;
}

static void
put(const struct cert *c)
{
	unsigned char *s = malloc(c->der.len * 2 + 8);

	EVP_EncodeBlock(s, c->der.p, (int)c->der.len);
	fputs((char *)s, stdout);
	free(s);
}

/* For a server and for a client. */
static void
ask(const char *what, long at, const struct cert *leaf,
    const struct cert *anchor, const char *who)
{
	int i;

	for (i = 0; i < 2; i++) {
		printf("%s.%s.%c:%s %c %ld ", root_name, what, "sc"[i], who,
		    "sc"[i], at);
		put(leaf);
		fputs(" - ", stdout);
		put(anchor);
		puts("");
	}
}

/* Leaves of each under the other. */
static void
ask_both(const char *there, const char *back, const struct cert *old,
    const struct cert *new, EVP_PKEY *old_key, EVP_PKEY *new_key,
    const char *who)
{
	struct cert *of_old = leaf_of(old, old_key);
	struct cert *of_new = leaf_of(new, new_key);

	ask(there, T0, of_old, new, who);
	ask(back, T0, of_new, old, who);
	cert_free(of_old);
	cert_free(of_new);
}

static void
right(const struct cert *old, EVP_PKEY *key)
{
	struct cert *new = resigned(old, key, NULL);
	struct cert *of_old = leaf_of(old, key), *of_new = leaf_of(new, key);

	ask("old-old", T0, of_old, old, ALL);
	ask("old-new", T0, of_old, new, ALL);
	ask("new-old", T0, of_new, old, ALL);
	ask("new-new", T0, of_new, new, ALL);
	/* when the old one has ended */
	ask("late-new", T0 + 30 * DAY, of_old, new, ALL);
	ask("late-old", T0 + 30 * DAY, of_new, old, NONE);
	cert_free(of_old);
	cert_free(of_new);
	cert_free(new);
}

/* One thing of the successor is wrong, and who must see it sees it. */
static void
wrong(const struct plan *p, const struct cert *old)
{
	struct cert *new, *home;
	struct plan w = *p;

	w.to = 3650 * DAY;
	w.type = w.issuer_type = p->type == V_ASN1_UTF8STRING ?
	    V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
	new = root_of(&w);
	ask_both("old-spelled", "spelled-old", old, new, p->key, p->key, "ob");
	/* and what resign() makes of it when told how the leaves spell it */
	home = resigned(new, p->key, &old->subject);
	ask_both("old-home", "home-old", old, home, p->key, p->key, ALL);
	ask_both("spelled-home", "home-spelled", new, home, p->key, p->key,
	    "ob");
	cert_free(home);
	cert_free(new);
	w.type = w.issuer_type = p->type;
	if (p->ski != 0) {
		w.ski = 2;
		w.aki = 0;
		new = root_of(&w);
		ask_both("old-ski", "ski-old", old, new, p->key, p->key, "g");
		cert_free(new);
		w.ski = p->ski;
		w.aki = p->aki;
	}
	w.key = w.by = leaf_key;
	new = root_of(&w);
	ask_both("old-key", "key-old", old, new, p->key, leaf_key,
	    NONE);
	cert_free(new);
}

int
main(void)
{
	static const char *const kinds[] = { "rsa", "ec" };
	EVP_PKEY *keys[] = { EVP_RSA_gen(2048), EVP_EC_gen("P-256") };
	struct cert *old;
	struct plan p;
	int i;

	pki_init();
	leaf_key = EVP_RSA_gen(2048);
	for (i = 0; i < 16; i++) {
		p = ca("cluster.local", keys[i & 1], "cluster.local",
		    keys[i & 1]);
		p.type = p.issuer_type = i & 2 ? V_ASN1_UTF8STRING :
		    V_ASN1_PRINTABLESTRING;
		p.ski = i & 4 ? 1 : 0;
		/* as openssl req -x509 has it, beside the SKI */
		p.aki = (i & 6) == 6;
		p.ku = i & 8 ? NULL : p.ku;
		p.to = 20 * DAY;
		snprintf(root_name, sizeof(root_name), "%s.%s.%s.%s",
		    kinds[i & 1], i & 2 ? "utf8" : "printable",
		    i & 4 ? "ski" : "no-ski", i & 8 ? "no-ku" : "ku");
		old = root_of(&p);
		right(old, p.key);
		wrong(&p, old);
		cert_free(old);
	}
	EVP_PKEY_free(keys[0]);
	EVP_PKEY_free(keys[1]);
	EVP_PKEY_free(leaf_key);
	return 0;
}
