#!/usr/bin/env bats
# certverify --envoy: proxies of every age, on a server that speaks the exec
# subresource (tests/server/ws.py).  Who holds what is decided here, in put_*;
# what must be said of it was worked out by hand.

bats_require_minimum_version 1.5.0
load server.bash
load proxies.bash

setup_file() {
	server_setup
	export AT=2026-01-01T00:00:00Z
	cd "$D" || return
	put_mesh $AT
	put_pods
	put_answers
	put_records | sort >records
}

# ---- the pods, and what they say ----

pod() {	# NAMESPACE/NAME VERSION DELIVERY [PHASE [IMAGE]]
	local mounts='[]'
	[ "$3" != files ] ||
	    mounts='[{"name":"istio-certs","secret":{"secretName":"istio.default"}}]'
	jq -nc --arg ns "${1%/*}" --arg name "${1#*/}" --argjson v "$mounts" \
	    --arg image "docker.io/istio/${5:-proxyv2}:$2" \
	    --arg phase "${4:-Running}" '{apiVersion: "v1", kind: "Pod",
	    metadata: {$name, namespace: $ns, labels: {app: $name}},
	    spec: {volumes: $v, containers: [{name: "app", image: "x/app:1"},
		{name: "istio-proxy", $image}] |
		(if $name | startswith("ztunnel") then .[1:] else . end)},
	    status: {$phase, containerStatuses: [{name: "istio-proxy", $image}]}}'
}

put_pods() {
	{
		pod istio-system/gateway-0 1.20.0 agent
		pod kube-system/ztunnel-a 1.28.0 agent Running ztunnel
		pod kube-system/ztunnel-b 1.28.0 agent Running ztunnel
		pod shop/done-0 1.4.10 files Succeeded
		pod shop/expired-0 1.13.0 agent
		pod shop/new-0 1.1.5 files
		pod shop/none-0 1.24.0 agent
		pod shop/old-0 1.1.5 files
		pod shop/old-1 1.20.0 agent
		pod shop/over-0 1.2.0 files
		pod shop/pending-0 1.4.10 files Pending
		pod shop/sds-0 1.20.0 agent
		pod shop/text-0 1.0.7 files
		pod shop/twin-0 1.4.10 files
		pod shop/web-0 1.4.10 files
		pod zoo/lion-0 1.4.10 files
		pod zoo/plain-0 1.4.10 files |
		    jq -c '.spec.containers |= .[:1]'
	} >pods
	# of the account "was" there is a secret alone
	jq -c --slurpfile pods pods '.items += $pods + [("istio-system",
	    "kube-system", "shop", "zoo") | {apiVersion: "v1",
	    kind: "Namespace", metadata: {name: .}}, {apiVersion: "v1",
	    kind: "ServiceAccount", metadata: {namespace: ., name: "default"}}]
	    ' mesh/mesh.json >objects
}

put_answers() {
	local id=spiffe://cluster.local/ns p
	mkdir -p proxies/{istio-system,kube-system,shop,zoo}
	p=proxies/shop
	certs root.pem shop.pem $id/shop/sa/default >$p/web-0
	# restarted since
	cp $p/web-0 $p/new-0
	text root.pem shop.pem >$p/text-0
	certs old.pem shop.pem $id/shop/sa/default >$p/old-0
	certs old.pem shop.pem $id/shop/sa/default '<inline>' >$p/old-1
	certs twin.pem shop.pem $id/shop/sa/default >$p/twin-0
	certs root.pem shop.pem $id/shop/sa/default '<inline>' >$p/sds-0
	# noise of old agents
	{
		echo 'Defaulted container {of two}'
		certs root.pem shop.pem $id/shop/sa/default |
		    jq '.certificates[].ca_cert[0].expiration_time =
		    "1982-03-19T03:31:44Z"'
	} >$p/over-0
	certs root.pem shop.pem $id/shop/sa/default '<inline>' |
	    jq '.certificates[].cert_chain[0] |= (.days_until_expiration =
	    "18446744073709551611" | .expiration_time = "2025-12-27T00:00:00Z")
	    ' >$p/expired-0
	echo '{"certificates": []}' >$p/none-0
	certs root.pem was.pem $id/zoo/sa/default >proxies/zoo/lion-0
	# a gateway's own beside the mesh's
	certs root.pem shop.pem $id/istio-system/sa/gw '<inline>' | jq '
	    .certificates += [{ca_cert: [], cert_chain: [{path: "<inline>",
	    serial_number: "99", subject_alt_names: [{dns: "shop.example"}],
	    days_until_expiration: "1", valid_from: "2020-01-01T00:00:00Z",
	    expiration_time: "2025-01-01T00:00:00Z"}]}]' \
	    >proxies/istio-system/gateway-0
	ztunnel root.pem shop.pem $id/shop/sa/default \
	    >proxies/kube-system/ztunnel-a
	ztunnel old.pem shop.pem $id/shop/sa/default \
	    >proxies/kube-system/ztunnel-b
	for i in web-0 sds-0; do
		dump old.pem root.pem >$p/$i.dump
	done
	dump old.pem >$p/old-1.dump
}

# VERDICT OBJECT RULE
put_records() {
	tr ' ' '\t' <<-E
	ok istio-system/gateway-0 -
	ok kube-system/ztunnel-a -
	bad kube-system/ztunnel-b envoy-stale-root
	bad shop/expired-0 expired
	ok shop/new-0 -
	unknown shop/none-0 not-asked
	bad shop/old-0 envoy-stale-root
	bad shop/old-1 envoy-stale-root
	ok shop/over-0 -
	ok shop/sds-0 -
	ok shop/text-0 -
	warn shop/twin-0 envoy-stale-root
	ok shop/web-0 -
	warn zoo/lion-0 envoy-stale-leaf
	E
}

setup() {
	PATH=$BIN:$PATH
	rm -f "$D/log"
	unset USER_ENTRY CLUSTER
	OBJECTS=$D/objects
	PROXIES=$D/proxies
}

ask() {	# ARGS... [:: SERVER-OPTIONS...]
	live kubectl-istio-certverify --at "$AT" --request-timeout 5s --envoy \
	    --rate 0 "$@"
}

# in any order: they come as they arrive
proxies() {
	awk -F'\t' '$4 == "envoy" { print $1 "\t" $3 "\t" $9 }' "$D/out" | sort
}

asked() {
	sed -n 's|.*/namespaces/\(.*\)/pods/\(.*\)/exec?.*|\1/\2|p' "$D/log" |
	    sort
}

usage_error() {	# TEXT
	expect 2
	[ ! -s "$D/out" ]
	grep -qF -- "$1" "$D/err"
	grep -q "^See 'kubectl istio certverify --help' for usage.$" "$D/err"
}

@test "proxies of every age, behind all other holders" {
	ask
	expect 2
	proxies | diff "$D/records" -
	[ -z "$stderr" ]
	# the others are those of a run without --envoy, and come first
	n=$(grep -c '	envoy	' "$D/out")
	[ "$n" -eq 14 ]
	[ "$(tail -n "$n" "$D/out" | grep -c '	envoy	')" -eq 14 ]
	kubectl-istio-certverify --at "$AT" -f "$OBJECTS" >"$D/files" || :
	grep -v '	envoy	' "$D/out" | diff "$D/files" -
	[ -s "$D/files" ]
	[ "$(awk -F'\t' 'NF != 10' "$D/out" | wc -l)" -eq 0 ]
	# each once, and neither who has ended nor who has not begun
	asked | diff <(cut -f 2 "$D/records" | sort) -
	grep '	shop/web-0	' "$D/out" | cut -f 2,4-6 |
	    diff <(printf 'pod\tenvoy\t%s\t%s\n' \
	    spiffe://cluster.local/ns/shop/sa/default 2026-03-12T00:00:00Z) -
}

@test "what is asked, of an Envoy and of ztunnel" {
	ask -n kube-system
	[ "$(asked | tr '\n' ' ')" = 'kube-system/ztunnel-a kube-system/ztunnel-b ' ]
	grep -qF '&container=istio-proxy&command=curl&command=-sS&command=http' "$D/log"
	ask shop/web-0
	expect 0
	grep -qF '&container=istio-proxy&command=pilot-agent&command=request&command=GET&command=certs' "$D/log"
	[ "$(wc -l <"$D/out")" -eq 1 ]
}

@test "--bundle sees what is behind the first root" {
	ask --bundle shop/web-0 shop/old-1
	expect 1
	proxies | diff <(printf 'bad\tshop/old-1\tenvoy-stale-root\nok\tshop/web-0\t-\n') -
	grep -q 'GET&command=config_dump%3[fF]mask' "$D/log"
}

@test "targets: only these pods, and nothing of anybody else" {
	ask shop/old-0 pod/zoo/lion-0 po/shop/web-0 shop/old-0
	expect 1
	[ "$(wc -l <"$D/out")" -eq 3 ]
	proxies | diff <(grep 'shop/old-0\|lion\|web-0' "$D/records") -
	[ "$(asked | wc -l)" -eq 3 ]
	# by name one hears of who has no proxy, does not run, is not there
	ask shop/done-0 shop/pending-0 zoo/plain-0 shop/gone-0
	expect 2
	[ "$(grep -c '^unknown	pod	' "$D/out")" -eq 4 ]
	[ "$(wc -l <"$D/out")" -eq 4 ]
	grep -q '	shop/pending-0	.*	it does not run$' "$D/out"
	grep -q "	zoo/plain-0	.*	no container of it is a proxy of Istio's\$" "$D/out"
	[ -z "$(asked)" ]
	ask - </dev/null
	expect 0
	[ ! -s "$D/out" ]
	ask -n shop web-0
	expect 0
	ask -n shop
	# nobody in that namespace holds the twin: /certs alone does not tell
	proxies | diff <(grep '	shop/' "$D/records" |
	    sed 's/^warn\(.*twin\)/bad\1/' | sort) -
	grep -qx 'judged 1 of [0-9]* namespaces' "$D/err"
	ask -l app=web-0
	proxies | diff <(grep '	shop/web-0' "$D/records") -
}

# The line that users type, with kubectl's way to a plugin: the longest name
# that is in PATH.  ARGS are certverify's, more than it says.
typed() {
	mkdir -p "$D/kubectl"
	cat >"$D/kubectl/kubectl" <<-'E'
	#!/bin/sh
	if command -v "kubectl-$1-$2" >/dev/null; then
		tool=kubectl-$1-$2
		shift 2
	else
		tool=kubectl-$1
		shift
	fi
	exec "$tool" "$@"
	E
	chmod +x "$D/kubectl/kubectl"
	cat >"$D/typed" <<-E
	kubectl istio proxyver | grep no-hot-reload | kubectl istio certverify --envoy - $*
	E
	live env PATH="$D/kubectl:$TOOLS:$PATH" bash "$D/typed"
	# of these versions 1.1.5 alone does not reload
	expect 1
	[ ! -s "$D/err" ]
	cut -f 2,3 "$D/out" | sort -u |
	    diff - <(printf 'pod\t%s\n' shop/new-0 shop/old-0)
	asked | diff - <(printf 'shop/new-0\nshop/old-0\n')
	[ "$(grep -c '/exec?' "$D/log")" -eq 2 ]
}

@test "proxyver | grep no-hot-reload | certverify --envoy -, as typed" {
	TOOLS=$BIN
	typed
	typed --at "$AT"
	[ "$(wc -l <"$D/out")" -eq 2 ]
	proxies | diff <(grep 'shop/new-0\|shop/old-0' "$D/records") -
	# where the one of krew is in PATH alone
	PATH=${PATH#"$BIN:"}
	mkdir -p "$D/krew"
	ln -sf "$BIN/kubectl-istio" "$D/krew"
	TOOLS=$D/krew
	typed
}

@test "who hangs, resets, sends garbage or is refused: exactly those are unknown" {
	SECONDS=0
	ask :: --fault hang@pods/web-0/exec --fault midreset@pods/sds-0/exec \
	    --fault nothttp@pods/text-0/exec --fault 403@pods/over-0/exec \
	    --fault garbledstatus@pods/twin-0/exec
	expect 2
	[ $SECONDS -lt 60 ]
	sed -E 's/^[a-z]+(	shop\/(web|sds|text|over|twin)-0	).*/unknown\1not-asked/' \
	    "$D/records" | sort | diff - <(proxies)
	grep '	shop/web-0	' "$D/out" | grep -qF 'within the limit of 10000 ms'
	grep '	shop/over-0	' "$D/out" | grep -qF 'Error from server (Forbidden)'
	[ -z "$stderr" ]
}

@test "what cannot be seen of the CA is said with targets, too; 401 ends it" {
	ask shop/web-0 :: --fault 403@secrets/istio-ca-secret
	expect 2
	cut -f 1-3 "$D/out" | diff <(printf '%s\t%s\t%s\n' \
	    unknown secret istio-system/istio-ca-secret \
	    ok pod shop/web-0) -
	ask :: --old-token the-token@21
	expect 2
	[ "$(tail -n 1 "$D/err")" = \
	    'error: You must be logged in to the server (Unauthorized)' ]
	# what each can be asked by hand
	ask kube-system/ztunnel-a shop/web-0 :: --fault 500@/exec
	expect 2
	grep '	kube-system/ztunnel-a	' "$D/out" | grep -q \
	    'kubectl exec -n kube-system ztunnel-a -c istio-proxy -- curl -sS http'
	grep '	shop/web-0	' "$D/out" | grep -q \
	    'kubectl exec -n shop web-0 -c istio-proxy -- pilot-agent request'
}

@test "a command that fails, and answers that are none" {
	p=$D/proxies/shop
	mkdir "$D/aside"
	cp "$p"/{web-0,sds-0,twin-0} "$D/aside"
	printf '1 \nError: \033[31mno admin\nand more\n' >"$p/web-0.exit"
	rm "$p/sds-0"
	echo '{"certificates": [' >"$p/twin-0"
	ask shop/web-0 shop/sds-0 shop/twin-0
	cp "$D/aside"/* "$p"
	rm "$p/web-0.exit"
	expect 2
	[ "$(grep -c '^unknown	.*	not-asked	' "$D/out")" -eq 3 ]
	[ "$(wc -l <"$D/out")" -eq 3 ]
	grep '	shop/web-0	' "$D/out" |
	    grep -F 'pilot-agent ended with exit status 1: Error: \x1b[31mno admin' |
	    grep -vq 'and more'
}

@test "forms: -q, jsonl, json, table, prom, nagios" {
	ask -q
	expect 2
	proxies | diff <(grep -v '^ok' "$D/records") -
	run ! grep '^ok' "$D/out"
	ask -o jsonl
	expect 2
	jq -es '(.[:-1] | map(select(.holder == "envoy")) | length) == 14 and
	    .[-1].type == "summary" and .[-1].unknown == 1' "$D/out"
	ask -o json
	jq -e '[.items[] | select(.holder == "envoy")] | length == 14' "$D/out"
	ask -o table --no-headers
	[ "$(grep -c ' envoy ' "$D/out")" -eq 14 ]
	ask -o prom
	expect 0
	grep -q '^kubectl_istio_.*holder="envoy"' "$D/out"
	ask -o nagios
	expect 2
	[ "$(wc -l <"$D/out")" -eq 1 ]
	ask --excuse not-asked --excuse envoy-stale-root --excuse expired \
	    --excuse envoy-stale-leaf
	expect 0
}

@test "each as it comes: the first are out while one still hangs" {
	# shellcheck disable=SC2016
	"$SERVER" --dir "$D/pki" --objects "$OBJECTS" --proxies "$D/proxies" \
	    --fault hang@pods/web-0/exec -- "$D/with" bash -c '
	    kubectl-istio-certverify --at $AT --envoy --rate 0 |
	    grep -m 1 "	shop/sds-0	" >"$D/first"; date +%s%N >"$D/when"' &
	pid=$!
	SECONDS=0
	while [ ! -s "$D/first" ] && [ $SECONDS -lt 9 ]; do
		sleep 0.2
	done
	[ -s "$D/first" ]
	[ $SECONDS -lt 9 ]
	wait $pid || :
}

@test "a terminal sees how many have answered, and in the end only records" {
	TERM=xterm "$SERVER" --dir "$D/pki" --objects "$OBJECTS" \
	    --proxies "$D/proxies" -- "$D/with" script -qec \
	    "kubectl-istio-certverify --at $AT --envoy --rate 8" /dev/null \
	    >"$D/out" 2>"$D/err" || :
	grep -q 'waiting: \[#.*\] 14/14' "$D/out"
	# whatever was drawn has been wiped before a line ends
	sed 's/\r$//; s/.*\r\x1b\[K//' "$D/out" >"$D/seen"
	run ! grep -q waiting "$D/seen"
	[ "$(grep -c ' envoy ' "$D/seen")" -eq 14 ]
}

@test "a full disk, a closed stdout" {
	for form in tsv table json jsonl prom; do
		"$SERVER" --dir "$D/pki" --objects "$OBJECTS" \
		    --proxies "$D/proxies" -- "$D/with" bash -c "
		    s=0; kubectl-istio-certverify --at $AT --envoy --rate 0 \
		    -o $form >/dev/full 2>'$D/err' || s=\$?
		    exit \$s" && status=0 || status=$?
		echo "$form"
		[ "$status" -eq 2 ]
		grep -q '^error: cannot write to stdout: ' "$D/err"
	done
	"$SERVER" --dir "$D/pki" --objects "$OBJECTS" --proxies "$D/proxies" \
	    -- "$D/with" bash -c "
	    s=0; kubectl-istio-certverify --at $AT --envoy --rate 0 >&- \
	    2>'$D/err' || s=\$?
	    exit \$s" && status=0 || status=$?
	[ "$status" -eq 2 ]
	[ "$(wc -l <"$D/err")" -eq 1 ]
}

@test "nobody to ask, no root, pods that may not be listed" {
	jq -c '.items |= map(select(.kind != "Pod"))' "$D/objects" >"$D/nopods"
	OBJECTS=$D/nopods
	ask
	expect 2
	[[ $stderr == 'error: no running proxy found: '* ]]
	ask --allow-empty
	expect 0
	OBJECTS=$D/objects
	ask :: --fault 403@/api/v1/pods --fault 403@namespaces/shop/pods?
	expect 2
	grep -q '^unknown	pod	shop/\*	envoy	.*(Forbidden)' "$D/out"
	proxies | grep -v 'shop/\*' | diff <(grep -v 'shop/' "$D/records") -
	jq -c '.items |= map(select(.metadata.name | test("^istio-(ca|sec)") |
	    not))' "$D/objects" >"$D/noroot"
	OBJECTS=$D/noroot
	ask
	expect 2
	[[ $stderr == *'no root found'* ]]
	[ -z "$(asked)" ]
}

@test "what does not go together" {
	judge() {
		status=0
		kubectl-istio-certverify "$@" >"$D/out" 2>"$D/err" || status=$?
	}
	judge --envoy -f "$D/objects"
	usage_error 'does not go with -f'
	judge --envoy --wait
	usage_error 'does not go with --wait'
	judge --envoy -o classic
	usage_error '-o classic does not go with --envoy'
	for flag in --bundle --concurrency=2 --rate=0; do
		judge $flag
		usage_error 'they go with --envoy'
	done
	judge --envoy --concurrency 0
	usage_error 'must be 1 to 256'
	judge --envoy --concurrency 257
	usage_error 'must be 1 to 256'
	ask secret/shop/istio.default
	usage_error 'secret/shop/istio.default is no pod: --envoy asks pods'
	judge pod/shop/web-0 -f "$D/objects"
	usage_error '--envoy asks pods'
}

@test "--concurrency and --rate are kept to" {
	SECONDS=0
	ask --rate 4 -n shop
	[ $SECONDS -ge 2 ]
	SECONDS=0
	ask --concurrency 1 -n kube-system :: --fault hang@/exec
	[ $SECONDS -ge 20 ]
	[ "$(grep -c '^unknown.*	not-asked	' "$D/out")" -eq 2 ]
}

@test "--print-rbac: pods and pods/exec, and no more than without" {
	export KUBECONFIG=/nonexistent
	roles() {
		kubectl-istio-certverify --print-rbac "$@"
	}
	roles >"$D/without"
	roles --envoy >"$D/out"
	head -n "$(wc -l <"$D/without")" "$D/out" | diff "$D/without" -
	tail -n +"$(($(wc -l <"$D/without") + 1))" "$D/out" | diff - <(cat <<-E
	---
	apiVersion: rbac.authorization.k8s.io/v1
	kind: ClusterRole
	metadata:
	  name: kubectl-istio-certverify-envoy
	rules:
	- apiGroups: [""]
	  resources: [pods]
	  verbs: [list]
	- apiGroups: [""]
	  resources: [pods/exec]
	  verbs: [get, create]
	E
	)
	role() {	# NAMESPACE NAMES
		cat <<-R
		---
		apiVersion: rbac.authorization.k8s.io/v1
		kind: Role
		metadata:
		  name: kubectl-istio-certverify-envoy
		  namespace: "$1"
		rules:
		- apiGroups: [""]
		  resources: [pods]
		  resourceNames: [$2]
		  verbs: [get]
		- apiGroups: [""]
		  resources: [pods/exec]
		  resourceNames: [$2]
		  verbs: [get, create]
		R
	}
	roles --envoy shop/b shop/a zoo/c >"$D/out"
	head -n "$(wc -l <"$D/without")" "$D/out" | diff "$D/without" -
	tail -n +"$(($(wc -l <"$D/without") + 1))" "$D/out" | diff - <(cat <<-E
	$(role shop '"a", "b"')
	$(role zoo '"c"')
	E
	)
	roles --envoy -n shop | grep -A 12 'certverify-envoy' | grep -q 'namespace: "shop"'
}
