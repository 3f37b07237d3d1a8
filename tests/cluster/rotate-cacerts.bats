#!/usr/bin/env bats
# rotate where istiod keeps its own root in cacerts (istio-generated), on a real
# API server.  Nobody plays istiod: --restart none, and the copies are ours.
bats_require_minimum_version 1.5.0
load cluster.bash
load mesh.bash
load rotate.bash

setup_file() {
	export D=$BATS_FILE_TMPDIR
	export PATH=$BIN:$PATH XDG_STATE_HOME=$D/state
	chmod 700 "$D"
}

setup() {
	[ -n "$CLUSTER_DIR" ] ||
	    skip "keeps pods and nodes: only on a control plane of its own"
	empty
	audit_mark
}

teardown() {
	[ -z "$CLUSTER_DIR" ] || empty
}

istiod_mesh() {
	mkdir -p "$D/mesh"
	{
		echo "at now"
		echo "cert root key=k1 from=-340d to=+25d"
		echo "secret istio-system/cacerts ca-cert.pem=root" \
		    "ca-key.pem=key:k1 istio-generated="
		plane istiod pilot discovery 1.20.3
	} >"$D/mesh/spec"
	"$MKMESH" "$D/mesh/spec" "$D/mesh" || return
	load_mesh "$D/mesh/mesh.json" 'if .kind == "Deployment" then
	    .spec.replicas = 0 else . end'
}

cacerts=istio-system/cacerts

@test "a root in cacerts: it is the one that is named, kept and written" {
	istiod_mesh
	rot --restart none
	# shellcheck disable=SC2154
	[ "$s" -eq 1 ]
	said todo backup "$cacerts" keep-the-old
	said todo write "$cacerts" ends-soon
	apply --restart none --timeout 1s
	said "done" write "$cacerts" -
	wrote "patch secrets $cacerts 200"
	kubectl -n istio-system get secret cacerts -o json |
	    jq -r '.data["ca-cert.pem"]' | base64 -d >"$D/now.pem"
	openssl x509 -in "$D/now.pem" -noout -checkend $((3640 * 86400))
}
