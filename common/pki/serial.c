#include "pki/serial.h"

void
serial_text(const struct der *serial, char out[SERIAL_DIGITS + 1])
{
	static const char digits[] = "0123456789abcdef";
	size_t i, n = 0;
	unsigned nibble;

	for (i = 0; i < 2 * serial->len; i++) {
		nibble = i % 2 == 0 ? serial->p[i / 2] >> 4 :
		    serial->p[i / 2] & 15;
		if (n == 0 && nibble == 0 && i + 1 < 2 * serial->len)
			continue;
		if (n == SERIAL_DIGITS) {
			n = 0;
			break;
		}
		out[n++] = digits[nibble];
	}
	out[n] = '\0';
}
