/*
 * mkmesh: meshes for tests and for the demo, from a few lines of text.
 *	mkmesh SPEC OUTDIR
 * writes OUTDIR/mesh.yaml, OUTDIR/mesh.json (the same objects as a List) and
 * OUTDIR/certs (name, sha256, notBefore, notAfter, a line each).  A line
 * "want" ends the mesh.  What a line may say:
 *
 *	at TIME|now
 *	cert NAME key=KEY [issuer=NAME by=KEY] [subject=RDN[/RDN]...] [utf8]
 *	    [from=SPAN|TIME] [to=SPAN|TIME] [ca=yes|no|none] [pathlen=N]
 *	    [ku=certsign|digsig|leaf|none] [ski=sha1|none|HEX]
 *	    [aki=none|keyid|pins] [md=sha256|sha1|md5] [break] [serial=HEX]
 *	    [eku=none|server|client|code|any[,...]]
 *	    [san=URI:...,DNS:...] [sancrit]
 *	    [corporate]: AIA, CRL distribution points, policies, a comment
 *	secret|configmap NS/NAME [type=TYPE] [meta=JSON] KEY=VALUE...
 *	mutating|validating NAME HOOK[@NS/SERVICE|@URL]=VALUE...
 *	trustbundle NAME SIGNER VALUE
 *	pem FILE VALUE
 *	json OBJECT
 * and in short (short.c):
 *	leaf NAME id=NS/SA issuer=NAME [by=KEY] [key=KEY] [td=DOMAIN]
 *	    [dns=NAME]: a cert as Citadel signs it, 20 of its 90 days old, of
 *	    key k2; whatever else "cert" knows may be given too, and wins
 *	workload NS/SA issuer=NAME root=VALUE [inter=VALUE] [chain=VALUE]
 *	    [keypem=VALUE] [leaf's words]: the leaf "NS/SA", and the secret
 *	    NS/istio.SA of type istio.io/key-and-cert with it and inter (or
 *	    with chain instead), its key in PKCS#1 (or keypem), and root
 *	namespace NAME [meta=JSON] [terminating]: no \s here, and no blanks
 *	account NS/NAME
 *	istiod|citadel VERSION [name=NAME] [ENV=VALUE...]: the Deployment
 *
 * An empty subject is "subject=".  A KEY is made when it is first named: e...
 * is P-256, s... RSA 1024, every other one RSA 2048; they are kept in
 * $MKMESH_KEYS.  A VALUE is parts joined by "+": a certificate's name, key:KEY,
 * pkcs1:KEY ("RSA PRIVATE KEY"), enc:KEY (encrypted), b64:PART, crlf:PART,
 * chop:PART (without its last byte: the newline), esc:PART (newlines as \n), or
 * text:TEXT with \n, \r and \s (a blank).  A secret's value that begins with
 * "raw:" is not put in base64.  SPANs count from `at`.
 */
#ifndef MKMESH_H
#define MKMESH_H

#include <stdint.h>

#include <openssl/x509.h>

#include "base/buf.h"
#include "base/when.h"

#define NAMES_MAX 1024

struct named {
	char	*name;
	X509	*cert;
	char	 from[WHEN_STRLEN];
	char	 to[WHEN_STRLEN];
};

struct mesh {
	int64_t		 at;
	struct named	 cert[NAMES_MAX];
	int		 ncert;
	struct buf	 yaml;
	struct buf	 json;		/* objects, comma separated */
	const char	*outdir;
};

/* The value of "name=" among the words, or the default. */
const char *word(char **words, const char *name, const char *otherwise);

void	die(const char *fmt, ...)
	    __attribute__((noreturn, format(printf, 1, 2)));
EVP_PKEY *key_named(const char *name);
void	make_cert(struct mesh *m, char **words);
void	make_object(struct mesh *m, const char *kind, char **words);
void	make_webhook(struct mesh *m, const char *kind, char **words);
void	make_pem(struct mesh *m, char **words);
void	make_json(struct mesh *m, const char *text);

/* What short.c knows; 0 if it does not know the word. */
int	make_short(struct mesh *m, char **words);
X509	*cert_named(struct mesh *m, const char *name);

#endif
