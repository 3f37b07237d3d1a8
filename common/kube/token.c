/* A bearer token: what can be one. */
#include "kube/plugin.h"

static int
is_space(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* What can stand in a header: RFC 9110 section 5.5. */
static int
is_header(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
			return 0;
	return 1;
}

int
cred_set_token(struct cred *cr, const char *p, size_t n, const char *whose,
    struct err *e)
{
	while (n > 0 && is_space((unsigned char)p[n - 1]))
		n--;
	while (n > 0 && is_space((unsigned char)*p))
		p++, n--;
	if (n == 0)
		return err_set(e, ERR_CONFIG, "%s is empty", whose);
	if (!is_header(p, n))
		return err_set(e, ERR_CONFIG, "%s holds what no token may "
		    "hold", whose);
	buf_reset(&cr->token);
	return buf_append(&cr->token, p, n, e);
}
