#!/usr/bin/env bats
# certverify --envoy on a real node: containers of a stand-in pilot-agent
# (agent.c), which says what proxies of each age say.  Who holds what is decided
# here, in put_pods; what must be said of it was worked out by hand.
bats_require_minimum_version 1.5.0
load cluster.bash
load ../cli/proxies.bash

setup_file() {
	export D=$BATS_FILE_TMPDIR NO_NODE='' AT
	export PATH=$BIN:$PATH
	AT=$(date -u +%FT%TZ)
	if [ -z "$CLUSTER_DIR" ]; then
		NO_NODE="only on a control plane of its own"
		return
	fi
	cd "$D" || return
	put_mesh now
	put_pods
	local s=0
	# shellcheck disable=SC2046
	"$BATS_TEST_DIRNAME/node" up "$CLUSTER_DIR" $(cat images) \
	    2>node.err || s=$?
	if [ $s -eq 3 ]; then
		NO_NODE=$(tail -n 1 node.err)
		echo "# $NO_NODE" >&3
		return
	fi
	[ $s -eq 0 ] || { cat node.err >&2; return 1; }
	clear_mesh
	load_mesh mesh/mesh.json
	run_pods

}

# The containers first: there is no kubelet then that confirms a pod's end.
teardown_file() {
	[ -n "$CLUSTER_DIR" ] || return 0
	"$BATS_TEST_DIRNAME/node" down "$CLUSTER_DIR"
	kubectl delete node node --ignore-not-found >/dev/null
	kubectl delete pods -A --all --force --grace-period 0 >/dev/null 2>&1
	clear_mesh
}

# Also what is in namespaces that stay.
clear_mesh() {
	empty
	kubectl delete secrets -A --field-selector type=istio.io/key-and-cert \
	    >/dev/null 2>&1
}

setup() {
	[ -z "$NO_NODE" ] || skip "$NO_NODE"
	cd "$D" || return
}

# ---- the certificates, the pods, and what they say ----

# A pod, its image's version, and the record about it; - as a verdict: none.
# IDENTITY is that of the leaf's namespace, or -; UNTIL is the leaf's file, or
# a time; ROOT's file, or - where a proxy does not tell enough to know it.  What
# it says comes on stdin: files by name, "FILE COMMAND..." a line.
pod() {	# NS/NAME IMAGE VERDICT RULE IDENTITY UNTIL ROOT
	local file command
	mkdir -p "answers/$1"
	while read -r file command; do
		$command >"answers/$1/$file"
	done
	printf '%s\t' "$@" >>table
	echo >>table
	case $2 in
	missing/*|test/*) ;;
	*) echo "docker.io/$2" >>images.all ;;
	esac
}

put_pods() {
	local shop=spiffe://cluster.local/ns/shop/sa/default
	local zoo=spiffe://cluster.local/ns/zoo/sa/default
	local gone
	gone=$(date -u -d "$AT -5 days" +%FT%TZ)
	# Istio 1.0: no JSON, no dates
	pod shop/text-0 istio/proxyv2:1.0.7 ok - - - root <<-E
	certs text root.pem shop.pem
	E
	pod shop/text-1 istio/proxyv2:1.0.7 bad envoy-stale-root - - - <<-E
	certs text old.pem shop.pem
	E
	# 1.1 to 1.3: dates that end in 1982
	pod shop/new-0 istio/proxyv2:1.1.5 ok - shop shop root <<-E
	certs certs root.pem shop.pem $shop
	E
	pod shop/old-0 istio/proxyv2:1.1.5 bad envoy-stale-root shop shop - <<-E
	certs certs old.pem shop.pem $shop
	E
	pod shop/over-0 istio/proxyv2:1.2.0 ok - shop shop root <<-E
	certs in_1982 root.pem shop.pem $shop
	E
	pod shop/over-1 istio/proxyv2:1.3.5 bad envoy-stale-root shop shop - <<-E
	certs in_1982 old.pem shop.pem $shop
	E
	# files, days as strings or as numbers, noise of agents on both
	pod shop/web-0 istio/proxyv2:1.4.10 ok - shop shop root <<-E
	certs certs root.pem shop.pem $shop
	dump dump old.pem root.pem
	E
	pod shop/days-0 istio/proxyv2:1.4.10 ok - shop shop root <<-E
	certs days_as strings root.pem shop.pem $shop
	E
	pod shop/noise-0 istio/proxyv2:1.4.10 ok - shop shop root <<-E
	certs behind_noise root.pem shop.pem $shop
	stderr noise
	E
	pod shop/twin-0 istio/proxyv2:1.4.10 warn envoy-stale-root shop shop twin <<-E
	certs certs twin.pem shop.pem $shop
	E
	pod zoo/lion-0 istio/proxyv2:1.4.10 warn envoy-stale-leaf zoo was root <<-E
	certs certs root.pem was.pem $zoo
	E
	pod zoo/big-0 istio/proxyv2:1.4.10 ok - zoo zoo root <<-E
	certs many root.pem zoo.pem $zoo
	E
	# from SDS
	pod shop/sds-0 istio/proxyv2:1.20.0 ok - shop shop root <<-E
	certs certs root.pem shop.pem $shop <inline>
	dump dump root.pem
	E
	pod shop/old-1 istio/proxyv2:1.20.0 bad envoy-stale-root shop shop - <<-E
	certs certs old.pem shop.pem $shop <inline>
	dump dump old.pem
	E
	pod zoo/linger-0 istio/proxyv2:1.20.0 warn envoy-stale-root zoo zoo - <<-E
	certs lingering root.pem old.pem zoo.pem $zoo
	E
	pod shop/expired-0 istio/proxyv2:1.13.0 bad expired shop $gone root <<-E
	certs expired $gone root.pem shop.pem $shop
	E
	pod shop/expired-1 istio/proxyv2:1.13.0 bad expired shop - root <<-E
	certs expired_days root.pem shop.pem $shop
	E
	pod istio-system/gateway-0 istio/proxyv2:1.20.0 ok - istio-system shop root <<-E
	certs gateway root.pem shop.pem spiffe://cluster.local/ns/istio-system/sa/default
	E
	pod kube-system/ztunnel-a istio/ztunnel:1.28.0 ok - shop shop root <<-E
	dump ztunnel root.pem shop.pem $shop
	E
	pod kube-system/ztunnel-b istio/ztunnel:1.28.0 bad envoy-stale-root shop shop old <<-E
	dump ztunnel old.pem shop.pem $shop
	E
	# who cannot be asked, each in its own way
	pod shop/none-0 istio/proxyv2:1.24.0 unknown not-asked - - - <<-E
	certs echo {"certificates":[]}
	E
	pod shop/fails-0 istio/proxyv2:1.24.0 unknown not-asked - - - <<-E
	certs echo
	stderr refused
	exit echo 255
	E
	pod shop/cut-0 istio/proxyv2:1.24.0 unknown not-asked - - - <<-E
	certs half root.pem shop.pem $shop
	E
	pod zoo/hang-0 istio/proxyv2:1.24.0 unknown not-asked - - - <<-E
	hang echo
	E
	pod zoo/bare-0 bare/proxyv2:1.24.0 unknown not-asked - - - </dev/null
	# of whom nothing is said: over, not yet there, no proxy
	pod shop/done-0 istio/proxyv2:1.4.10 - - - - - </dev/null
	pod shop/pending-0 missing/proxyv2:1.4.10 - - - - - </dev/null
	pod shop/plain-0 test/app:1 - - - - - </dev/null
	{
		sort -u images.all
		echo docker.io/test/app:1
	} >images
	put_records | sort >records
}

in_1982() {
	certs "$@" | jq '.certificates[].ca_cert[0].expiration_time =
	    "1982-03-19T03:31:44Z"'
}
days_as() {	# strings ROOT...
	shift
	certs "$@" | jq '(.. | .days_until_expiration? // empty) |= tostring'
}
noise() {
	echo 'Defaulted container "istio-proxy" out of: istio-proxy, app {two}'
	echo '{"level":"warn","msg":"proxy { is [ slow"}'
}
behind_noise() {
	noise | head -n 1
	certs "$@"
}
refused() {
	echo 'Error: failed to execute command on Envoy: connection refused'
}
# thousands of listeners: more than a megabyte
many() {
	certs "$@" | jq '.certificates[0] as $c | .certificates =
	    [range(2000) | $c]'
}
lingering() {	# ROOT OLD LEAF SPIFFE-ID
	jq -s '{certificates: (.[0].certificates + .[1].certificates)}' \
	    <(certs "$1" "$3" "$4" '<inline>') \
	    <(certs "$2" "$3" "$4" '<inline>')
}
expired() {	# TIME ROOT...
	local gone=$1
	shift
	certs "$@" '<inline>' | jq --arg gone "$gone" '
	    .certificates[].cert_chain[0] |= (.expiration_time = $gone |
	    .days_until_expiration = "18446744073709551611")'
}
expired_days() {
	certs "$@" '<inline>' | jq '.certificates[].cert_chain[0] |=
	    (del(.expiration_time, .valid_from) |
	    .days_until_expiration = "18446744073709551611")'
}
# its own beside the mesh's, which is long over
gateway() {
	certs "$@" '<inline>' | jq '.certificates += [{ca_cert: [],
	    cert_chain: [{path: "/etc/istio/ingressgateway-certs/tls.crt",
	    serial_number: "99", subject_alt_names: [{dns: "shop.example"}],
	    days_until_expiration: "0", valid_from: "2020-01-01T00:00:00Z",
	    expiration_time: "2025-01-01T00:00:00Z"}]}]'
}
half() {
	certs "$@" | head -c 900
}

# VERDICT OBJECT IDENTITY NOT_AFTER ROOT_SHA256 RULE, from the table
put_records() {
	local name image verdict rule id until root
	while IFS='	' read -r name image verdict rule id until root _; do
		[ "$verdict" != - ] || continue
		[ "$id" = - ] || id=spiffe://cluster.local/ns/$id/sa/default
		[ ! -e "mesh/$until.pem" ] || until=$(openssl x509 -noout \
		    -in "mesh/$until.pem" -enddate -dateopt iso_8601 |
		    sed 's/^notAfter=\(.*\) /\1T/')
		[ "$root" = - ] || root=$(openssl x509 -outform DER \
		    -in "mesh/$root.pem" | sha256sum | cut -d ' ' -f 1)
		printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$verdict" "$name" "$id" \
		    "$until" "$root" "$rule"
	done <table
}

# What kubelet is given for a line of the table, on stdin
manifests() {
	jq -Rc --arg answers "$D/answers" 'split("\t") as [$full, $image]
	| ($full | split("/")) as [$ns, $name]
	| ($image | test("proxyv2:1\\.[0-4]\\.")) as $files
	| ($name | IN("web-0", "new-0", "sds-0", "gateway-0")) as $app
	| {imagePullPolicy: "Never"} as $never
	| {apiVersion: "v1", kind: "Pod",
	metadata: {$name, namespace: $ns, labels: {app: $name}},
	spec: {hostNetwork: true, nodeName: "node", restartPolicy: "Never",
	    tolerations: [{operator: "Exists"}],
	    terminationGracePeriodSeconds: 1,
	    automountServiceAccountToken: false,
	    volumes: ([{name: "answer", hostPath: {type: "Directory",
		path: "\($answers)/\($full)"}}] + if $files and
		($name != "pending-0") then [{name: "istio-certs",
		secret: {secretName: "istio.default"}}] else [] end),
	    containers: ((if $app then [$never + {name: "app",
		image: "docker.io/test/app:1"}] else [] end) + [$never + {
		name: (if $name == "plain-0" then "app" else "istio-proxy" end),
		image: "docker.io/\($image)", volumeMounts: ([{name: "answer",
		    mountPath: "/answer", readOnly: true}] +
		    if $files and ($name != "pending-0") then
		    [{name: "istio-certs", mountPath: "/etc/certs",
		    readOnly: true}] else [] end)}
		+ if $name == "done-0" then {args: ["end"]} else {} end])}}'
}

run_pods() {
	local ns end=$((SECONDS + 60))
	for ns in istio-system kube-system shop zoo; do
		until kubectl -n $ns get serviceaccount default; do
			sleep 0.2
		done >/dev/null 2>&1
	done
	manifests <table | kubectl create -f - >/dev/null
	while [ $SECONDS -lt $end ]; do
		kubectl get pods -A -o json >pods
		[ "$(phases)" != "$(cut -f 1 table | sed 's/.*done-0/& Succeeded/
		    s/.*pending-0/& Pending/; / /!s/$/ Running/' | sort)" ] ||
			return 0
		sleep 0.5
	done
	echo "not all of the pods run:" >&2
	phases >&2
	return 1
}

phases() {
	jq -r '.items[] | "\(.metadata.namespace)/\(.metadata.name) " +
	    .status.phase' pods | sort
}

# ---- the tests ----

judge() {	# STATUS ARGS...
	local want=$1
	shift
	s=0
	kubectl istio certverify --envoy "$@" >out 2>err || s=$?
	echo "exit status $s, want $want"
	cat err
	[ "$s" -eq "$want" ]
}

# those about proxies, in any order: they come as they arrive
proxies() {
	awk -F'\t' -v OFS='\t' '$4 == "envoy" {
	    print $1, $3, $5, $6, $7, $9 }' out | sort
}

message() {	# NS/NAME
	awk -F'\t' -v o="$1" '$3 == o { print $10 }' out
}

@test "a proxy of every age, each in its container" {
	[ "$(grep -c Running <(phases))" -ge 20 ]
	SECONDS=0
	judge 2
	# one hangs, which costs no more than its limit
	[ $SECONDS -ge 9 ]
	[ $SECONDS -lt 20 ]
	proxies | diff records -
	[ "$(awk -F'\t' 'NF != 10' out | wc -l)" -eq 0 ]
	[ ! -s err ]
	[ "$(awk -F'\t' '$4 == "envoy"' out | cut -f 2 | sort -u)" = pod ]
	message zoo/hang-0 | grep 'within the limit of 10000 ms'
}

@test "why one could not be asked, and how to do it by hand" {
	judge 2 shop/fails-0 shop/cut-0 shop/none-0 zoo/bare-0 \
	    shop/pending-0 shop/done-0 shop/plain-0
	[ "$(grep -c '^unknown	pod	' out)" -eq 7 ]
	[ "$(wc -l <out)" -eq 7 ]
	message shop/fails-0 | grep -F 'exit status 255: Error: failed to execute'
	message shop/fails-0 | grep -F 'kubectl exec -n shop fails-0 -c istio-proxy'
	message shop/cut-0 | grep 'ends before it is complete'
	message zoo/bare-0 | grep -F '"pilot-agent": executable file not found'
	message shop/pending-0 | grep -x 'it does not run'
	message shop/done-0 | grep -x 'it does not run'
	message shop/plain-0 | grep "no container of it is a proxy of Istio's"
}

@test "--bundle sees what is behind the first root" {
	judge 1 --bundle shop/web-0 shop/sds-0 shop/old-1
	# whole certificates: the root is known, whosesoever it is
	old=$(openssl x509 -in mesh/old.pem -outform DER | sha256sum)
	proxies | diff - <(grep '	shop/\(web\|sds\)-0	\|	shop/old-1	' \
	    records | awk -F'\t' -v OFS='\t' -v old="${old%% *}" \
	    '$2 == "shop/old-1" { $5 = old } 1')
}

@test "a namespace, a pod, a selector, and a pipe as typed" {
	judge 1 -n kube-system
	proxies | diff <(grep '	kube-system/' records) -
	judge 0 pod/shop/web-0
	proxies | diff <(grep '	shop/web-0	' records) -
	judge 1 -n shop old-0
	proxies | diff <(grep '	shop/old-0	' records) -
	judge 1 -l app=ztunnel-b
	proxies | diff <(grep '	kube-system/ztunnel-b	' records) -
	s=0
	kubectl istio proxyver | grep no-hot-reload |
	    kubectl istio certverify --envoy - >out 2>err || s=$?
	cat out err
	[ $s -eq 1 ]
	# of these versions 1.1.5 alone does not reload
	proxies | diff <(grep '	shop/\(new\|old\)-0	' records) -
}

@test "kubectl exec says the same, byte for byte" {
	local name
	for name in shop/text-0 shop/over-0 shop/noise-0 zoo/big-0 \
	    istio-system/gateway-0; do
		kubectl exec -n "${name%/*}" "${name#*/}" -c istio-proxy -- \
		    pilot-agent request GET certs >said 2>/dev/null
		cmp said "answers/$name/certs"
		"$KUBEEXEC" -o 4000000 -c istio-proxy -n "${name%/*}" \
		    "${name#*/}" -- pilot-agent request GET certs >ours
		cat ours
		grep "^${name#*/} exit=0 .* bytes=$(wc -c <said) " ours
	done
	[ "$(wc -c <answers/zoo/big-0/certs)" -gt 1000000 ]
	s=0
	kubectl exec -n shop fails-0 -c istio-proxy -- pilot-agent request \
	    GET certs >said 2>/dev/null || s=$?
	[ $s -eq 255 ]
	"$KUBEEXEC" -c istio-proxy -n shop fails-0 -- pilot-agent request \
	    GET certs >ours || :
	grep '^fails-0 exit=255 ' ours
}
