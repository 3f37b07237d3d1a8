#!/usr/bin/env bats
# What README.md shows for a cluster, applied to a real API server.
bats_require_minimum_version 1.5.0
load cluster.bash
load mesh.bash
load rotate.bash
load ../cli/readme.bash

setup_file() {
	export D=$BATS_FILE_TMPDIR
	export PATH=$BIN:$PATH
	unset XDG_STATE_HOME
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
	[ -z "$CLUSTER_DIR" ] || citadel_down
}

# By a shell, as typed at a terminal; the home of whom README.md calls ops.
typed() {	# COMMAND
	mkdir -p -m 700 "$D/home"
	output=$(cd "$D/mesh" && HOME=$D/home timeout 120 bash -c "$1" 2>&1 \
	    </dev/null | sed "s,$D/home,/home/ops,g") || :
}

# The CronJob's command as its service account, until its status is so: TEST N
judged_until() {
	for _ in {1..50}; do
		s=0
		kubectl-istio "${words[@]}" --token "$sa_token" >"$D/out" \
		    2>"$D/err" || s=$?
		[ ! "$s" "$@" ] || break
		sleep 0.2
	done
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
	judged_until -ne 2
	# all of it may be seen, and the root ends soon
	[ $s -eq 1 ]
	[ ! -s "$D/err" ]
	grep -q 'istio-ca-secret.*	expires-soon	' "$D/out"
	run ! grep -q '^unknown' "$D/out"
	# and nothing else
	run -1 kubectl auth can-i list secrets -A --as \
	    system:serviceaccount:istio-system:istio-rootcheck
	# and less is not enough
	kubectl -n istio-system delete rolebinding kubectl-istio-rootcheck
	judged_until -eq 2
	[ $s -eq 2 ]
	grep -q '^unknown' "$D/out"
}

@test "the examples: a mesh whose root ends in a month, by a real kubectl" {
	"$MKMESH" tests/demo/citadel.mesh "$D/mesh"
	tests/cluster/load "$D/mesh/mesh.json"
	kubectl -n shop create serviceaccount ratings
	all_shown demo typed
}

@test "the examples: the root is replaced, and by hand once more" {
	empty
	mesh_up
	citadel_mesh "cert root key=k1 ski=none from=-340d to=+25d" \
	    "account shop/"{a,b} "account bank/a"
	all_shown citadel typed
	# the goal is reached: nothing to say for cron
	typed 'kubectl istio rotate -q && echo 0'
	[ "$output" = 0 ]
	age
	all_shown "citadel by hand" typed
}
