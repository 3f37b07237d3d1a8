/*
 * What the name of an image says: which part of Istio it is, and which
 * version.  Never a guess: a name that does not say is one of enum image_says'
 * reasons.
 */
#ifndef ERA_IMAGE_H
#define ERA_IMAGE_H

#include "era/era.h"

#define IMAGE_BASE_MAX	256	/* of a repository's last component */
#define IMAGE_TAG_MAX	129	/* distribution/reference: 128, and the NUL */

enum image_says {
	IMAGE_VERSION,		/* version is known, perhaps not its patch */
	IMAGE_NONE,		/* there is no image, or "auto" */
	IMAGE_DIGEST,		/* a digest alone */
	IMAGE_NO_TAG,		/* which means latest */
	IMAGE_NO_VERSION,	/* a tag that is no version of Istio */
	IMAGE_VENDOR,		/* a vendor's name: the tag is his version */
	IMAGE_RENAMED		/* not one of the part's own names */
};

struct image {
	enum image_says	says;
	char		base[IMAGE_BASE_MAX];	/* "proxyv2" */
	char		tag[IMAGE_TAG_MAX];	/* "1.11.2-asm.17", or "" */
	struct version	version;
	int		has_patch;		/* not "1.4-dev" */
	char		variant[IMAGE_TAG_MAX];	/* "asm.17", or "" */
};

/*
 * Take a reference apart: [registry[:port]/]path/base[:tag][@digest].  Tags
 * that say a version: 1.4.10, v1.4.10, with any -SUFFIX as the variant
 * (-distroless, -debug, -gke.0, -asm.17-distroless, -rc.0, a vendor's own);
 * 1.4, 1.4-dev, 1.9-alpha.SHA, release-1.1-latest-daily, which do not say the
 * patch.  Istio's major version is 0 or 1, so 2.0.1 is somebody else's.
 * Returns im->says.  The part that it should be is image_check()'s to say.
 */
enum image_says	image_parse(const char *ref, struct image *im);

/* What a container of Istio is; part.h tells which. */
enum part {
	PART_NONE,
	PART_PROXY,		/* istio-proxy: pilot-agent, Envoy */
	PART_ZTUNNEL,
	PART_AGENTGATEWAY,
	PART_CITADEL,
	PART_PILOT,		/* 1.0 to 1.4 */
	PART_GALLEY,
	PART_INJECTOR,
	PART_MIXER,
	PART_NODE_AGENT,	/* SDS of 1.1 to 1.4 */
	PART_ISTIOD,		/* 1.5 on */
	PARTS
};

/*
 * Is the image called as this part's are, in Istio's own releases or with
 * something before or behind (rancher/mirrored-istio-proxyv2, proxyv2-tls)?  If
 * not, a version becomes IMAGE_RENAMED or IMAGE_VENDOR.  Returns im->says.
 */
enum image_says	image_check(struct image *im, enum part part);

#endif
