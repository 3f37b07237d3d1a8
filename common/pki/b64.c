#include <string.h>

#include <limits.h>
#include <openssl/evp.h>

#include "pki/b64.h"

enum { LINE_END = 64, PAD = 65, BAD = 66 };	/* behind the 64 digits */

/* What each ASCII character stands for. */
static const unsigned char value[128] = {
	66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 64, 66, 66, 64, 66, 66,
	66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66,
	66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 62, 66, 66, 66, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 66, 66, 66, 65, 66, 66,
	66, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 66, 66, 66, 66, 66,
	66, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 66, 66, 66, 66, 66,
};

static unsigned
value_of(char c)
{
	unsigned char u = (unsigned char)c;

	return u < sizeof(value) ? value[u] : BAD;
}

/*
 * libcrypto's EVP_DecodeBlock() forgives white space at both ends and strips
 * bits behind the padding; the API server does neither.
 */
int
b64_decode(const char *s, size_t len, struct buf *out, struct err *e)
{
	size_t i, digits = 0, pad = 0, was = out->len;
	unsigned char bytes[3];
	unsigned long acc = 0;
	unsigned v;

	if (buf_reserve(out, len / 4 * 3 < 3 ? 3 : len / 4 * 3, e) == -1)
		return -1;
	for (i = 0; i < len; i++) {
		v = value_of(s[i]);
		if (v == LINE_END)
			continue;
		if (v == BAD || (v == PAD && digits % 4 < 2) ||
		    (pad > 0 && v != PAD))
			goto bad;
		acc = acc << 6 | (v == PAD ? 0 : v);
		pad += v == PAD;
		if (++digits % 4 != 0)
			continue;
		bytes[0] = (unsigned char)(acc >> 16);
		bytes[1] = (unsigned char)(acc >> 8);
		bytes[2] = (unsigned char)acc;
		acc = 0;
		if (buf_append(out, bytes, 3 - pad, e) == -1)
			goto fail;
		if (pad > 0) {
			/* nothing but line ends may follow */
			while (++i < len)
				if (value_of(s[i]) != LINE_END)
					goto bad;
			break;
		}
	}
	if (digits % 4 != 0)
		goto bad;
	return 0;
bad:
	err_set(e, ERR_FORMAT, "not base64 at byte %zu", i + 1);
fail:
	out->len = was;
	if (out->p != NULL)
		out->p[was] = '\0';
	return -1;
}

int
b64_encode(const void *p, size_t len, struct buf *out, struct err *e)
{
	size_t n = (len + 2) / 3 * 4;

	if (len > INT_MAX / 2)
		return err_set(e, ERR_LIMIT, "%zu bytes are too many", len);
	/* EVP_EncodeBlock() writes a NUL behind, for which a buf has room */
	if (buf_reserve(out, n, e) == -1)
		return -1;
	out->len += (size_t)EVP_EncodeBlock(out->p + out->len, p, (int)len);
	return 0;
}
