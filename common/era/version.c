#include <stdio.h>
#include <string.h>

#include "era/image.h"

int
version_of_image(const char *image, struct version *v)
{
	struct image im;

	/* "1.4" is taken for 1.4.0, "1.4-dev" for nothing */
	if (image_parse(image, &im) == IMAGE_VERSION &&
	    (im.has_patch || strcmp(im.tag + strcspn(im.tag, "-"), "") == 0))
		*v = im.version;
	else
		memset(v, 0, sizeof(*v));
	return v->known;
}

void
version_text(const struct version *v, int has_patch, char out[VERSION_LEN])
{
	if (has_patch)
		snprintf(out, VERSION_LEN, "%d.%d.%d", v->major, v->minor,
		    v->patch);
	else
		snprintf(out, VERSION_LEN, "%d.%d", v->major, v->minor);
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
