/* Serial numbers, which a proxy tells where it tells nothing else. */
#include "plugins/certverify/state.h"

void
cv_serial_text(const struct der *serial, char out[CV_SERIAL_LEN])
{
	static const char digits[] = "0123456789abcdef";
	size_t i, n = 0;
	unsigned nibble;

	for (i = 0; i < 2 * serial->len; i++) {
		nibble = i % 2 == 0 ? serial->p[i / 2] >> 4 :
		    serial->p[i / 2] & 15;
		if (n == 0 && nibble == 0 && i + 1 < 2 * serial->len)
			continue;
		if (n == CV_SERIAL_LEN - 1) {
			n = 0;
			break;
		}
		out[n++] = digits[nibble];
	}
	out[n] = '\0';
}

/* FNV-1a: the CA chose it, and a proxy that lies can lie anyhow. */
uint32_t
cv_serial_hash(const char *text)
{
	uint32_t h = UINT32_C(2166136261);

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * UINT32_C(16777619);
	return h;
}
