#!/usr/bin/env bats
# What README.md shows for a cluster, applied to a real API server.
bats_require_minimum_version 1.5.0
load cluster.bash
load ../cli/readme.bash

setup_file() {
	export D=$BATS_FILE_TMPDIR
	export PATH=$BIN:$PATH
	[ -n "$CLUSTER_DIR" ] || return 0
	empty
	cat >"$D/spec" <<-E
	at now
	cert root from=-100d to=+9d
	secret istio-system/istio-ca-secret type=istio.io/ca-root ca-cert.pem=root ca-key.pem=pkcs1:k1
	configmap istio-system/istio-security caTLSRootCert=b64:root
	E
	mkdir -p "$D/mesh"
	"$MKMESH" "$D/spec" "$D/mesh"
	load_mesh "$D/mesh/mesh.json"
}

setup() {
	[ -n "$CLUSTER_DIR" ] || skip "makes a CronJob: only on a control plane of its own"
	block cronjob.yaml >"$D/cronjob.yaml"
	# until 1.20 a CronJob is of v1beta1
	kubectl get --raw /apis/batch/v1 | grep -q cronjobs ||
	    sed -i 's,^apiVersion: batch/v1$,apiVersion: batch/v1beta1,' \
	        "$D/cronjob.yaml"
}

teardown_file() {
	[ -z "$CLUSTER_DIR" ] || empty
}

@test "the CronJob, and the rights of its service account" {
	block rights >"$D/rights"
	cd "$D"
	bash -e "$D/rights" >/dev/null
	kubectl -n istio-system get cronjob istio-rootcheck -o json |
	    jq -r '.spec.jobTemplate.spec.template.spec.containers[0].command |
	    .[1:] | join(" ")' >"$D/command"
	read -r -a words <"$D/command"
	[ "${words[0]}" = rootcheck ]
	token_of istio-system istio-rootcheck
	# authenticator and authorizer learn of it through watches
	for _ in {1..50}; do
		s=0
		kubectl-istio "${words[@]}" --token "$sa_token" >"$D/out" \
		    2>"$D/err" || s=$?
		[ $s -eq 2 ] || break
		sleep 0.2
	done
	# all of it may be seen, and the root ends soon
	[ $s -eq 1 ]
	[ ! -s "$D/err" ]
	grep -q 'istio-ca-secret.*	expires-soon	' "$D/out"
	run ! grep -q '^unknown' "$D/out"
	# and nothing else
	run -1 kubectl auth can-i list secrets -A --as \
	    system:serviceaccount:istio-system:istio-rootcheck
}
