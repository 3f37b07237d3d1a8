/*
 * gensecrets [-i EPOCH] [-s EVERY] [-b EVERY] [-p PRIMES] [N [NAMESPACES]]
 * istio-ca-secret and N secrets of workloads, 5000 over 50 namespaces if
 * nothing else is said, as Citadel 1.4 writes them, one JSON object a line, the
 * CA's first.  -i: issued then, not now; -s: one in EVERY is of a former root;
 * -b: one in EVERY is broken, in turn the key of another certificate, expired,
 * the name of another account, and a certificate that is cut off.
 *
 * Each secret has a key, a modulus and a serial number of its own; a repeat
 * ends it.  Making RSA keys by the thousand takes minutes, so a modulus is the
 * product of two primes of a pool: n of them make n(n-1)/2 keys, no two alike
 * and each complete and valid, though one that knows the factors of one can
 * factor its relatives.  They are for nothing but this.  -p wants a pool of at
 * least PRIMES; the first half as many keys have no prime in common.
 *
 * The pool is made once, by a thread a core, and stays outside the checkout:
 * ${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-istio/bench-keys/primes (0600, in a
 * directory that is 0700), 128 bytes each, appended to when more are needed.
 */
#include <sys/file.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <pthread.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define PRIME_BITS	1024
#define PRIME_BYTES	(PRIME_BITS / 8)
#define PRIMES_MAX	40004
#define THREADS_MAX	64
#define EXPONENT	65537
#define DAY		86400
#define TEXT_MAX	8192		/* of one PEM */

struct issuer {
	EVP_PKEY	*key;
	X509		*cert;
	char		 root[TEXT_MAX];	/* in base64 of PEM */
};

enum flaw { NONE, OTHER_KEY, EXPIRED, OTHER_NAME, CUT_OFF, FLAWS };

static unsigned char pool[PRIMES_MAX][PRIME_BYTES];
static size_t npool, wanted;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static time_t issued;

__attribute__((noreturn, format(printf, 1, 2))) static void
fail(const char *fmt, ...)
{
	va_list ap;

	fputs("gensecrets: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static void
must(int ok, const char *what)
{
	if (!ok)
		fail("%s failed", what);
}

/* ---- the pool of primes ---- */

static int
known(const unsigned char *p)
{
	size_t i;

	for (i = 0; i < npool; i++)
		if (memcmp(pool[i], p, PRIME_BYTES) == 0)
			return 1;
	return 0;
}

/* Its two highest bits are set: a product of two has 2048 bits. */
static void *
make_primes(void *arg)
{
	unsigned char bytes[PRIME_BYTES];
	BIGNUM *p = BN_new();
	int full = 0;

	while (!full) {
		must(p != NULL && BN_generate_prime_ex(p, PRIME_BITS, 0, NULL,
		    NULL, NULL), "a prime");
		if (BN_mod_word(p, EXPONENT) == 1)
			continue;
		must(BN_bn2binpad(p, bytes, PRIME_BYTES) == PRIME_BYTES,
		    "a prime");
		pthread_mutex_lock(&lock);
		if (npool < wanted && !known(bytes))
			memcpy(pool[npool++], bytes, PRIME_BYTES);
		full = npool >= wanted;
		pthread_mutex_unlock(&lock);
	}
	BN_clear_free(p);
	return arg;
}

static void
fill_pool(void)
{
	pthread_t thread[THREADS_MAX];
	long i, n = sysconf(_SC_NPROCESSORS_ONLN);

	if (n < 1 || n > THREADS_MAX)
		n = n < 1 ? 1 : THREADS_MAX;
	for (i = 0; i < n; i++)
		must(pthread_create(&thread[i], NULL, make_primes, NULL) == 0,
		    "a thread");
	for (i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
}

/* Where they are kept; the directories on the way are made. */
static void
pool_path(char *path, size_t size)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *p;
	int n;

	if (cache != NULL && cache[0] == '/')
		n = snprintf(path, size, "%s/kubectl-istio/bench-keys/primes",
		    cache);
	else
		n = snprintf(path, size, "%s/.cache/kubectl-istio/bench-keys/"
		    "primes", home == NULL ? "" : home);
	if (n < 0 || (size_t)n >= size)
		fail("the name of the cache is too long");
	for (p = strchr(path + 1, '/'); p != NULL; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(path, 0700);
		*p = '/';
	}
}

/* One at a time: another that runs beside waits, and finds them made. */
static void
open_pool(size_t n)
{
	char path[4096];
	size_t had;
	int fd;

	wanted = n;
	if (n > PRIMES_MAX)
		fail("so many primes are too many");
	pool_path(path, sizeof(path));
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd == -1 || flock(fd, LOCK_EX) == -1)
		fail("%s cannot be opened", path);
	while (npool < n && read(fd, pool[npool], PRIME_BYTES) ==
	    PRIME_BYTES) {
		if (known(pool[npool]) || pool[npool][0] < 0xc0 ||
		    (pool[npool][PRIME_BYTES - 1] & 1) == 0)
			fail("%s is spoiled: remove it", path);
		npool++;
	}
	if ((had = npool) < n) {
		fill_pool();
		/* what was cut off by somebody's end goes */
		if (ftruncate(fd, (off_t)(had * PRIME_BYTES)) == -1 ||
		    lseek(fd, 0, SEEK_END) == -1 ||
		    write(fd, pool[had], (n - had) * PRIME_BYTES) !=
		    (ssize_t)((n - had) * PRIME_BYTES))
			fail("%s cannot be written", path);
	}
	if (close(fd) == -1)
		fail("%s cannot be written", path);
}

/* ---- keys ---- */

/* Rounds in which each meets another, as in a tournament: no pair twice. */
static void
pair(size_t nth, size_t *a, size_t *b)
{
	size_t n = npool, round = nth / (n / 2), match = nth % (n / 2);

	*a = match == 0 ? n - 1 : (round + match) % (n - 1);
	*b = (round + n - 1 - match) % (n - 1);
}

static EVP_PKEY *
key_of(BIGNUM *const part[8])
{
	static const char *const name[8] = {
		OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
		OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1,
		OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
		OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1
	};
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;
	int i;

	must(bld != NULL && ctx != NULL, "memory");
	for (i = 0; i < 8; i++)
		must(OSSL_PARAM_BLD_push_BN(bld, name[i], part[i]), "a key");
	params = OSSL_PARAM_BLD_to_param(bld);
	must(params != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) == 1,
	    "a key");
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
make_key(size_t nth)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *v[8], *p1 = BN_new(), *q1 = BN_new(), *phi = BN_new();
	EVP_PKEY *key;
	size_t a, b;
	int i;

	for (i = 0; i < 8; i++)
		must((v[i] = BN_new()) != NULL, "memory");
	pair(nth, &a, &b);
	must(a != b && BN_bin2bn(pool[a], PRIME_BYTES, v[3]) != NULL &&
	    BN_bin2bn(pool[b], PRIME_BYTES, v[4]) != NULL, "a pair of primes");
	must(BN_mul(v[0], v[3], v[4], ctx) &&
	    BN_num_bits(v[0]) == 2 * PRIME_BITS &&
	    BN_set_word(v[1], EXPONENT) &&
	    BN_sub(p1, v[3], BN_value_one()) &&
	    BN_sub(q1, v[4], BN_value_one()) && BN_mul(phi, p1, q1, ctx) &&
	    BN_mod_inverse(v[2], v[1], phi, ctx) != NULL &&
	    BN_mod(v[5], v[2], p1, ctx) && BN_mod(v[6], v[2], q1, ctx) &&
	    BN_mod_inverse(v[7], v[4], v[3], ctx) != NULL, "a key");
	key = key_of(v);
	for (i = 0; i < 8; i++)
		BN_clear_free(v[i]);
	BN_clear_free(p1);
	BN_clear_free(q1);
	BN_clear_free(phi);
	BN_CTX_free(ctx);
	return key;
}

/* ---- no two alike ---- */

struct seen {
	int		len;
	unsigned char	bytes[];
};

static int
by_bytes(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	return x->len != y->len ? x->len - y->len :
	    memcmp(x->bytes, y->bytes, (size_t)x->len);
}

static void
only_once(void **set, const BIGNUM *n, const char *what)
{
	int len = BN_num_bytes(n);
	struct seen *s = malloc(sizeof(*s) + (size_t)len);
	void *found;

	must(s != NULL, "memory");
	s->len = len;
	BN_bn2bin(n, s->bytes);
	if ((found = tsearch(s, set, by_bytes)) == NULL)
		fail("memory failed");
	if (*(struct seen **)found != s)
		fail("a %s that there was before", what);
}

/* What is in the certificate, not what was meant to be. */
static void
register_cert(X509 *x)
{
	static void *moduli, *serials;
	BIGNUM *n = NULL, *serial;

	serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	must(serial != NULL && EVP_PKEY_get_bn_param(X509_get0_pubkey(x),
	    OSSL_PKEY_PARAM_RSA_N, &n), "a certificate");
	only_once(&moduli, n, "modulus");
	only_once(&serials, serial, "serial number");
	BN_free(n);
	BN_free(serial);
}

/* ---- certificates, as Istio's generate_cert.go has them made ---- */

static void
add_ext(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	must(ext != NULL && X509_add_ext(x, ext, -1), value);
	X509_EXTENSION_free(ext);
}

static X509 *
new_cert(EVP_PKEY *key, time_t from, time_t to)
{
	X509 *x = X509_new();
	BIGNUM *serial = BN_new();

	must(x != NULL && serial != NULL && X509_set_version(x, 2) &&
	    BN_rand(serial, 128, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) &&
	    BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x)) != NULL &&
	    ASN1_TIME_set(X509_getm_notBefore(x), from) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(x), to) != NULL &&
	    X509_set_pubkey(x, key), "a certificate");
	BN_free(serial);
	return x;
}

static X509 *
make_root(EVP_PKEY *key)
{
	X509 *x = new_cert(key, issued - DAY, issued + 3649l * DAY);
	X509_NAME *name = X509_get_subject_name(x);

	must(X509_NAME_add_entry_by_txt(name, "O", V_ASN1_PRINTABLESTRING,
	    (const unsigned char *)"cluster.local", -1, -1, 0) &&
	    X509_set_issuer_name(x, name), "a name");
	add_ext(x, NID_key_usage, "critical,keyCertSign");
	add_ext(x, NID_basic_constraints, "critical,CA:TRUE");
	must(X509_sign(x, key, EVP_sha256()) > 0, "a signature");
	register_cert(x);
	return x;
}

static X509 *
make_leaf(const struct issuer *ca, EVP_PKEY *key, const char *ns,
    const char *account, int expired)
{
	time_t from = issued - 120 - (expired ? 91l * DAY : 0);
	X509 *x = new_cert(key, from, from + 90l * DAY);
	char san[256];

	must(X509_set_issuer_name(x, X509_get_subject_name(ca->cert)),
	    "a name");
	snprintf(san, sizeof(san), "critical,URI:spiffe://cluster.local/ns/%s"
	    "/sa/%s", ns, account);
	add_ext(x, NID_key_usage, "critical,digitalSignature,keyEncipherment");
	add_ext(x, NID_ext_key_usage, "serverAuth,clientAuth");
	add_ext(x, NID_basic_constraints, "critical,CA:FALSE");
	add_ext(x, NID_subject_alt_name, san);
	must(X509_sign(x, ca->key, EVP_sha256()) > 0, "a signature");
	register_cert(x);
	return x;
}

/* ---- what is printed ---- */

/* The PEM of one of the two, less its last bytes, in base64. */
static void
encode(X509 *x, EVP_PKEY *key, long less, char out[TEXT_MAX])
{
	BIO *b = BIO_new(BIO_s_mem());
	char *pem;
	long len;

	must(b != NULL && (x != NULL ? PEM_write_bio_X509(b, x) :
	    PEM_write_bio_PrivateKey_traditional(b, key, NULL, NULL, 0, NULL,
	    NULL)), "PEM");
	len = BIO_get_mem_data(b, &pem) - less;
	must(len > 0 && len < TEXT_MAX / 4 * 3 - 3, "PEM");
	EVP_EncodeBlock((unsigned char *)out, (unsigned char *)pem, (int)len);
	BIO_free(b);
}

static void
print_ca(const struct issuer *ca)
{
	char key[TEXT_MAX];

	encode(NULL, ca->key, 0, key);
	printf("{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{"
	    "\"name\":\"istio-ca-secret\",\"namespace\":\"istio-system\"},"
	    "\"type\":\"istio.io/ca-root\",\"data\":{\"ca-cert.pem\":\"%s\","
	    "\"ca-key.pem\":\"%s\",\"cert-chain.pem\":\"\",\"key.pem\":\"\","
	    "\"root-cert.pem\":\"\"}}\n", ca->root, key);
}

static void
print_secret(const struct issuer *ca, size_t nth, size_t ns, enum flaw flaw)
{
	char chain[TEXT_MAX], pem[TEXT_MAX], space[32], account[32];
	/* the two before are the roots' */
	EVP_PKEY *key = make_key(nth + 2), *other;
	X509 *x;

	snprintf(space, sizeof(space), "bench-%03zu", nth % ns);
	if (nth < ns)
		snprintf(account, sizeof(account), "default");
	else
		snprintf(account, sizeof(account), "workload-%05zu", nth);
	x = make_leaf(ca, key, space, flaw == OTHER_NAME ? "somebody" : account,
	    flaw == EXPIRED);
	encode(x, NULL, flaw == CUT_OFF ? 500 : 0, chain);
	other = flaw == OTHER_KEY ? make_key(nth + 1) : NULL;
	encode(NULL, other == NULL ? key : other, 0, pem);
	printf("{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{"
	    "\"name\":\"istio.%s\",\"namespace\":\"%s\",\"annotations\":{"
	    "\"istio.io/service-account.name\":\"%s\"}},"
	    "\"type\":\"istio.io/key-and-cert\",\"data\":{"
	    "\"cert-chain.pem\":\"%s\",\"key.pem\":\"%s\","
	    "\"root-cert.pem\":\"%s\"}}\n", account, space, account, chain,
	    pem, ca->root);
	X509_free(x);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}

static void
open_issuer(struct issuer *ca, size_t nth)
{
	ca->key = make_key(nth);
	ca->cert = make_root(ca->key);
	encode(ca->cert, NULL, 0, ca->root);
}

/* As many primes as give n keys; an even number of them. */
static size_t
primes_for(size_t n)
{
	size_t p = 4;

	while (p * (p - 1) / 2 < n)
		p += 2;
	return p;
}

static void
generate(size_t n, size_t ns, size_t stale, size_t broken)
{
	static struct issuer now, former;
	size_t i, turn = 0;
	enum flaw flaw;

	open_issuer(&now, 0);
	open_issuer(&former, 1);
	print_ca(&now);
	for (i = 0; i < n; i++) {
		flaw = NONE;
		if (broken > 0 && i % broken == broken - 1)
			flaw = OTHER_KEY + turn++ % (FLAWS - OTHER_KEY);
		print_secret(flaw == NONE && stale > 0 &&
		    i % stale == stale - 1 ? &former : &now, i, ns, flaw);
	}
}

int
main(int argc, char **argv)
{
	size_t n = 5000, ns = 50, stale = 0, broken = 0, primes = 0;
	int c;

	issued = time(NULL);
	while (optind <= argc &&
	    (c = getopt(argc, argv, "b:i:p:s:")) != -1)
		switch (c) {
		case 'b':
			broken = strtoul(optarg, NULL, 10);
			break;
		case 'i':
			issued = (time_t)strtoll(optarg, NULL, 10);
			break;
		case 'p':
			primes = strtoul(optarg, NULL, 10);
			break;
		case 's':
			stale = strtoul(optarg, NULL, 10);
			break;
		default:
			optind = argc + 1;
		}
	if (optind < argc)
		n = strtoul(argv[optind], NULL, 10);
	if (optind + 1 < argc)
		ns = strtoul(argv[optind + 1], NULL, 10);
	if (optind > argc || ns == 0 || ns > 999 || n > 99999) {
		fputs("usage: gensecrets [-i EPOCH] [-s EVERY] [-b EVERY] "
		    "[-p PRIMES] [N [NAMESPACES]]\n", stderr);
		return 2;
	}
	primes += primes % 2;
	open_pool(primes > primes_for(n + 2) ? primes : primes_for(n + 2));
	generate(n, ns, stale, broken);
	return fflush(stdout) == EOF || ferror(stdout) != 0;
}
