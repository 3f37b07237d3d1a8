#!/usr/bin/env bats
# proxyver --ask: versions that no tag tells, of a server that speaks the exec
# subresource (tests/server/ws.py).  What each says and what must come of it was
# written by hand, here.

bats_require_minimum_version 1.5.0
load server.bash

setup_file() {
	server_setup
	cd "$D" || return
	mkdir -p said/{istio-system,kube-system,shop,zoo}
	put_pods | jq -cs '{apiVersion: "v1", kind: "List", items: .}' >objects
	put_said
	put_records | tr ' ' '\t' >records
}

DIGEST=sha256:$(printf '%064d' 7)

# NAMESPACE/NAME PHASE LABELS CONTAINER=IMAGE...: an IMAGE "digest" is one
pod() {
	jq -nc --arg ns "${1%/*}" --arg name "${1#*/}" --arg phase "$2" \
	    --argjson labels "$3" --arg digest "$DIGEST" '{apiVersion: "v1",
	    kind: "Pod", metadata: {$name, namespace: $ns, $labels}, spec: {
	    containers: ($ARGS.positional | map(capture("(?<name>[^=]*)=(?<image>.*)") |
	    .image |= sub("digest"; "@\($digest)")))}} | .status = {$phase,
	    containerStatuses: (if $phase == "Pending" then [] else
	    .spec.containers end)}' --args "${@:4}"
}

put_pods() {
	pod istio-system/istiod-0 Running '{"app": "istiod"}' \
	    discovery=acme/disc:prod
	pod istio-system/pilot-0 Running '{"istio": "pilot"}' \
	    discovery=acme/pdigest istio-proxy=acme/pdigest
	pod kube-system/ztunnel-a Running '{"app": "ztunnel"}' \
	    istio-proxy=acme/zdigest
	pod shop/after-0 Running '{}' app=x istio-proxy=istio/proxyv2:1.20.0
	pod shop/before-0 Running '{}' istio-proxy=istio/proxyv2:1.4.10
	pod shop/dev-0 Running '{}' istio-proxy=istio/proxyv2:1.1-dev
	pod shop/done-0 Succeeded '{}' istio-proxy=acme/xdigest
	pod shop/edge-0 Running '{"gateway.istio.io/managed": "x"}' \
	    agentgateway=acme/agentgateway:latest
	pod shop/first-0 Running '{}' istio-proxy=acme/xdigest
	pod shop/garbage-0 Running '{}' istio-proxy=acme/xdigest
	pod shop/hand-0 Running '{}' istio-proxy=istio/proxyv2:latest
	pod shop/old-0 Running '{}' istio-proxy=acme/other:1.20.0
	pod shop/pending-0 Pending '{}' istio-proxy=acme/xdigest
	pod shop/plain-0 Running '{}' app=x
	pod zoo/none-0 Running '{}' istio-proxy=acme/xdigest
	pod zoo/vague-0 Running '{}' istio-proxy=acme/xdigest
	printf '{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "%s"}}\n' \
	    istio-system kube-system shop zoo
}

# since 1.1: FILE VERSION
build() {
	printf 'version.BuildInfo{Version:"%s", GitRevision:"c0ffee", GolangVersion:"go1.19", BuildStatus:"Clean", GitTag:"9.9.9"}\n' \
	    "$2" >"said/$1"
}

put_said() {
	build istio-system/istiod-0.pilot-discovery 1.9.9
	build istio-system/pilot-0.pilot-discovery 1.4.9
	build istio-system/pilot-0.pilot-agent 1.4.9-gke.3
	printf 'version.BuildInfo{Version:"1.28.6", GitRevision:"c0ffee", RustVersion:"1.90.0", BuildStatus:"Clean", GitTag:"9.9.9"}\n' \
	    >said/kube-system/ztunnel-a.ztunnel
	build shop/dev-0.pilot-agent 1.1.5
	build shop/first-0.pilot-agent 1.11.2-asm.17-distroless
	echo 'it is {well}' >said/shop/garbage-0.pilot-agent
	build shop/hand-0.pilot-agent unknown
	# 1.0 says so on stderr
	: >said/shop/old-0.pilot-agent
	printf '%s\n' 'Version: 1.0.6' 'GitRevision: c0ffee' 'User: root@h' \
	    'Hub: docker.io/istio' 'GolangVersion: go1.10.4' \
	    'BuildStatus: Clean' >said/shop/old-0.pilot-agent.err
	build zoo/vague-0.pilot-agent 1.1-dev
}

# VERDICT OBJECT CONTAINER VERSION VARIANT SOURCE RULE
put_records() {
	cat <<-E
	warn istio-system/istiod-0 discovery 1.9.9 - agent restart-needed
	warn istio-system/pilot-0 discovery 1.4.9 - agent control-plane-security
	ok istio-system/pilot-0 istio-proxy 1.4.9 gke.3 agent -
	ok kube-system/ztunnel-a istio-proxy 1.28.6 - agent -
	ok shop/after-0 istio-proxy 1.20.0 - image-tag -
	ok shop/before-0 istio-proxy 1.4.10 - image-tag -
	bad shop/dev-0 istio-proxy 1.1.5 - agent no-hot-reload
	unknown shop/edge-0 agentgateway - - - version-unknown
	ok shop/first-0 istio-proxy 1.11.2 asm.17-distroless agent -
	unknown shop/garbage-0 istio-proxy - - - version-unknown
	unknown shop/hand-0 istio-proxy - - - version-unknown
	warn shop/old-0 istio-proxy 1.0.6 - agent below-minimum
	unknown shop/pending-0 istio-proxy - - - version-unknown
	unknown zoo/none-0 istio-proxy - - - version-unknown
	unknown zoo/vague-0 istio-proxy 1.1 dev agent version-unknown
	E
}

setup() {
	PATH=$BIN:$PATH
	unset USER_ENTRY CLUSTER
	OBJECTS=$D/objects
	PROXIES=$D/said
}

ask() {	# ARGS... [:: SERVER-OPTIONS...]
	live kubectl-istio-proxyver "$@"
}

# in the order in which they came
fields() {
	cut -f 1,3,4,6,7,8,10 "$D/out"
}

asked() {
	sed -n 's|.*/namespaces/\(.*\)/pods/\(.*\)/exec?.*container=\([a-z-]*\)&command=\([a-z_-]*\)&command=version.*|\1/\2 \3 \4|p' \
	    "$D/log" | sort
}

@test "what no tag tells is asked, of every age, and nothing else is" {
	ask --ask
	expect 2
	[ -z "$stderr" ]
	fields | diff "$D/records" -
	asked | diff - <(cat <<-E
	istio-system/istiod-0 discovery pilot-discovery
	istio-system/pilot-0 discovery pilot-discovery
	istio-system/pilot-0 istio-proxy pilot-agent
	kube-system/ztunnel-a istio-proxy ztunnel
	shop/dev-0 istio-proxy pilot-agent
	shop/first-0 istio-proxy pilot-agent
	shop/garbage-0 istio-proxy pilot-agent
	shop/hand-0 istio-proxy pilot-agent
	shop/old-0 istio-proxy pilot-agent
	zoo/none-0 istio-proxy pilot-agent
	zoo/vague-0 istio-proxy pilot-agent
	E
	)
	# the image is still that which runs
	grep '	shop/old-0	' "$D/out" | cut -f 9 | grep -qx acme/other:1.20.0
	# who was not asked has the record of a run without --ask
	cp "$D/out" "$D/with-ask"
	ask
	[ -z "$(asked)" ]
	grep '	shop/\(after\|before\|edge\|pending\)-0	' "$D/with-ask" |
	    diff - <(grep '	shop/\(after\|before\|edge\|pending\)-0	' "$D/out")
	[ "$(grep -c '	version-unknown	' "$D/out")" -eq 13 ]
}

@test "who does not say it: why, and how to ask by hand" {
	ask --ask shop/garbage-0 shop/hand-0 zoo/none-0 zoo/vague-0
	expect 2
	[ "$(wc -l <"$D/out")" -eq 4 ]
	says() {	# OBJECT TEXT
		grep "	$1	" "$D/out" | grep -qF -- "$2"
	}
	says shop/garbage-0 "it was asked, and the answer says no version: 'it is {well}'; to ask by hand: kubectl exec -n shop garbage-0 -c istio-proxy -- pilot-agent version"
	says shop/hand-0 "it was asked, and its own word 'unknown' is no version of Istio; to ask by hand: "
	says zoo/none-0 'it was asked, and pilot-agent ended with exit status 126: no such file; to ask by hand: '
	says zoo/vague-0 "its own word '1.1-dev' does not say which release of 1.1 it is"
}

@test "who hangs, resets or may not be asked is unknown, the others are not" {
	ask --ask -n shop :: --fault midreset@pods/first-0/exec \
	    --fault 403@pods/dev-0/exec --fault garbledstatus@pods/old-0/exec
	expect 2
	grep '	shop/' "$D/records" | awk -F'\t' -v OFS='\t' '
	    $2 ~ /(first|old)-0/ { $1 = "unknown"; $4 = $5 = $6 = "-"
		$7 = "version-unknown" }
	    $2 ~ /dev-0/ { $1 = "unknown"; $4 = "1.1"; $5 = "dev"
		$6 = "image-tag"; $7 = "version-unknown" } { print }' |
	    diff - <(fields)
	grep '	shop/dev-0	' "$D/out" | grep -qF 'Error from server (Forbidden)'
	grep -qx 'judged 1 of [0-9]* namespaces' "$D/err"
	SECONDS=0
	ask --ask shop/first-0 shop/old-0 :: --fault hang@pods/first-0/exec
	expect 2
	[ $SECONDS -lt 30 ]
	cut -f 1,3 "$D/out" | diff - <(printf '%s\t%s\n' \
	    unknown shop/first-0 warn shop/old-0)
	grep -qF 'within the limit of 10000 ms' "$D/out"
}

@test "targets, what there is to hear of them, and order" {
	ask --ask shop/plain-0 shop/gone-0 shop/done-0 shop/first-0 shop/dev-0
	expect 2
	cut -f 1,3 "$D/out" | diff - <(printf '%s\t%s\n' bad shop/dev-0 \
	    unknown shop/done-0 ok shop/first-0 unknown shop/gone-0 \
	    unknown shop/plain-0)
	ask --ask shop/after-0
	expect 0
	[ -z "$(asked)" ]
	ask --ask - </dev/null
	expect 0
	[ ! -s "$D/out" ]
	# one namespace that may not be listed, in its place
	ask --ask :: --fault 403@/api/v1/pods --fault '403@namespaces/shop/pods?'
	expect 2
	cut -f 3 "$D/out" | uniq | diff - <(printf '%s\n' \
	    istio-system/istiod-0 istio-system/pilot-0 kube-system/ztunnel-a \
	    'shop/*' zoo/none-0 zoo/vague-0)
}

@test "forms: classic, --summary, jsonl, -q" {
	ask --ask -o classic
	expect 2
	sed -n '/: shop$/,/: zoo$/p' "$D/out" | grep '^Istio' |
	    diff - <(printf 'Istio proxy version: %s\n' 1.0.6 1.1.5 \
	    1.11.2-asm.17-distroless 1.20.0 1.4.10)
	ask --ask --summary --no-headers
	grep -q '^1\.1\.5  *bad  *1$' "$D/out"
	ask --ask -o jsonl
	jq -es 'map(select(.source == "agent")) | length == 8' "$D/out"
	ask --ask -q
	run ! grep '^ok' "$D/out"
}

@test "a 401 ends it, and a full disk" {
	ask --ask :: --old-token the-token@2
	expect 2
	[ "$(tail -n 1 "$D/err")" = \
	    'error: You must be logged in to the server (Unauthorized)' ]
	"$SERVER" --dir "$D/pki" --objects "$D/objects" --proxies "$D/said" \
	    -- "$D/with" bash -c "
	    s=0; kubectl-istio-proxyver --ask >/dev/full 2>'$D/err' || s=\$?
	    exit \$s" && status=0 || status=$?
	[ "$status" -eq 2 ]
	grep -q '^error: cannot write to stdout: ' "$D/err"
}

@test "--ask does not go with -f; --print-rbac has the right to ask" {
	status=0
	kubectl-istio-proxyver --ask -f "$D/objects" >"$D/out" 2>"$D/err" ||
	    status=$?
	expect 2
	[ ! -s "$D/out" ]
	grep -q 'does not go with -f' "$D/err"
	grep -q "^See 'kubectl istio proxyver --help' for usage.$" "$D/err"
	export KUBECONFIG=/nonexistent
	kubectl-istio-proxyver --print-rbac >"$D/without"
	kubectl-istio-proxyver --print-rbac --ask >"$D/out"
	diff "$D/without" "$D/out" | grep '^>' | diff - <(printf '> %s\n' \
	    '- apiGroups: [""]' '  resources: [pods/exec]' \
	    '  verbs: [get, create]')
	kubectl-istio-proxyver --print-rbac --ask shop/b shop/a >"$D/out"
	[ "$(grep -c 'resourceNames: \["a", "b"\]' "$D/out")" -eq 2 ]
	grep -qx '  namespace: "shop"' "$D/out"
	run ! grep -q ClusterRole "$D/out"
}
