#!/usr/bin/env bats
# proxyver on a real API server: the mesh of tests/proxyver, in pages of few.
bats_require_minimum_version 1.5.0
load cluster.bash

# No kubelet here that would confirm that a pod has ended.
empty() {
	kubectl delete pods -A --all --force --grace-period 0 >/dev/null 2>&1
	kubectl delete namespace istio-system shop shop-test \
	    --ignore-not-found --wait >/dev/null
}

setup_file() {
	export D=$BATS_FILE_TMPDIR
	export PATH=$BIN:$PATH
	export SERVER=$PWD/tests/server/server MESH=$PWD/tests/proxyver/mesh.jsonl
	[ -n "$CLUSTER_DIR" ] || return 0
	empty
	"$LOADPODS" "$CLUSTER_DIR" \
	    "https://127.0.0.1:$(cat "$CLUSTER_DIR/port")" <"$MESH"
	# what came of it is what the files say (worked out by hand in
	# tests/cli/proxyver.bats)
	kubectl-istio-proxyver -f "$MESH" >"$D/right" || [ $? -eq 2 ]
}

setup() {
	[ -n "$CLUSTER_DIR" ] || skip "loads pods: only on a control plane of its own"
}

teardown_file() {
	[ -z "$CLUSTER_DIR" ] || empty
}

judge() {
	s=0
	kubectl istio proxyver "$@" >"$D/out" 2>"$D/err" || s=$?
}

@test "the same records from the API server, from kubectl get | -f - and the files" {
	judge
	[ $s -eq 2 ]
	[ ! -s "$D/err" ]
	diff "$D/right" "$D/out"
	kubectl get pods -A -o json >"$D/json"
	judge -f - <"$D/json"
	[ $s -eq 2 ]
	diff "$D/right" "$D/out"
	# kubectl itself cannot write the hostile pod as YAML
	kubectl get pods -n istio-system -o yaml >"$D/yaml"
	judge -f "$D/yaml"
	grep '	istio-system/' "$D/right" | diff - "$D/out"
}

@test "pages of any size, HTTP/1.1 and HTTP/2, compressed or not" {
	for n in 1 2 3 7 24 25 500 0; do
		judge --chunk-size $n
		[ $s -eq 2 ]
		diff "$D/right" "$D/out"
		DISABLE_HTTP2=1 judge --chunk-size $n --disable-compression
		[ $s -eq 2 ]
		diff "$D/right" "$D/out"
	done
}

@test "every fault at every page: right records or exit 2, and never fewer unsaid" {
	n=0
	for fault in cut reset close 410 410token 429 429ra1 500 503 502html \
	    404text 401 403 html wrongkind wrongname repeat redirect bounce \
	    garbage empty toolong json; do
		for ((i = 1; i <= 5; i++)); do
			between --fault $fault@$i -- kubectl-istio-proxyver \
			    --chunk-size 5 --request-timeout 3s
			n=$((n + 1))
			echo "$fault@$i: exit $s"
			cat "$D/err"
			# this mesh has what is unknown, so that 2 is no excuse
			[ $s -eq 2 ]
			cmp -s "$D/right" "$D/out" && continue
			grep -qE '^unknown	(pod|namespace)	\*|' "$D/out" ||
			    [ -s "$D/err" ]
			grep -v '^unknown	[a-z]*	\*' "$D/out" |
			    { ! grep -vxF -f "$D/right"; }
			case $fault in
			reset|close|cut|410token|429*|50*|bounce|json|toolong)
				diff "$D/right" "$D/out"
				;;
			esac
		done
	done
	[ $n -eq 115 ]
}

@test "a healthy part of it: faults are 2 there, or the records are whole" {
	judge -l app=cart -q --excuse below-minimum
	cp "$D/out" "$D/cart"
	[ $s -eq 1 ]
	for fault in cut 410 500 403 html wrongkind garbage empty; do
		for i in 1 2 3; do
			between --fault $fault@$i-99 -- kubectl-istio-proxyver \
			    -l app=cart -q --chunk-size 1 --request-timeout 1s
			[ $s -eq 2 ]
			grep -q '^unknown\|^[Ee]rror' "$D/out" "$D/err"
		done
	done
}

@test "an expired token: the one that the server offers leads on" {
	for i in 2 3 4 5; do
		between --fault 410token@$i --log "$D/log" -- \
		    kubectl-istio-proxyver --chunk-size 5
		diff "$D/right" "$D/out"
		[ "$(grep -c 'limit=5	' "$D/log")" -eq 1 ]
		rm -f "$D/log"
	done
}

@test "--print-rbac is enough; with less, namespace by namespace" {
	token_of_me
	kubectl delete clusterrole,clusterrolebinding kubectl-istio-proxyver \
	    --ignore-not-found >/dev/null
	judge --print-rbac
	kubectl apply -f "$D/out" >/dev/null
	kubectl create clusterrolebinding kubectl-istio-proxyver \
	    --clusterrole kubectl-istio-proxyver --serviceaccount rights:me \
	    >/dev/null
	for _ in {1..50}; do
		judge --token "$sa_token"
		cmp -s "$D/right" "$D/out" && break
		sleep 0.2
	done
	diff "$D/right" "$D/out"
	# only the namespaces, and the pods of one of them
	kubectl create clusterrole kubectl-istio-proxyver --verb list \
	    --resource namespaces --dry-run=client -o yaml |
	    kubectl apply -f - >/dev/null
	judge --print-rbac -n shop
	kubectl apply -f "$D/out" >/dev/null
	kubectl -n shop create rolebinding me --role kubectl-istio-proxyver \
	    --serviceaccount rights:me >/dev/null
	for _ in {1..50}; do
		judge --token "$sa_token"
		grep -q '^bad	pod	shop/' "$D/out" &&
		    grep -q '^unknown	pod	istio-system/\*' "$D/out" && break
		sleep 0.2
	done
	[ $s -eq 2 ]
	grep '	shop/' "$D/right" | diff - <(grep '	shop/' "$D/out")
	grep -q '^unknown	pod	kube-system/\*	.*Forbidden' "$D/out"
	run ! grep -v '	shop/\|^unknown	pod	[a-z-]*/\*' "$D/out"
	# and that alone is enough for -n
	judge --token "$sa_token" -n shop
	grep '	shop/' "$D/right" | diff - "$D/out"
	# by name
	judge --print-rbac shop/cart-0 shop/cart-1
	kubectl apply -f "$D/out" >/dev/null
	for _ in {1..50}; do
		judge --token "$sa_token" shop/cart-0 shop/cart-1
		[ $s -eq 1 ] && break
		sleep 0.2
	done
	[ $s -eq 1 ]
	judge --token "$sa_token" shop/cart-2
	[ $s -eq 2 ]
	grep -q Forbidden "$D/out"
	kubectl delete clusterrole,clusterrolebinding kubectl-istio-proxyver \
	    >/dev/null
}

@test "without any right: unknown, and 2" {
	judge --as nobody
	[ $s -eq 2 ]
	run ! grep -v '^unknown' "$D/out"
	grep -q '^unknown	pod	\*	.*Forbidden' "$D/out"
}

@test "pipes: grep, awk, head, and its own records as targets" {
	run -0 bash -c "kubectl istio proxyver | grep -c '	no-hot-reload	'"
	[ "$output" = 1 ]
	run -0 bash -c "kubectl istio proxyver | awk -F'\t' '\$5 == \"ztunnel\" { print \$6 }' | paste -sd ' '"
	[ "$output" = '1.28.5 1.29.2' ]
	run -0 bash -c "kubectl istio proxyver | head -n 1 | cut -f 1"
	[ "$output" = bad ]
	run -1 bash -c "kubectl istio proxyver | grep no-hot-reload | kubectl istio proxyver - "
	[ "$(cut -f 3 <<<"$output")" = shop/cart-0 ]
	judge -q --excuse version-unknown
	[ $s -eq 1 ]
	run ! grep -q '^ok' "$D/out"
}
