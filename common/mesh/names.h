/*
 * What Istio calls the objects that hold certificates, in every version.
 * Sources are paths in istio/istio at the tag before the colon.
 */
#ifndef MESH_NAMES_H
#define MESH_NAMES_H

#include "mesh/mesh.h"

/* 1.0.0:security/cmd/istio_ca/main.go, istioNamespace's default */
#define NAME_ISTIO_NAMESPACE	"istio-system"

/* 1.0.0:security/pkg/pki/ca/ca.go, CASecret */
#define NAME_CA_SECRET		"istio-ca-secret"

/* 1.5.10:pilot/pkg/bootstrap/istio_ca.go; mounted at /etc/cacerts */
#define NAME_CACERTS		"cacerts"

/* 1.20.0:security/pkg/pki/ca/ca.go, BuildSecret: marks a self-signed cacerts */
#define NAME_GENERATED_KEY	"istio-generated"

/* 1.5.0:pilot/pkg/bootstrap/namespacecontroller.go; the name can be changed */
/* (1.27, PILOT_CA_CERT_CONFIGMAP), the label and the key stay */
#define NAME_ROOT_CONFIGMAP	"istio-ca-root-cert"
#define NAME_ROOT_KEY		"root-cert.pem"
#define NAME_ROOT_CONFIGMAP_ENV	"PILOT_CA_CERT_CONFIGMAP"
#define NAME_CONFIG_LABEL	"istio.io/config"

/* 1.1.0:security/pkg/k8s/configmap/configmap.go; base64 of PEM; until 1.6 */
#define NAME_SECURITY_CONFIGMAP	"istio-security"
#define NAME_SECURITY_KEY	"caTLSRootCert"

/* 1.16: manifests/charts/istio-control/istio-discovery/templates/ */
#define NAME_ISTIOD_TLS		"istiod-tls"
#define NAME_TLS_CA_KEY		"ca.crt"

/* ConfigMap "istio", or "istio-REVISION", key "mesh" */
#define NAME_MESH_CONFIGMAP	"istio"
#define NAME_MESH_KEY		"mesh"

/* 1.26: pilot/pkg/config/kube/clustertrustbundle/controller.go */
#define NAME_TRUST_BUNDLE	"istio.io:istiod-ca:root-cert"
#define NAME_TRUST_SIGNER	"istio.io/istiod-ca"

/* 1.0.0:security/pkg/pki/ca/controller/secret.go, IstioSecretType */
#define NAME_WORKLOAD_TYPE	"istio.io/key-and-cert"
#define NAME_WORKLOAD_PREFIX	"istio."	/* and the service account */
#define NAME_ACCOUNT		"istio.io/service-account.name"
#define NAME_WORKLOAD_CHAIN	"cert-chain.pem"
#define NAME_WORKLOAD_KEY	"key.pem"

/* In every version: sidecar-injector.istio.io, validation.istio.io ... */
#define NAME_WEBHOOK_SUFFIX	".istio.io"

/* The keys of a CA secret; NULL where a layout has no such key, or where */
/* Istio writes one that must not be believed: root-cert.pem of */
/* istio-ca-secret stays the first root for ever (1.20.0:security/pkg/pki/ca/ */
/* selfsignedcarootcertrotator.go updates two keys only). */
struct ca_names {
	const char	*cert;
	const char	*chain;
	const char	*root;
	const char	*key;
};

extern const struct ca_names ca_names[CA_LAYOUTS];

/* Who else writes an object, as its makers spell it; "" for nobody. */
extern const char *const owner_names[OWNERS];

#endif
