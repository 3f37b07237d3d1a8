/*
 * genlist [-y] N: N secrets as "kubectl get secrets -A -o json" (or -o yaml)
 * prints them, the size that Citadel's have; and one CA secret's name among
 * them, without contents, so that there is something to look at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long long rng = 88172645463325252ull;

static void
noise(char *out, size_t n)
{
	static const char d[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i;

	for (i = 0; i < n; i++) {
		rng ^= rng << 13;
		rng ^= rng >> 7;
		rng ^= rng << 17;
		out[i] = d[rng >> 58];
	}
	out[n] = '\0';
}

int
main(int argc, char **argv)
{
	int yaml = argc > 2 && strcmp(argv[1], "-y") == 0, i;
	int n = argc > 1 ? atoi(argv[argc - 1]) : 0;
	char chain[1601], key[2241], root[1401];

	fputs(yaml ? "apiVersion: v1\nitems:\n" :
	    "{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n", stdout);
	for (i = 0; i < n; i++) {
		noise(chain, sizeof(chain) - 1);
		noise(key, sizeof(key) - 1);
		noise(root, sizeof(root) - 1);
		if (yaml)
			printf("- apiVersion: v1\n  data:\n"
			    "    cert-chain.pem: %s\n    key.pem: %s\n"
			    "    root-cert.pem: %s\n  kind: Secret\n"
			    "  metadata:\n    annotations:\n"
			    "      istio.io/service-account.name: sa-%d\n"
			    "    creationTimestamp: \"2025-01-01T00:00:00Z\"\n"
			    "    name: istio.sa-%d\n    namespace: ns-%d\n"
			    "    resourceVersion: \"%d\"\n"
			    "    uid: 5b1c9a52-2d1f-4c8e-9d5e-%012d\n"
			    "  type: istio.io/key-and-cert\n", chain, key,
			    root, i, i, i % 200, 1000 + i, i);
		else
			printf("%s        {\n"
			    "            \"apiVersion\": \"v1\",\n"
			    "            \"data\": {\n"
			    "                \"cert-chain.pem\": \"%s\",\n"
			    "                \"key.pem\": \"%s\",\n"
			    "                \"root-cert.pem\": \"%s\"\n"
			    "            },\n"
			    "            \"kind\": \"Secret\",\n"
			    "            \"metadata\": {\n"
			    "                \"annotations\": {\n"
			    "                    "
			    "\"istio.io/service-account.name\":"
			    " \"sa-%d\"\n                },\n"
			    "                \"creationTimestamp\": "
			    "\"2025-01-01T00:00:00Z\",\n"
			    "                \"name\": \"istio.sa-%d\",\n"
			    "                \"namespace\": \"ns-%d\",\n"
			    "                \"resourceVersion\": \"%d\",\n"
			    "                "
			    "\"uid\": \"5b1c9a52-2d1f-4c8e-9d5e-%012d\"\n"
			    "            },\n"
			    "            \"type\": \"istio.io/key-and-cert\"\n"
			    "        }", i == 0 ? "" : ",\n", chain, key,
			    root, i, i, i % 200, 1000 + i, i);
	}
	fputs(yaml ? "kind: List\nmetadata:\n  resourceVersion: \"\"\n" :
	    "\n    ],\n    \"kind\": \"List\",\n    \"metadata\": {\n"
	    "        \"resourceVersion\": \"\"\n    }\n}\n", stdout);
	return ferror(stdout) != 0;
}
