#include <stdio.h>

#include "base/when.h"
#include "pki/x509.h"

int
x509_set_time(ASN1_TIME *t, int64_t when)
{
	char s[WHEN_STRLEN], text[20];

	when_format(when, s);
	snprintf(text, sizeof(text), "%.4s%.2s%.2s%.2s%.2s%.2sZ", s, s + 5,
	    s + 8, s + 11, s + 14, s + 17);
	return ASN1_TIME_set_string_X509(t, text);
}
