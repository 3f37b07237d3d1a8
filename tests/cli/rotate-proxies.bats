#!/usr/bin/env bats
# rotate --apply, its last phase: every secret has the new root, and what the
# running proxies hold is asked of them.

bats_require_minimum_version 1.5.0
load server.bash
load proxies.bash

setup_file() {
	server_setup
	AT=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	export AT
	cd "$D" || return
	mkdir mesh
	cat >spec <<-E
	at $AT
	cert root from=-1d to=+3000d
	cert old from=-330d to=+35d
	secret istio-system/istio-ca-secret type=istio.io/ca-root ca-cert.pem=root ca-key.pem=pkcs1:k1
	configmap istio-system/istio-security caTLSRootCert=b64:root
	workload istio-system/default issuer=root root=root
	workload shop/default issuer=root root=root from=-20d to=+70d
	pem root.pem root
	pem old.pem old
	pem leaf.pem shop/default
	E
	"$MKMESH" spec mesh
	{
		pod shop/a-0 1.4.10
		pod shop/b-0 1.4.10
		pod shop/c-0 1.4.10
		pod shop/ended-0 1.4.10 Succeeded
		# never reloads: the plan says that it keeps the old one
		pod shop/never-0 1.1.5
	} >pods
	jq -c --slurpfile pods pods '
	    .items[].metadata += {uid: "u-1", resourceVersion: "7"} |
	    .items += $pods + [("istio-system", "shop") | {apiVersion: "v1",
	    kind: "Namespace", metadata: {name: .}}, {apiVersion: "v1",
	    kind: "ServiceAccount", metadata: {namespace: ., name: "default"}}]
	    ' mesh/mesh.json >objects
	local id=spiffe://cluster.local/ns/shop/sa/default
	certs root.pem leaf.pem $id >has
	certs old.pem leaf.pem $id >old
}

pod() {	# NAMESPACE/NAME VERSION [PHASE]
	jq -nc --arg ns "${1%/*}" --arg name "${1#*/}" --arg phase \
	    "${3:-Running}" --arg image "docker.io/istio/proxyv2:$2" '
	    {apiVersion: "v1", kind: "Pod", metadata: {$name, namespace: $ns},
	    spec: {volumes: [{name: "istio-certs",
		secret: {secretName: "istio.default"}}],
	    containers: [{name: "istio-proxy", $image, volumeMounts: [{name:
		"istio-certs", mountPath: "/etc/certs"}]}]},
	    status: {$phase, containerStatuses: [{name: "istio-proxy",
	    $image}]}}'
}

setup() {
	PATH=$BIN:$PATH
	cd "$BATS_TEST_TMPDIR"
	export HOME=$PWD
	unset USER_ENTRY CLUSTER
	OBJECTS=$D/objects
	PROXIES=proxies
	mkdir -p proxies/shop
	local p
	for p in a-0 b-0 c-0; do
		cp "$D/has" proxies/shop/$p
	done
	cp "$D/old" proxies/shop/never-0
}

# rotate ARGS... [:: SERVER-OPTIONS...]
rotate() {
	live kubectl-istio-rotate --request-timeout 5s "$@" </dev/null
	cp "$D/out" out
	cp "$D/err" err
}

asked() {
	sed -n 's|.*/namespaces/\(.*\)/pods/\(.*\)/exec?.*|\1/\2|p' "$D/log" |
	    sort | uniq -c | awk '{ print $2, $1 }'
}

# each pod once, but who has ended, and who never reloads
once() {
	asked | diff <(printf 'shop/a-0 1\nshop/b-0 1\nshop/c-0 1\n') -
}

@test "all of them have it: the goal is reached" {
	local n
	rotate
	n=$(sed -n 's/.* and all \([0-9]*\) who must trust it do$/\1/p' out)
	rotate --apply --yes
	expect 0
	# those three beside all whom the plan counts
	grep -q "^done	.*	goal-reached	.* and all $((n + 3)) who must" out
	once
}

# CAs issue meanwhile: what is new is not of the future
@test "a certificate that was issued while all was read is valid" {
	sed "/^workload shop/s/from=[^ ]*/from=$(date -u -d '+2 seconds' \
	    +%FT%TZ)/" "$D/spec" >spec
	mkdir mesh
	"$MKMESH" spec mesh
	jq -c --slurpfile new mesh/mesh.json '($new[].items[] |
	    select(.metadata.name == "istio.default" and
	    .metadata.namespace == "shop")) as $it |
	    (.items[] | select(.metadata.name == "istio.default" and
	    .metadata.namespace == "shop")).data = $it.data' \
	    "$D/objects" >objects
	OBJECTS=objects
	rotate --apply --yes --timeout 5s :: --fault late@1
	expect 0
	grep -q '	goal-reached	' out
}

@test "without --apply nobody is asked, nor in a rehearsal" {
	rotate
	expect 0
	[ -z "$(asked)" ]
	rotate --apply --yes --dry-run=server
	expect 0
	[ -z "$(asked)" ]
}

@test "who has not loaded it is waited for, and he alone" {
	cp "$D/old" proxies/shop/b-0
	(sleep 3; mv "$D/later" proxies/shop/b-0) 3>&- &
	cp "$D/has" "$D/later"
	rotate --apply --yes
	expect 0
	grep -q '^done	.*	goal-reached	' out
	[ "$(asked | grep -c ' 1$')" -eq 2 ]
	[ "$(asked | sed -n 's/.*b-0 //p')" -gt 1 ]
}

@test "who never does is said when the time is up" {
	cp "$D/old" proxies/shop/b-0
	rotate --apply --yes --timeout 2s
	expect 1
	run ! grep -q goal-reached out
	grep -q '^todo	mesh	istio-system	wait	behind	1 of .* are running proxies' out
	grep -q '^todo	pod	shop/b-0	wait	behind	envoy-stale-root: ' out
	[ "$(grep -c '	pod	' out)" -eq 1 ]
	grep -q 'without progress: given up' err
}

@test "unreachable is not ok, unless it is excused by name" {
	echo '1 no Envoy' >proxies/shop/c-0.exit
	rm proxies/shop/c-0
	rotate --apply --yes
	expect 2
	run ! grep -q goal-reached out
	grep -q '^stop	pod	shop/c-0	check	.*ended with exit status 1: no Envoy' out
	# three times, once for its bundle
	[ "$(asked | sed -n 's/.*c-0 //p')" -eq 3 ]
	[ "$(grep -c config_dump "$D/log")" -eq 1 ]
	rotate --apply --yes --excuse pod/shop/c-0
	expect 0
	grep -q '	goal-reached	' out
}

@test "of a bundle that begins with another root, all is asked for" {
	cp "$D/has" proxies/shop/c-0.dump
	echo 'not yet' >proxies/shop/c-0
	rotate --apply --yes
	expect 0
	grep -q '	goal-reached	' out
	[ "$(grep -c config_dump "$D/log")" -eq 1 ]
}

@test "without the right to ask it says so, once" {
	rotate --apply --yes :: --deny get/pods/exec
	expect 2
	[ "$(grep -c '	pod	' out)" -eq 1 ]
	grep -q '^stop	pod	\*	check	.*you may not get pods/exec' out
	[ -z "$(asked)" ]
	rotate --apply --yes --excuse no-right :: --deny get/pods/exec
	expect 0
	grep -q '	goal-reached	' out
	[ -z "$(asked)" ]
}

@test "INT while they are asked: nothing was written, and how to go on" {
	local i
	("$SERVER" --dir "$D/pki" --objects "$D/objects" --proxies proxies \
	    --log log --fault hang@pods/a-0/exec -- "$D/with" \
	    bash -c 'kubectl-istio-rotate --apply --yes --request-timeout 5s &
	    echo $! >pid; wait $!; echo $? >status' </dev/null >out 2>err) \
	    3>&- &
	for ((i = 0; i < 100; i++)); do
		grep -qs a-0/exec log && break
		sleep 0.1
	done
	kill -INT "$(cat pid)" || kill -TERM "$(cat pid)"
	kill -TERM "$(cat pid)" || :
	wait $!
	[ "$(cat status)" -eq 2 ]
	grep -q 'interrupted: nothing was written' err
}
