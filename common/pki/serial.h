/* Serial numbers as Envoy writes them, for comparing with what a proxy says. */
#ifndef PKI_SERIAL_H
#define PKI_SERIAL_H

#include "pki/der.h"

#define SERIAL_DIGITS	64	/* RFC 5280 section 4.1.2.2 has 40 at most */

/* Lower-case hex, no zeros in front; "" where there are more digits. */
void	serial_text(const struct der *serial, char out[SERIAL_DIGITS + 1]);

#endif
