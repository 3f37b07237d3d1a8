/* The floor for JSON: what json-c alone takes to parse a list item by item. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

static char chunk[65536];

/* Feed one value; how many bytes of p it took, *done if it is complete. */
static size_t
feed(struct json_tokener *tok, const char *p, size_t n, int *done)
{
	struct json_object *o;

	o = json_tokener_parse_ex(tok, p, (int)n);
	*done = json_tokener_get_error(tok) != json_tokener_continue;
	if (json_tokener_get_error(tok) > json_tokener_continue)
		return n;
	if (o != NULL)
		json_object_put(o);
	return json_tokener_get_parse_end(tok);
}

int
main(void)
{
	struct json_tokener *tok = json_tokener_new_ex(64);
	unsigned long items = 0;
	int inside = 0, open = 0, done;
	ssize_t got;
	size_t i;

	json_tokener_set_flags(tok, JSON_TOKENER_STRICT |
	    JSON_TOKENER_ALLOW_TRAILING_CHARS | JSON_TOKENER_VALIDATE_UTF8);
	while ((got = read(0, chunk, sizeof(chunk))) > 0)
		for (i = 0; i < (size_t)got;) {
			if (!inside) {
				char *p = memchr(chunk + i, '[',
				    (size_t)got - i);

				if (p == NULL)
					break;
				inside = 1;
				i = (size_t)(p - chunk) + 1;
				continue;
			}
			if (!open && chunk[i] != '{') {
				if (chunk[i] == ']')
					goto out;
				i++;
				continue;
			}
			open = 1;
			i += feed(tok, chunk + i, (size_t)got - i, &done);
			if (done) {
				items++;
				open = 0;
				json_tokener_reset(tok);
			}
		}
out:
	json_tokener_free(tok);
	printf("%lu\n", items);
	return items == 0;
}
