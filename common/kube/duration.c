/* Go's durations, as --request-timeout has them. */
#include <stdlib.h>
#include <string.h>

#include "kube/kubeconfig.h"

/* The length of "1", "1.5", ".5" or "1." at s; strtod() takes more. */
static size_t
number(const char *s)
{
	size_t whole = strspn(s, "0123456789"), part = 0;

	if (s[whole] == '.')
		part = strspn(s + whole + 1, "0123456789");
	return whole + part == 0 ? 0 : whole + part + (s[whole] == '.');
}

int
kc_duration(const char *s, long *ms)
{
	static const struct { const char *name; double ms; } units[] = {
		{ "ms", 1 }, { "us", 1e-3 }, { "ns", 1e-6 }, { "h", 3600e3 },
		{ "m", 60e3 }, { "s", 1e3 },
	};
	double sum = 0;
	size_t i, n;

	if (strspn(s, "0123456789") == strlen(s) && s[0] != '\0')
		sum = strtod(s, NULL) * 1e3;
	else while (*s != '\0') {
		if ((n = number(s)) == 0)
			return -1;
		for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (strncmp(s + n, units[i].name,
			    strlen(units[i].name)) == 0)
				break;
		if (i == sizeof(units) / sizeof(units[0]))
			return -1;
		/* a unit's first letter ends what strtod() takes */
		sum += strtod(s, NULL) * units[i].ms;
		s += n + strlen(units[i].name);
	}
	if (!(sum >= 0 && sum <= 1e9))
		return -1;
	*ms = sum > 0 && sum < 1 ? 1 : (long)sum;
	return 0;
}
