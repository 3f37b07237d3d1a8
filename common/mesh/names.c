#include "mesh/names.h"

const struct ca_names ca_names[CA_LAYOUTS] = {
	[CA_SELF_SIGNED] = { "ca-cert.pem", NULL, NULL, "ca-key.pem" },
	[CA_GENERATED] = { "ca-cert.pem", NULL, NULL, "ca-key.pem" },
	[CA_PLUGGED] = {
		"ca-cert.pem", "cert-chain.pem", "root-cert.pem", "ca-key.pem"
	},
	/* 1.15: security/pkg/pki/util/keycertbundle.go, and release note */
	/* k8s-tls-secret-cacerts */
	[CA_PLUGGED_TLS] = { "tls.crt", NULL, "ca.crt", "tls.key" },
};

const char *const owner_names[OWNERS] = {
	[OWNER_NONE] = "", [OWNER_HELM] = "Helm",
	[OWNER_ARGO_CD] = "Argo CD", [OWNER_FLUX] = "Flux",
	[OWNER_CERT_MANAGER] = "cert-manager",
	[OWNER_SEALED_SECRETS] = "Sealed Secrets",
	[OWNER_EXTERNAL_SECRETS] = "External Secrets",
};
