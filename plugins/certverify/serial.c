/* Serial numbers, of which a workload keeps a hash. */
#include "plugins/certverify/state.h"

/* FNV-1a: the CA chose it, and a proxy that lies can lie anyhow. */
uint32_t
cv_serial_hash(const char *text)
{
	uint32_t h = UINT32_C(2166136261);

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * UINT32_C(16777619);
	return h;
}
