/* Go's durations, as --request-timeout has them. */
#include <stdlib.h>
#include <string.h>

#include "kube/kubeconfig.h"

int
kc_duration(const char *s, long *ms)
{
	static const struct { const char *name; double ms; } units[] = {
		{ "ms", 1 }, { "us", 1e-3 }, { "ns", 1e-6 }, { "h", 3600e3 },
		{ "m", 60e3 }, { "s", 1e3 },
	};
	double sum = 0, v;
	char *end;
	size_t i;

	if (strspn(s, "0123456789") == strlen(s) && s[0] != '\0')
		sum = strtod(s, NULL) * 1e3;
	else while (*s != '\0') {
		if (strspn(s, "0123456789.") == 0)
			return -1;
		v = strtod(s, &end);
		for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (strncmp(end, units[i].name,
			    strlen(units[i].name)) == 0)
				break;
		if (end == s || i == sizeof(units) / sizeof(units[0]))
			return -1;
		sum += v * units[i].ms;
		s = end + strlen(units[i].name);
	}
	if (!(sum >= 0 && sum <= 1e9))
		return -1;
	*ms = sum > 0 && sum < 1 ? 1 : (long)sum;
	return 0;
}
