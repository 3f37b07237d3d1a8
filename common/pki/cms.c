#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "pki/cms.h"
#include "pki/pem.h"
#include "pki/x509.h"

static int
may_receive(const struct cert *to, struct err *e)
{
	int kind = to->x509->key == NULL ? EVP_PKEY_NONE :
	    EVP_PKEY_get_base_id(to->x509->key);

	if (kind != EVP_PKEY_RSA && kind != EVP_PKEY_EC)
		return err_set(e, ERR_USAGE, "cannot encrypt to '%s': its key "
		    "is neither RSA nor EC", to->subject_text);
	if (kind == EVP_PKEY_RSA && to->key_bits < RSA_BITS_MIN)
		return err_set(e, ERR_USAGE, "cannot encrypt to '%s': its key "
		    "has only %u bits", to->subject_text, to->key_bits);
	return 0;
}

/* libcrypto's own choices are PKCS#1 v1.5 and SHA-1. */
static int
add_recipient(CMS_ContentInfo *cms, const struct cert *to)
{
	CMS_RecipientInfo *ri;
	EVP_PKEY_CTX *ctx;

	ri = CMS_add1_recipient_cert(cms, to->x509->x, CMS_KEY_PARAM);
	if (ri == NULL || (ctx = CMS_RecipientInfo_get0_pkey_ctx(ri)) == NULL)
		return 0;
	if (to->key == KEY_EC)
		return EVP_PKEY_CTX_set_ecdh_kdf_md(ctx, EVP_sha256()) > 0;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) > 0 &&
	    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) > 0;
}

/* CMS_final() would pass it through buffers that nobody wipes. */
static int
add_content(CMS_ContentInfo *cms, const void *p, size_t n)
{
	BIO *bio;
	int ok;

	if ((bio = CMS_dataInit(cms, NULL)) == NULL)
		return 0;
	ok = (n == 0 || BIO_write(bio, p, (int)n) == (int)n) &&
	    BIO_flush(bio) > 0 && CMS_dataFinal(cms, bio);
	BIO_free_all(bio);
	return ok;
}

int
cms_seal(const struct cert *to, const void *p, size_t n, struct buf *out,
    struct err *e)
{
	unsigned char *der = NULL;
	CMS_ContentInfo *cms;
	int len = -1, ret = -1;

	if (n > CMS_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "what is to be encrypted is over "
		    "the limit of %d bytes", CMS_BYTES_MAX);
	if (may_receive(to, e) == -1)
		return -1;
	cms = CMS_encrypt(NULL, NULL, EVP_aes_256_gcm(),
	    CMS_BINARY | CMS_PARTIAL);
	if (cms != NULL && add_recipient(cms, to) && add_content(cms, p, n))
		len = i2d_CMS_ContentInfo(cms, &der);
	if (len <= 0)
		err_set(e, ERR_IO, "libcrypto could not encrypt to '%s'",
		    to->subject_text);
	else
		ret = pem_write(out, "CMS", der, (size_t)len, e);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return ret;
}
