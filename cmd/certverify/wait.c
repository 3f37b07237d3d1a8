/* --wait: until nothing is stale. */
#include "cmd/certverify/run.h"

int
certverify_wait(struct run *r, struct kube *k, struct cv **out, struct err *e)
{
	return certverify_read(r, k, out, e);
}
