/* YAML 1.1's plain scalars, in the subset that Go's yaml takes. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "doc/node.h"

#define NUMBER_MAX 64	/* characters of what can be a number */

static int
one_of(const char *s, size_t len, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strlen(*words) == len && memcmp(*words, s, len) == 0)
			return 1;
	return 0;
}

/* "0x1f", "0o17", "017", "0b11", "12": with the underscores taken out. */
static struct json_object *
integer(const char *s)
{
	const char *digits = s + (*s == '-' || *s == '+');
	int base = 10;
	long long v;
	char *end;

	if (digits[0] == '0' && digits[1] != '\0') {
		base = digits[1] == 'x' ? 16 : digits[1] == 'b' ? 2 : 8;
		digits += 1 + (strchr("xbo", digits[1]) != NULL);
	}
	if (*digits < '0' || (*digits > '9' && base != 16))
		return NULL;
	errno = 0;
	v = strtoll(digits, &end, base);
	if (*end != '\0' || errno != 0 || v < 0)
		return NULL;
	return json_object_new_int64(*s == '-' ? -v : v);
}

static struct json_object *
number(const char *s, size_t len)
{
	struct json_object *o;
	char text[NUMBER_MAX];
	size_t i, n = 0;
	double d;
	char *end;

	if (len == 0 || len >= sizeof(text) ||
	    strchr("+-.0123456789", s[0]) == NULL)
		return NULL;
	for (i = 0; i < len; i++)
		if (s[i] != '_')
			text[n++] = s[i];
	text[n] = '\0';
	if ((o = integer(text)) != NULL)
		return o;
	/* strtod() takes words and hexadecimal too; YAML does not here */
	if (strspn(text, "+-.0123456789eE") != n ||
	    strpbrk(text, "0123456789") == NULL)
		return NULL;
	d = strtod(text, &end);
	if (*end != '\0' || !isfinite(d))
		return NULL;
	return json_object_new_double_s(d, text);
}

/* A bool or a number; NULL for a string, and for null. */
static struct json_object *
typed(const char *s, size_t len, int *null)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL",
	    NULL };
	static const char *const yes[] = { "true", "True", "TRUE", "yes",
	    "Yes", "YES", "on", "On", "ON", "y", "Y", NULL };
	static const char *const no[] = { "false", "False", "FALSE", "no",
	    "No", "NO", "off", "Off", "OFF", "n", "N", NULL };

	*null = one_of(s, len, nulls);
	if (*null)
		return NULL;
	if (one_of(s, len, yes))
		return json_object_new_boolean(1);
	if (one_of(s, len, no))
		return json_object_new_boolean(0);
	return number(s, len);
}

struct json_object *
scalar_plain(const char *s, size_t len, int *null)
{
	struct json_object *o = typed(s, len, null);

	return o != NULL || *null ? o : json_object_new_string_len(s,
	    (int)len);
}

/* ".inf", "-.Inf", ".NaN": numbers to YAML, and none to JSON. */
int
scalar_is_infinite(const char *s, size_t len)
{
	static const char *const words[] = { ".inf", ".Inf", ".INF", ".nan",
	    ".NaN", ".NAN", NULL };
	int sign = len > 0 && (s[0] == '-' || s[0] == '+');

	return one_of(s + sign, len - (size_t)sign, words);
}

#define TAG "tag:yaml.org,2002:"

/* What an explicit tag says of a scalar, or NULL: !!int gives "int". */
static const char *
tag_name(const char *tag)
{
	if (tag == NULL || strncmp(tag, TAG, strlen(TAG)) != 0)
		return NULL;
	return tag + strlen(TAG);
}

int
scalar_typed(const char *tag)
{
	static const char *const names[] = { "null", "bool", "int", "float",
	    "binary", NULL };
	const char *name = tag_name(tag);

	return name != NULL && one_of(name, strlen(name), names);
}

int
scalar_fits(const char *tag, const char *s, size_t len)
{
	const char *name = tag_name(tag);
	struct json_object *o;
	json_type type;
	int null = 0;

	if (!scalar_typed(tag))
		return 1;
	o = scalar_plain(s, len, &null);
	type = json_object_get_type(o);
	json_object_put(o);
	if (strcmp(name, "null") == 0)
		return null;
	if (strcmp(name, "bool") == 0)
		return type == json_type_boolean;
	if (strcmp(name, "int") == 0)
		return type == json_type_int;
	if (strcmp(name, "float") == 0)
		return type == json_type_int || type == json_type_double;
	return 0;	/* binary: nobody needs it here */
}

/*
 * A plain key, as kubectl makes JSON's of it: 0x1f is "31", on is "true".
 * NULL and *null: a key that is null, which it refuses.
 */
char *
scalar_key(const char *s, size_t len, int *null)
{
	struct json_object *o = typed(s, len, null);
	char *key;

	if (*null)
		return NULL;
	key = strdup(o != NULL && !json_object_is_type(o, json_type_double) ?
	    json_object_get_string(o) : s);
	json_object_put(o);
	return key;
}
