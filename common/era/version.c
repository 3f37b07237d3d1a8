#include <stdlib.h>
#include <string.h>

#include "era/era.h"

#define NUMBER_MAX 100000	/* no part of a version is as big as this */

/* Read a number at *p and step over it; -1 if there is none or it is huge. */
static int
number(const char **p)
{
	int n = 0;

	if (**p < '0' || **p > '9')
		return -1;
	while (**p >= '0' && **p <= '9') {
		n = n * 10 + (*(*p)++ - '0');
		if (n >= NUMBER_MAX)
			return -1;
	}
	return n;
}

/* The tag: behind the last ':' that has no '/' behind it, before any '@'. */
static const char *
tag_of(const char *image)
{
	const char *slash, *colon;
	size_t end;

	end = strcspn(image, "@");
	slash = image;
	colon = NULL;
	for (; slash < image + end; slash++) {
		if (*slash == '/')
			colon = NULL;
		else if (*slash == ':')
			colon = slash;
	}
	return colon == NULL ? NULL : colon + 1;
}

int
version_of_image(const char *image, struct version *v)
{
	const char *p;

	memset(v, 0, sizeof(*v));
	if (image == NULL || (p = tag_of(image)) == NULL)
		return 0;
	if ((v->major = number(&p)) == -1 || *p++ != '.' ||
	    (v->minor = number(&p)) == -1)
		return 0;
	if (*p == '.') {
		p++;
		if ((v->patch = number(&p)) == -1)
			return 0;
	} else if (*p != '\0' && *p != '@')
		return 0;
	v->known = *p == '\0' || *p == '-' || *p == '@';
	return v->known;
}

int
version_compare(const struct version *a, const struct version *b)
{
	if (a->major != b->major)
		return a->major < b->major ? -1 : 1;
	if (a->minor != b->minor)
		return a->minor < b->minor ? -1 : 1;
	if (a->patch != b->patch)
		return a->patch < b->patch ? -1 : 1;
	return 0;
}

int
version_at_least(const struct version *v, int major, int minor, int patch)
{
	struct version floor = { 1, major, minor, patch };

	return v->known && version_compare(v, &floor) >= 0;
}
