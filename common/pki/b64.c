#include <string.h>

#include <limits.h>
#include <openssl/evp.h>

#include "pki/b64.h"

/* behind the 64 digits; all of them have one bit that no digit has */
enum { LINE_END = 64, PAD = 65, BAD = 66, NO_DIGIT = 64 };

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

size_t
b64_run(const char *s, size_t len, unsigned char *out)
{
	const unsigned char *u = (const unsigned char *)s;
	unsigned a, b, c, d;
	size_t i;

	for (i = 0; len - i >= 4; i += 4) {
		if ((u[i] | u[i + 1] | u[i + 2] | u[i + 3]) & 0x80)
			break;
		a = value[u[i]];
		b = value[u[i + 1]];
		c = value[u[i + 2]];
		d = value[u[i + 3]];
		if ((a | b | c | d) & NO_DIGIT)
			break;
		*out++ = (unsigned char)(a << 2 | b >> 4);
		*out++ = (unsigned char)(b << 4 | c >> 2);
		*out++ = (unsigned char)(c << 6 | d);
	}
	return i;
}

/*
 * Into out, which has room for all of it; *n bytes are there then.  Returns
 * len, or where it is no longer base64.
 *
 * libcrypto's EVP_DecodeBlock() forgives white space at both ends and strips
 * bits behind the padding; the API server does neither.
 */
static size_t
decode(const char *s, size_t len, unsigned char *out, size_t *n)
{
	size_t i, run, digits = 0, pad = 0;
	unsigned long acc = 0;
	unsigned v;

	for (i = 0; i < len; i++) {
		if (digits % 4 == 0) {
			run = b64_run(s + i, len - i, out + *n);
			*n += run / 4 * 3;
			if ((i += run) == len)
				break;
		}
		v = value_of(s[i]);
		if (v == LINE_END)
			continue;
		if (v == BAD || (v == PAD && digits % 4 < 2) ||
		    (pad > 0 && v != PAD))
			return i;
		acc = acc << 6 | (v == PAD ? 0 : v);
		pad += v == PAD;
		if (++digits % 4 != 0)
			continue;
		out[*n] = (unsigned char)(acc >> 16);
		out[*n + 1] = (unsigned char)(acc >> 8);
		out[*n + 2] = (unsigned char)acc;
		*n += 3 - pad;
		acc = 0;
		if (pad > 0) {
			/* nothing but line ends may follow */
			while (++i < len)
				if (value_of(s[i]) != LINE_END)
					return i;
			return len;
		}
	}
	return digits % 4 == 0 ? len : len + 1;
}

int
b64_decode(const char *s, size_t len, struct buf *out, struct err *e)
{
	size_t n = 0, end;

	if (buf_reserve(out, len / 4 * 3 < 3 ? 3 : len / 4 * 3, e) == -1)
		return -1;
	if ((end = decode(s, len, out->p + out->len, &n)) == len) {
		out->len += n;
		out->p[out->len] = '\0';
		return 0;
	}
	if (out->secret)
		explicit_bzero(out->p + out->len, n);
	out->p[out->len] = '\0';
	return err_set(e, ERR_FORMAT, "not base64 at byte %zu",
	    (end > len ? len : end) + 1);
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
