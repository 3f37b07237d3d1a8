#!/usr/bin/env bats
# certverify --envoy of many pods, some of them ill, on a real API server whose
# kubelet is tests/bench/kubelet.c.
bats_require_minimum_version 1.5.0
load cluster.bash

PODS=200

setup_file() {
	export D=$BATS_FILE_TMPDIR
	export PATH=$BIN:$PATH
	[ -n "$CLUSTER_DIR" ] || return 0
	# shellcheck source=tests/bench/exec.bash
	. "$BATS_TEST_DIRNAME/../bench/exec.bash"
	no_pods
	kubectl delete node bench-node --ignore-not-found >/dev/null
	empty
	exec_mesh "$D/exec"
	kubectl create namespace istio-system >/dev/null
	kubectl create -f "$D/exec/objects.json" >/dev/null
	exec_load $PODS
}

setup() {
	[ -n "$CLUSTER_DIR" ] || skip "loads pods: only on a control plane of its own"
	# shellcheck source=tests/bench/exec.bash
	. "$BATS_TEST_DIRNAME/../bench/exec.bash"
}

teardown() {
	[ -z "$CLUSTER_DIR" ] || exec_stop "$D/exec"
}

teardown_file() {
	[ -n "$CLUSTER_DIR" ] || return 0
	no_pods
	kubectl delete node bench-node --ignore-not-found >/dev/null
	empty
}

tool=(kubectl-istio-certverify --envoy --rate 0 --chunk-size 500)

@test "each of many pods is asked once, and memory stays by that of the bare requests" {
	exec_kubelet "$D/exec"
	"${tool[@]}" >"$D/out"
	[ "$(grep -c '^ok	pod	bench-000/.*	envoy	' "$D/out")" -eq $PODS ]
	exec_urls "${tool[@]}" >"$D/urls"
	[ "$(grep '/exec?' "$D/urls" | sort -u | wc -l)" -eq $PODS ]
	[ "$(grep -c '/exec?' "$D/urls")" -eq $PODS ]
	"$BENCH/rusage" 1 tool "${tool[@]}" -- floor "$BENCH/execfloor" \
	    "$CLUSTER_DIR" 32 "Accept: application/vnd.kubernetes.protobuf" \
	    "$D/urls" >"$D/figures" 2>"$D/err"
	cat "$D/figures" "$D/err"
	awk '{ kib[$1] = $4 } END { exit kib["tool"] - kib["floor"] > 24576 }' \
	    "$D/figures"
}

@test "exactly the pods that hang, reset and say garbage are unknown, in time" {
	local well began took s=0
	exec_kubelet "$D/exec"
	began=$EPOCHREALTIME
	"${tool[@]}" >/dev/null
	well=$((${EPOCHREALTIME/./} - ${began/./}))
	exec_kubelet "$D/exec" -f
	began=$EPOCHREALTIME
	"${tool[@]}" >"$D/out" 2>"$D/err" || s=$?
	took=$((${EPOCHREALTIME/./} - ${began/./}))
	[ $s -eq 2 ]
	exec_ill "$D/out" $PODS
	# 10 of them hang at once, 10 s each: one behind another would be 100
	echo "$took us, and $well without"
	[ $took -le $((well + 10000000 + 5000000)) ]
}
