/* Keys and certificates. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "base/when.h"
#include "tests/mkmesh/mkmesh.h"

EVP_PKEY *
key_named(const char *name)
{
	const char *dir = getenv("MKMESH_KEYS");
	char path[4096], tmp[4160];
	EVP_PKEY *key = NULL;
	FILE *f;
	int fd;

	if (dir == NULL)
		die("MKMESH_KEYS is not set");
	mkdir(dir, 0700);
	snprintf(path, sizeof(path), "%s/%s.pem", dir, name);
	if ((f = fopen(path, "r")) != NULL) {
		key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
		fclose(f);
	}
	if (key != NULL)
		return key;
	key = name[0] == 'e' ? EVP_EC_gen("P-256") :
	    EVP_RSA_gen(name[0] == 's' ? 1024u : 2048u);
	snprintf(tmp, sizeof(tmp), "%s.%ld", path, (long)getpid());
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (key == NULL || fd == -1 || (f = fdopen(fd, "w")) == NULL ||
	    !PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) ||
	    fclose(f) == EOF || rename(tmp, path) == -1)
		die("cannot make the key %s", name);
	return key;
}

X509 *
cert_named(struct mesh *m, const char *name)
{
	int i;

	for (i = 0; i < m->ncert; i++)
		if (strcmp(m->cert[i].name, name) == 0)
			return m->cert[i].cert;
	return NULL;
}

static X509_NAME *
make_name(const char *subject, int type)
{
	X509_NAME *name = X509_NAME_new();
	char *copy = strdup(subject), *rdn, *save = NULL, *eq, *p, *q;

	for (rdn = strtok_r(copy, "/", &save); rdn != NULL;
	    rdn = strtok_r(NULL, "/", &save)) {
		if ((eq = strchr(rdn, '=')) == NULL)
			die("bad subject %s", subject);
		*eq++ = '\0';
		for (p = q = eq; *p != '\0'; p++)	/* %XX */
			if (*p == '%') {
				unsigned c;

				sscanf(p + 1, "%2x", &c);
				*q++ = (char)c;
				p += 2;
			} else
				*q++ = *p;
		if (!X509_NAME_add_entry_by_txt(name, rdn, type,
		    (unsigned char *)eq, (int)(q - eq), -1, 0))
			die("bad subject %s", subject);
	}
	free(copy);
	return name;
}

static void
set_time(ASN1_TIME *t, const char *text, int64_t at, char s[WHEN_STRLEN])
{
	char der[20];
	struct err e;
	int64_t when;

	if (when_parse_at(text, at, &when, &e) == -1)
		die("%s", e.msg);
	when_format(when, s);
	snprintf(der, sizeof(der), "%.4s%.2s%.2s%.2s%.2s%.2sZ", s, s + 5,
	    s + 8, s + 11, s + 14, s + 17);
	if (!ASN1_TIME_set_string_X509(t, der))
		die("bad time %s", der);
}

static void
add_ext(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	if (ext == NULL || !X509_add_ext(x, ext, -1))
		die("bad extension %s", value);
	X509_EXTENSION_free(ext);
}

/* "server,client" in that order. */
static void
add_eku(X509 *x, X509 *issuer, const char *list)
{
	static const char *const purposes[][2] = {
		{ "server", "serverAuth" }, { "client", "clientAuth" },
		{ "code", "codeSigning" }, { "any", "anyExtendedKeyUsage" }
	};
	char value[256] = "", *copy, *p, *save = NULL;
	size_t i, n = sizeof(purposes) / sizeof(purposes[0]);

	if (strcmp(list, "none") == 0)
		return;
	copy = strdup(list);
	for (p = strtok_r(copy, ",", &save); p != NULL;
	    p = strtok_r(NULL, ",", &save)) {
		for (i = 0; i < n && strcmp(p, purposes[i][0]) != 0; i++)
			;
		if (i == n)
			die("bad purpose %s", p);
		snprintf(value + strlen(value), sizeof(value) - strlen(value),
		    "%s%s", value[0] == '\0' ? "" : ",", purposes[i][1]);
	}
	free(copy);
	add_ext(x, issuer, NID_ext_key_usage, value);
}

static void
add_san(X509 *x, X509 *issuer, const char *san, int critical)
{
	char value[4096];

	snprintf(value, sizeof(value), "%s%s", critical ? "critical," : "",
	    san);
	add_ext(x, issuer, NID_subject_alt_name, value);
}

static void
add_exts(X509 *x, X509 *issuer, char **w)
{
	const char *ca = word(w, "ca", "yes"), *ku, *ski, *aki, *san;
	char bc[64];

	if (strcmp(ca, "none") != 0) {
		snprintf(bc, sizeof(bc), "critical,CA:%s%s%s",
		    *ca == 'y' ? "TRUE" : "FALSE",
		    word(w, "pathlen", NULL) == NULL ? "" : ",pathlen:",
		    word(w, "pathlen", ""));
		add_ext(x, issuer, NID_basic_constraints, bc);
	}
	ku = word(w, "ku", "certsign");
	if (strcmp(ku, "none") != 0)
		add_ext(x, issuer, NID_key_usage, *ku == 'c' ?
		    "critical,keyCertSign" : *ku == 'd' ?
		    "critical,digitalSignature" :
		    "critical,digitalSignature,keyEncipherment");
	add_eku(x, issuer, word(w, "eku", "none"));
	if ((san = word(w, "san", NULL)) != NULL)
		add_san(x, issuer, san, word(w, "sancrit", NULL) != NULL);
	ski = word(w, "ski", "sha1");
	if (strcmp(ski, "none") != 0)
		add_ext(x, issuer, NID_subject_key_identifier,
		    strcmp(ski, "sha1") == 0 ? "hash" : ski);
	if (word(w, "corporate", NULL) != NULL) {
		add_ext(x, issuer, NID_info_access,
		    "OCSP;URI:http://ocsp.example.com/");
		add_ext(x, issuer, NID_crl_distribution_points,
		    "URI:http://example.com/x.crl");
		add_ext(x, issuer, NID_certificate_policies,
		    "DER:300830060604551d2000");
		add_ext(x, issuer, NID_netscape_comment, "by openssl");
	}
	aki = word(w, "aki", "none");
	if (strcmp(aki, "none") != 0)
		add_ext(x, issuer, NID_authority_key_identifier,
		    *aki == 'k' ? "keyid:always" : "keyid,issuer:always");
}

/* Serial numbers from the name, so that a mesh is the same every time. */
static void
set_serial(X509 *x, const char *name, const char *hex)
{
	unsigned char md[SHA256_DIGEST_LENGTH];
	BIGNUM *bn = NULL;

	SHA256((const unsigned char *)name, strlen(name), md);
	if (hex == NULL)
		bn = BN_bin2bn(md, 15, NULL);
	else if (!BN_hex2bn(&bn, hex))
		die("bad serial %s", hex);
	BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(x));
	BN_free(bn);
}

void
make_cert(struct mesh *m, char **w)
{
	const char *name = w[1], *by = word(w, "issuer", NULL);
	EVP_PKEY *key, *signer;
	X509 *x = X509_new(), *issuer;
	X509_NAME *subject;
	const ASN1_BIT_STRING *sig;

	if (m->ncert == NAMES_MAX)
		die("more than %d certificates", NAMES_MAX);
	if (by != NULL && cert_named(m, by) == NULL)
		die("no certificate %s", by);
	key = key_named(word(w, "key", "k1"));
	signer = by == NULL ? key : key_named(word(w, "by", "k1"));
	issuer = by == NULL ? x : cert_named(m, by);
	subject = make_name(word(w, "subject", "O=cluster.local"),
	    word(w, "utf8", NULL) != NULL ? V_ASN1_UTF8STRING :
	    V_ASN1_PRINTABLESTRING);
	X509_set_version(x, X509_VERSION_3);
	set_serial(x, name, word(w, "serial", NULL));
	X509_set_subject_name(x, subject);
	X509_set_issuer_name(x, by == NULL ? subject :
	    X509_get_subject_name(issuer));
	X509_set_pubkey(x, key);
	set_time(X509_getm_notBefore(x), word(w, "from", "-365d"), m->at,
	    m->cert[m->ncert].from);
	set_time(X509_getm_notAfter(x), word(w, "to", "+3650d"), m->at,
	    m->cert[m->ncert].to);
	add_exts(x, issuer, w);
	if (!X509_sign(x, signer,
	    EVP_get_digestbyname(word(w, "md", "sha256"))))
		die("cannot sign %s", name);
	if (word(w, "break", NULL) != NULL) {
		X509_get0_signature(&sig, NULL, x);
		((unsigned char *)ASN1_STRING_get0_data(sig))[40] ^= 1;
	}
	m->cert[m->ncert].name = strdup(name);
	m->cert[m->ncert++].cert = x;
	X509_NAME_free(subject);
	EVP_PKEY_free(key);
	if (signer != key)
		EVP_PKEY_free(signer);
}
