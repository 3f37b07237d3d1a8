#!/usr/bin/env bats
# certverify on a real API server: a Citadel mesh of 24 workloads, ten of which
# hold a former root, and what becomes of it; and an istiod mesh.
bats_require_minimum_version 1.5.0
load cluster.bash

# A mesh of now, since --wait goes by the clock: before and after the ten were
# issued anew, and after the CA was replaced as well.
specs() {
	local id issuer ca='type=istio.io/ca-root'
	mkdir -p "$D/mesh"
	{
		echo "at now"
		echo "citadel 1.4.10"
		echo "cert root key=k1"
		echo "cert old key=k5"
		echo "cert third key=k6"
		echo "secret istio-system/istio-ca-secret $ca ca-cert.pem=root ca-key.pem=pkcs1:k1"
		echo "configmap istio-system/istio-security caTLSRootCert=b64:root"
		echo "secret third.istio-system/istio-ca-secret $ca ca-cert.pem=third ca-key.pem=pkcs1:k6"
		echo "configmap third.istio-system/istio-security caTLSRootCert=b64:third"
		for id in shop/s{0..9} bank/{a,b,c,d,e,f} shop/{x,y,z} zoo/{l,m} \
		    istio-system/istio-{pilot,galley,sidecar-injector}-service-account; do
			case $id in
			shop/s*) issuer="issuer=old by=k5 root=old" ;;
			*) issuer="issuer=root by=k1 root=root" ;;
			esac
			echo "account $id"
			echo "workload $id $issuer key=e2"
			new after "$id" root k1
			new third "$id" third k6
		done
	} >"$D/mesh/spec"
	"$MKMESH" "$D/mesh/spec" "$D/mesh"
	for id in before after third; do
		mkdir -p "$D/$id"
		jq --arg m "$id." '.items |= map(
		    (.metadata.namespace // "") as $ns |
		    if $m == "before." then select($ns | test("\\.") | not)
		    else select($ns | startswith($m)) |
		    .metadata.namespace |= ltrimstr($m) end)' \
		    "$D/mesh/mesh.json" >"$D/$id/mesh.json"
		# objects to put in the place of those that are there
		jq '.items |= map(select(.kind == "Secret" or
		    .kind == "ConfigMap"))' "$D/$id/mesh.json" >"$D/$id/put.json"
	done
}

new() {	# MESH NS/SA ISSUER KEY
	echo "leaf $1-$2 id=$2 issuer=$3 by=$4 key=e3"
	echo "secret $1.${2%/*}/istio.${2#*/} type=istio.io/key-and-cert" \
	    "cert-chain.pem=$1-$2 key.pem=pkcs1:e3 root-cert.pem=$3"
}

setup_file() {
	export D=$BATS_FILE_TMPDIR
	export PATH=$BIN:$PATH
	export SERVER=$PWD/tests/server/server
	[ -n "$CLUSTER_DIR" ] || return 0
	specs
	empty
	load_mesh "$D/before/mesh.json"
	judge
	cp "$D/out" "$D/right"
}

setup() {
	[ -n "$CLUSTER_DIR" ] ||
	    skip "restarts the API server: only on a control plane of its own"
}

# who still waits after a test that failed
teardown() {
	[ ! -e "$D/pid" ] || kill "$(cat "$D/pid")" 2>/dev/null || :
}

teardown_file() {
	[ -z "$CLUSTER_DIR" ] || empty
}

judge() {
	s=0
	kubectl istio certverify "$@" >"$D/out" 2>"$D/err" || s=$?
}

by_kubectl() {
	kubectl get secrets,cm,ns,sa,deploy,mutatingwebhookconfigurations,validatingwebhookconfigurations \
	    -A -o json
}

# ---- the same records ----

@test "the records of a Citadel mesh, and those of kubectl get | -f - are the same" {
	judge
	[ $s -eq 1 ]
	[ ! -s "$D/err" ]
	[ "$(grep -c '	root-not-trusted	' "$D/out")" -eq 10 ]
	[ "$(wc -l <"$D/out")" -eq 26 ]
	by_kubectl >"$D/objects"
	t=0
	kubectl istio certverify -f - <"$D/objects" >"$D/files" || t=$?
	[ $t -eq 1 ]
	cmp "$D/files" "$D/out"
	# of this mesh no level says a key
	kubectl get secrets -A -o json | jq -r '.items[].data |
	    .["key.pem"]?, .["ca-key.pem"]? | select(.)' >"$D/keys"
	while read -r key; do
		base64 -d <<<"$key" | grep -v -- ----- | head -n 1
		cut -c 100-140 <<<"$key"
	done <"$D/keys" | sort -u >"$D/words"
	[ "$(wc -l <"$D/words")" -ge 4 ]
	for v in 6 9 10; do
		kubectl istio certverify -v $v >>"$D/said" 2>&1 || [ $? -eq 1 ]
	done
	[ -s "$D/said" ]
	run ! grep -Ff "$D/words" "$D/said"
	# an account that is gone excuses its secret
	kubectl -n shop delete serviceaccount s3 >/dev/null
	judge
	grep -q '^ok	secret	shop/istio.s3	.*	service-account-gone	' "$D/out"
	[ "$(grep -c '^bad' "$D/out")" -eq 9 ]
	by_kubectl | kubectl istio certverify -f - >"$D/files" || [ $? -eq 1 ]
	cmp "$D/files" "$D/out"
	kubectl -n shop create serviceaccount s3 >/dev/null
	for args in '-n shop' '-n bank' 'shop/istio.s1 bank/istio.a' \
	    '--root secret/shop/istio.s0'; do
		# shellcheck disable=SC2086
		judge $args
		# shellcheck disable=SC2086
		kubectl istio certverify -f "$D/objects" $args >"$D/files" \
		    2>/dev/null || :
		echo "$args"
		diff "$D/files" "$D/out"
	done
}

@test "pages of any size, HTTP/1.1 and HTTP/2, compressed or not" {
	for n in 1 2 7 24 0; do
		judge --chunk-size $n
		[ $s -eq 1 ]
		diff "$D/right" "$D/out"
		DISABLE_HTTP2=1 judge --chunk-size $n --disable-compression
		[ $s -eq 1 ]
		diff "$D/right" "$D/out"
	done
}

@test "its own records as targets, and a healthy part" {
	run -1 bash -c "kubectl istio certverify | grep ^bad | kubectl istio certverify -q -"
	diff <(grep ^bad "$D/right") - <<<"$output"
	judge -n bank
	[ $s -eq 0 ]
	[ "$(cat "$D/err")" = "judged 1 of $(kubectl get ns -o name | wc -l) namespaces" ]
	judge -n bank -q
	[ ! -s "$D/out" ]
	kubectl label secret -n bank istio.a istio.b who=me >/dev/null
	judge -l who=me
	[ $s -eq 0 ]
	[ "$(grep '	workload	' "$D/out" | cut -f 3 | paste -sd ' ')" = \
	    'bank/istio.a bank/istio.b' ]
}

@test "faults between us and the server, at each page: right, or 2 and said" {
	# one server for them all
	cat >"$D/faults.sh" <<-'E'
	bad=0
	tool() {
		kubectl-istio-certverify --kubeconfig "$CLUSTER_DIR/kubeconfig" \
		    --server "https://127.0.0.1:$PORT" --chunk-size 10 \
		    --request-timeout 1s >"$D/out" 2>"$D/err"
	}
	: >"$D/faults"
	tool
	requests=$(wc -l <"$D/requests")
	for fault in cut 403 wrongitem; do
		for ((i = 1; i <= requests; i++)); do
			echo "$fault@$i" >"$D/faults"
			s=0
			tool || s=$?
			n=$((n + 1))
			case $s in
			1) cmp -s "$D/right" "$D/out" ;;
			2) grep -qE '^unknown	|^[Ee]rror' "$D/out" "$D/err" ;;
			*) false ;;
			esac && ! grep -v '^unknown\|	mesh	' "$D/out" |
			    grep -vxF -f "$D/right" >/dev/null && continue
			echo "$fault@$i: exit $s"
			cat "$D/out" "$D/err"
			bad=1
		done
	done
	echo "$requests requests, $n runs"
	[ "$requests" -ge 17 ] && [ "$n" -ge 51 ] && exit $bad
	E
	: >"$D/faults"
	rm -f "$D/requests"
	"$SERVER" --dir "$CLUSTER_DIR" --upstream \
	    "https://127.0.0.1:$(cat "$CLUSTER_DIR/port")" \
	    --faults "$D/faults" --log "$D/requests" -- bash "$D/faults.sh"
}

# ---- rights ----

# Until the service account sees the records that the admin does: ARGS...
enough() {
	kubectl istio certverify "$@" >"$D/admin" 2>/dev/null || :
	sees_as_admin "$@"
}

# With each rule taken away something is unknown.
none_too_many() {	# ARGS...
	# (run has an i of its own, and it is ours)
	local n rule resource
	n=$(grep -c '^- apiGroups' "$D/rbac.yaml")
	for ((rule = 1; rule <= n; rule++)); do
		without_rule $rule "$D/rbac.yaml" >"$D/less.yaml"
		resource=$(diff "$D/rbac.yaml" "$D/less.yaml" |
		    sed -n 's/.*resources: \[\(.*\)s\]$/\1/p')
		[ -n "$resource" ]
		kubectl apply -f "$D/less.yaml" >/dev/null
		for _ in {1..50}; do
			judge --token "$sa_token" "$@"
			# and all that was taken before is back
			[ $s -eq 2 ] && ! grep -v "	$resource	\|^[a-tv-z]" \
			    "$D/out" && break
			sleep 0.1
		done
		echo "$* without $resource: $s"
		cat "$D/out"
		[ $s -eq 2 ]
		grep "^unknown	$resource	" "$D/out" | grep -q Forbidden
		run ! grep -v "	$resource	\|^[a-tv-z]" "$D/out"
	done
	kubectl apply -f "$D/rbac.yaml" >/dev/null
}

no_rights() {
	local ns
	no_cluster_roles
	for ns in istio-system shop bank; do
		kubectl -n $ns delete role,rolebinding --all >/dev/null
	done
	token_of_me
}

@test "--print-rbac is enough for all of the mesh, and none of it is too much" {
	no_rights
	kubectl istio certverify --print-rbac >"$D/rbac.yaml"
	bind_me "$D/rbac.yaml"
	enough
	none_too_many
	# accounts are read where there is a finding, and only there
	without_rule "$(grep -c '^- apiGroups' "$D/rbac.yaml")" "$D/rbac.yaml" \
	    >"$D/less.yaml"
	run ! grep -q serviceaccounts "$D/less.yaml"
	kubectl apply -f "$D/less.yaml" >/dev/null
	for _ in {1..50}; do
		judge --token "$sa_token"
		[ $s -ne 2 ] || break
		sleep 0.1
	done
	[ $s -eq 2 ]
	judge --token "$sa_token" bank/istio.a
	[ $s -ne 2 ] || run ! grep -q 'serviceaccount' "$D/out"
}

@test "--print-rbac is enough for one namespace, and none of it is too much" {
	no_rights
	kubectl istio certverify --print-rbac -n shop >"$D/rbac.yaml"
	bind_me "$D/rbac.yaml"
	enough -n shop
	none_too_many -n shop
}

@test "--print-rbac is enough for targets and for --root secret/NS/NAME" {
	no_rights
	kubectl istio certverify --print-rbac shop/istio.s1 shop/istio.x \
	    bank/istio.a >"$D/rbac.yaml"
	bind_me "$D/rbac.yaml"
	enough shop/istio.s1 shop/istio.x bank/istio.a
	grep -q '^bad	secret	shop/istio.s1	' "$D/out"
	[ "$(grep -c '	workload	' "$D/out")" -eq 3 ]
	# what was not asked for may not be seen
	judge --token "$sa_token" shop/istio.s2
	[ $s -eq 2 ]
	grep -q '^unknown	secret	shop/istio.s2	.*Forbidden' "$D/out"
	no_rights
	kubectl istio certverify --print-rbac --root secret/shop/istio.s0 \
	    >"$D/rbac.yaml"
	bind_me "$D/rbac.yaml"
	enough --root secret/shop/istio.s0
	grep -q '^ok	secret	shop/istio.s0	' "$D/out"
}

@test "without any right: unknown, and 2" {
	judge --as nobody
	[ $s -eq 2 ]
	run ! grep -v '^unknown' "$D/out"
	grep -q '^unknown	secret	\*	.*Forbidden' "$D/out"
	# all secrets of one namespace are enough for these
	no_rights
	kubectl create clusterrole kubectl-istio-certverify --verb list,get \
	    --resource namespaces,configmaps,serviceaccounts,deployments.apps,mutatingwebhookconfigurations,validatingwebhookconfigurations,clustertrustbundles \
	    --dry-run=client -o yaml 2>/dev/null >"$D/some.yaml" ||
	    kubectl create clusterrole kubectl-istio-certverify \
	    --verb list,get --resource namespaces,configmaps,serviceaccounts,deployments.apps,mutatingwebhookconfigurations,validatingwebhookconfigurations \
	    --dry-run=client -o yaml >"$D/some.yaml"
	kubectl apply -f "$D/some.yaml" >/dev/null
	kubectl create clusterrolebinding kubectl-istio-certverify \
	    --clusterrole kubectl-istio-certverify --serviceaccount rights:me >/dev/null
	for ns in istio-system shop; do
		kubectl -n $ns create role all-secrets --verb get,list \
		    --resource secrets >/dev/null
		kubectl -n $ns create rolebinding all-secrets \
		    --role all-secrets --serviceaccount rights:me >/dev/null
	done
	for _ in {1..50}; do
		judge --token "$sa_token"
		grep -q '^bad	secret	shop/' "$D/out" && break
		sleep 0.2
	done
	[ $s -eq 2 ]
	grep '	shop/' "$D/right" | diff - <(grep '	shop/' "$D/out")
	grep -q '^unknown	secret	bank/\*	.*Forbidden' "$D/out"
	no_rights
}

# ---- --wait ----

# As it was: ten of them stale.
stale_again() {
	kubectl apply -f "$D/before/put.json" --server-side --force-conflicts \
	    >/dev/null
	judge
	[ "$(grep -c '^bad' "$D/out")" -eq 10 ]
}

# The tool in the background, behind its first reading: ARGS...
begin_wait() {
	rm -f "$D/status"
	: >"$D/werr"
	(
		s=0
		kubectl-istio-certverify --wait -v 6 "$@" >"$D/wout" \
		    2>"$D/werr" &
		echo $! >"$D/pid"
		wait $! || s=$?
		rm "$D/pid"
		echo $s >"$D/status"
	) 3>&- &
	for _ in {1..100}; do
		# its last question, which there is only where something is
		# wrong with a workload
		grep -q "${last:-/serviceaccounts}" "$D/werr" && break
		sleep 0.1
	done
	sleep 1
	still_waits
}

still_waits() {
	[ ! -e "$D/status" ] && [ ! -s "$D/wout" ] || {
		cat "$D/wout" "$D/werr"
		return 1
	}
}

# It ends by itself, in so many seconds: STATUS [SECONDS]
ends_with() {
	local i
	for ((i = 0; i < ${2:-15} * 10; i++)); do
		[ ! -e "$D/status" ] || break
		sleep 0.1
	done
	cat "$D/wout" "$D/werr"
	[ "$(cat "$D/status")" -eq "$1" ]
}

# New root-cert.pem, cert-chain.pem and key.pem, as Citadel writes them.
reissue() {	# MESH NAME...
	local mesh=$1 name
	shift
	for name; do
		jq -c --arg n "istio.$name" '.items[] | select(.kind == "Secret"
		    and .metadata.namespace == "shop" and .metadata.name == $n) |
		    {data: .data}' "$D/$mesh/mesh.json" >"$D/patch"
		kubectl -n shop patch secret "istio.$name" --type merge \
		    --patch-file "$D/patch" >/dev/null
	done
}

healthy() {
	[ "$(grep -c '	workload	' "$D/wout")" -eq "${1:-24}" ]
	run ! grep -v '^ok' "$D/wout"
}

@test "--wait ends with the last of ten, and not before; its rights are enough" {
	no_rights
	stale_again
	kubectl istio certverify --wait --print-rbac >"$D/rbac.yaml"
	bind_me "$D/rbac.yaml"
	enough
	begin_wait --token "$sa_token"
	for i in {0..8}; do
		reissue after s$i
		still_waits
	done
	sleep 2
	still_waits
	reissue after s9
	ends_with 0
	healthy
	# nothing was asked for again and again meanwhile
	[ "$(grep -c '/api/v1/secrets?limit=' "$D/werr")" -le 4 ]
	# and where nothing is stale there is nothing to wait for
	judge --wait
	[ $s -eq 0 ]
}

@test "--wait of one namespace: the rights of --print-rbac, and no others' end" {
	no_rights
	stale_again
	kubectl istio certverify --wait -n shop --print-rbac >"$D/rbac.yaml"
	bind_me "$D/rbac.yaml"
	enough -n shop
	begin_wait -n shop --token "$sa_token"
	reissue after s{0..8}
	sleep 1
	still_waits
	reissue after s9
	ends_with 0
	healthy 13
	grep -q '^judged 1 of ' "$D/werr"
	no_rights
}

@test "--wait: without progress for --timeout, who is left is listed, and 1" {
	stale_again
	begin_wait --timeout 3s
	ends_with 1 10
	grep -q '^waited 3 s without progress: 10 still stale$' "$D/werr"
	diff <(grep ^bad "$D/right" | cut -f 1-3,9) \
	    <(grep ^bad "$D/wout" | cut -f 1-3,9)
	# each step is progress: seven seconds in all
	begin_wait --timeout 4s
	for i in 0 1 2; do
		reissue after s$i
		sleep 2
		still_waits
	done
	ends_with 1 12
	grep -q '^waited 4 s without progress: 7 still stale$' "$D/werr"
	[ "$(grep -c '^bad' "$D/wout")" -eq 7 ]
	# those who are excused are not waited for
	stale_again
	judge --wait --timeout 5s --excuse root-not-trusted
	[ $s -eq 0 ]
}

@test "--wait: who is deleted is waited for no longer; who was well may turn stale" {
	stale_again
	begin_wait
	reissue after s{0..7}
	kubectl -n shop delete secret istio.s8 >/dev/null
	sleep 1
	still_waits
	# one that was issued anew falls back
	reissue before s0
	reissue after s9
	sleep 2
	still_waits
	reissue after s0
	ends_with 0
	healthy 23
	run ! grep -q istio.s8 "$D/wout"
}

@test "--wait: a new CA meanwhile makes all of them stale" {
	stale_again
	begin_wait
	reissue after s{0..4}
	jq '.items |= map(select(.metadata.namespace == "istio-system" and
	    (.metadata.name | startswith("istio.") | not)))' \
	    "$D/third/put.json" >"$D/ca.json"
	kubectl apply -f "$D/ca.json" --server-side --force-conflicts >/dev/null
	sleep 1
	reissue after s{5..9}
	sleep 3
	still_waits
	kubectl apply -f "$D/third/put.json" --server-side --force-conflicts \
	    >/dev/null
	ends_with 0
	healthy
	cut -f 7 "$D/wout" | grep -v '^-' | sort -u |
	    diff - <(awk '$1 == "third" { print $2 }' "$D/mesh/certs")
}

@test "--wait: the API server is killed and comes again" {
	stale_again
	begin_wait
	reissue after s{0..4}
	restart_api_server
	still_waits
	reissue after s{5..8}
	sleep 2
	still_waits
	reissue after s9
	ends_with 0
	healthy
}

@test "--wait: what it watched from is compacted away meanwhile (410)" {
	stale_again
	begin_wait
	reissue after s{0..4}
	restart_api_server compact
	still_waits
	reissue after s{5..9}
	ends_with 0 20
	healthy
	grep -q '^listing [a-z]* again: .*Expired' "$D/werr"
}

@test "--wait: watches that end, break off, or are refused half-way" {
	reissue after s{0..9}
	for fault in ends breaks 410event 500event garbled; do
		reissue before s0 s1
		rm -f "$D/requests"
		(
			# both, one by one, while it waits
			for _ in {1..100}; do
				grep -q '/secrets?watch=1' "$D/requests" \
				    2>/dev/null && break
				sleep 0.1
			done
			sleep 0.5
			reissue after s0
			sleep 0.5
			reissue after s1
		) 3>&- &
		between --fault "$fault@/api/v1/secrets?watch" \
		    --log "$D/requests" -- \
		    kubectl-istio-certverify --wait --timeout 20s -v 6
		wait $!
		echo "$fault: $s"
		cat "$D/out" "$D/err"
		[ $s -eq 0 ]
		[ "$(grep -c '	workload	' "$D/out")" -eq 24 ]
		run ! grep -v '^ok' "$D/out"
	done
}

# ---- istiod ----

@test "an istiod mesh: 60 namespaces lack the root; --wait until they have it" {
	empty
	mkdir -p "$D/istiod"
	cat >"$D/istiod/spec" <<-E
	at now
	istiod 1.24.3
	cert root key=k1
	secret istio-system/istio-ca-secret type=istio.io/ca-root ca-cert.pem=root ca-key.pem=pkcs1:k1
	configmap istio-system/istio-ca-root-cert root-cert.pem=root
	configmap default/istio-ca-root-cert root-cert.pem=root
	configmap kube-system/istio-ca-root-cert root-cert.pem=root
	mutating istio-sidecar-injector sidecar-injector.istio.io@istio-system/istiod=root
	E
	"$MKMESH" "$D/istiod/spec" "$D/istiod"
	load_mesh "$D/istiod/mesh.json"
	for i in {1..60}; do
		printf '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n-%02d"}}\n' $i
	done | kubectl create -f - >/dev/null
	judge
	[ $s -eq 1 ]
	[ "$(grep -c '^bad	configmap	n-[0-9]*/istio-ca-root-cert	trust	.*	trust-missing	' "$D/out")" -eq 60 ]
	[ "$(grep -c '^bad' "$D/out")" -eq 60 ]
	[ "$(grep -c '^ok' "$D/out")" -eq 4 ]
	by_kubectl | kubectl istio certverify -f - >"$D/files" || :
	cmp "$D/files" "$D/out"
	judge -n n-07
	[ "$(cut -f 3,9 "$D/out")" = "n-07/istio-ca-root-cert	trust-missing" ]
	# a namespace that goes needs none
	kubectl get cm -n istio-system istio-ca-root-cert -o json |
	    jq '{apiVersion, kind, data, metadata: {name: .metadata.name}}' \
	    >"$D/copy"
	last='/configmaps?limit' begin_wait
	for i in {01..59}; do
		jq -c --arg n "n-$i" '.metadata.namespace = $n' "$D/copy"
	done | kubectl create -f - >/dev/null
	still_waits
	sleep 1
	still_waits
	jq -c '.metadata.namespace = "n-60"' "$D/copy" |
	    kubectl create -f - >/dev/null
	ends_with 0
	[ "$(grep -c '^ok	configmap	n-' "$D/wout")" -eq 60 ]
}
