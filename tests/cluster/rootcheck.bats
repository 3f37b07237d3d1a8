#!/usr/bin/env bats
# rootcheck on a real API server, through a real kubectl.
bats_require_minimum_version 1.5.0
load cluster.bash

setup_file() {
	export D=$BATS_FILE_TMPDIR
	export PATH=$BIN:$PATH
	export LOAD=$PWD/tests/cluster/load SERVER=$PWD/tests/server/server
	OUT=$D/catalogue tests/catalogue/run 001-self-signed \
	    065-both-citadel-true 050-cacerts 063-both-istiod 092-webhooks \
	    087-mtls-off 090-mtls-disable 049-security-configmap \
	    095-mesh-config 107-last-applied 064-leftover-expired \
	    072-generated >"$D/log" || { cat "$D/log"; return 1; }
	export CATALOGUE=$D/catalogue
	[ -z "$CLUSTER_CONTEXT" ] ||
	    kubectl config use-context "$CLUSTER_CONTEXT"
	"$LOAD" "$CATALOGUE/065-both-citadel-true/mesh.json"
}

load_mesh() {
	"$LOAD" "$CATALOGUE/$1/mesh.json"
}

# by kubectl, every kind that a fact is made of
by_kubectl() {
	kubectl get -n istio-system -o json secret,configmap,deployment,\
mutatingwebhookconfigurations,validatingwebhookconfigurations,\
meshpolicies,policies,peerauthentications
}

@test "the same records from the API server and from kubectl get | -f -" {
	for mesh in 065-both-citadel-true 001-self-signed 050-cacerts \
	    063-both-istiod 092-webhooks 087-mtls-off 090-mtls-disable \
	    049-security-configmap 095-mesh-config 107-last-applied \
	    064-leftover-expired 072-generated; do
		echo "$mesh"
		load_mesh $mesh
		at=2026-11-24T00:00:00Z
		s=0
		kubectl istio rootcheck --at $at >"$D/live" 2>"$D/err" || s=$?
		by_kubectl >"$D/objects"
		t=0
		kubectl istio rootcheck --at $at -f - <"$D/objects" \
		    >"$D/files" || t=$?
		[ -s "$D/live" ]
		[ $s -eq $t ]
		diff "$D/files" "$D/live"
	done
	load_mesh 065-both-citadel-true
}

@test "through HTTP/1.1 as well" {
	kubectl istio rootcheck >"$D/two"
	DISABLE_HTTP2=1 kubectl istio rootcheck >"$D/one"
	diff "$D/two" "$D/one"
}

# ---- rights ----

# the kubeconfig of a service account that has the roles of this YAML
account() {	# YAML
	kubectl delete clusterrole,clusterrolebinding kubectl-istio-rootcheck \
	    --ignore-not-found >/dev/null
	kubectl -n istio-system delete role,rolebinding \
	    kubectl-istio-rootcheck --ignore-not-found >/dev/null
	token_of_me
	kubectl apply -f "$1" >/dev/null
	kubectl -n istio-system create rolebinding kubectl-istio-rootcheck \
	    --role kubectl-istio-rootcheck --serviceaccount rights:me >/dev/null
	kubectl create clusterrolebinding kubectl-istio-rootcheck \
	    --clusterrole kubectl-istio-rootcheck \
	    --serviceaccount rights:me >/dev/null
	# authenticator and authorizer learn of it through watches
	for _ in {1..50}; do
		kubectl istio rootcheck --token "$sa_token" >/dev/null 2>&1 &&
		    break
		sleep 0.2
	done
}

@test "--print-rbac is enough, and with any rule taken away it is not" {
	load_mesh 092-webhooks	# records of other kinds than secrets, too
	kubectl istio rootcheck --print-rbac >"$D/rbac.yaml"
	account "$D/rbac.yaml"
	kubectl istio rootcheck >"$D/admin"
	kubectl istio rootcheck --token "$sa_token" >"$D/me"
	diff "$D/admin" "$D/me"
	n=$(grep -c '^- apiGroups' "$D/rbac.yaml")
	[ "$n" -ge 8 ]
	for ((i = 1; i <= n; i++)); do
		awk -v out="$i" '
		/^- apiGroups/ { k++ }
		/^---/ { skip = 0 }
		/^- apiGroups/ { skip = k == out }
		!/^[- ]/ { skip = 0 }
		!skip' "$D/rbac.yaml" >"$D/less.yaml"
		[ "$(grep -c '^- apiGroups' "$D/less.yaml")" -eq $((n - 1)) ]
		kubectl apply -f "$D/less.yaml" >/dev/null
		# the authorizer learns of it through a watch
		for _ in {1..50}; do
			s=0
			kubectl istio rootcheck --token "$sa_token" \
			    >"$D/out" 2>"$D/err" || s=$?
			[ $s -ne 2 ] || break
			sleep 0.1
		done
		echo "rule $i of $n"
		[ $s -eq 2 ]
		grep '^unknown' "$D/out" | grep -q 'Forbidden'
		grep -qv '^unknown' "$D/out"
		kubectl apply -f "$D/rbac.yaml" >/dev/null
		for _ in {1..50}; do
			kubectl istio rootcheck --token "$sa_token" \
			    >"$D/out" 2>"$D/err" && break
			sleep 0.1
		done
	done
}

@test "without any right: all is unknown, exit 2" {
	s=0
	kubectl istio rootcheck --as nobody >"$D/out" 2>"$D/err" || s=$?
	[ $s -eq 2 ]
	[ "$(wc -l <"$D/out")" -ge 13 ]
	run ! grep -v '^unknown' "$D/out"
}

@test "an expired client certificate says that it has expired" {
	[ -n "$CLUSTER_DIR" ] || skip "needs the CA of the control plane"
	s=0
	kubectl istio rootcheck --client-certificate "$CLUSTER_DIR/expired.crt" \
	    --client-key "$CLUSTER_DIR/expired.key" >"$D/out" 2>"$D/err" || s=$?
	[ $s -eq 2 ]
	[ ! -s "$D/out" ]
	[ "$(wc -l <"$D/err")" -eq 1 ]
	grep -q '(Unauthorized).*has expired on 20' "$D/err"
}

@test "a wrong token" {
	s=0
	kubectl istio rootcheck --token wrong >"$D/out" 2>"$D/err" || s=$?
	[ $s -eq 2 ]
	[ ! -s "$D/out" ]
	[ "$(cat "$D/err")" = "error: You must be logged in to the server (Unauthorized)" ]
}

# ---- faults between us and the real server ----

rootcheck=("$BIN/kubectl-istio-rootcheck" --at 2026-11-24T00:00:00Z)

@test "every fault at every request: right records or exit 2" {
	[ -n "$CLUSTER_DIR" ] || skip "needs the CA of the control plane"
	kubectl istio rootcheck --at 2026-11-24T00:00:00Z >"$D/right"
	n=0
	for fault in cut reset close 410 429 429ra1 429ra9 500 503 502html \
	    404text 401 403 html wrongkind wrongname wrongitem repeat \
	    redirect bounce garbage empty; do
		for ((i = 1; i <= 13; i++)); do
			between --fault $fault@$i -- "${rootcheck[@]}" --request-timeout 3s
			n=$((n + 1))
			[ $s -eq 2 ] && continue
			diff "$D/right" "$D/out" || {
				echo "$fault@$i: exit $s"
				return 1
			}
		done
	done
	[ $n -eq 286 ]
	# a byte a second is no progress, at whichever request
	for ((i = 1; i <= 13; i++)); do
		between --fault slow@$i -- "${rootcheck[@]}" --request-timeout 1s
		[ $s -eq 2 ]
	done
}

@test "no secret in any output, at any level, on any error path" {
	[ -n "$CLUSTER_DIR" ] || skip "needs the CA of the control plane"
	kubectl -n istio-system get secret istio-ca-secret cacerts -o json |
	    jq -r '.items[].data["ca-key.pem"]' >"$D/keys"
	base64 -d "$D/keys" | grep -v -- '-----' | head -3 >"$D/words"
	cut -c 200-260 "$D/keys" >>"$D/words"
	echo admin-token >>"$D/words"
	grep -v -- ----- "$CLUSTER_DIR/admin.key" | head -3 >>"$D/words"
	grep -c . "$D/words"
	for v in 0 1 6 7 8 9 10 100; do
		s=0
		strace -f -s 100000 -o "$D/trace" -e trace=openat,write,execve \
		    "$BIN/kubectl-istio-rootcheck" -v $v \
		    --kubeconfig "$CLUSTER_DIR/kubeconfig" >"$D/out" 2>"$D/err" || s=$?
		[ $s -eq 0 ]
		run ! grep -qFf "$D/words" "$D/out" "$D/err"
		# no file is written, whatever it is called
		run ! grep -E 'openat.*O_(WRONLY|RDWR|CREAT)' "$D/trace"
	done
	for fault in cut 500 403 html 401 wrongname garbage; do
		echo "$fault"
		between --fault $fault@1-999 -- "${rootcheck[@]}" -v 10 --request-timeout 1s
		[ $s -eq 2 ]
		run ! grep -qFf "$D/words" "$D/out" "$D/err"
	done
}

@test "a provoked 422 on the CA secret: its Status quotes the key, we do not" {
	[ -n "$CLUSTER_DIR" ] || skip "needs the CA of the control plane"
	kubectl -n istio-system get secret istio-ca-secret -o json |
	    jq -r '.data["ca-key.pem"]' | cut -c 200-260 >"$D/words"
	port=$(cat "$CLUSTER_DIR/port")
	for form in json vnd.kubernetes.protobuf; do
		curl -s --cacert "$CLUSTER_DIR/ca.crt" \
		    --cert "$CLUSTER_DIR/admin.crt" \
		    --key "$CLUSTER_DIR/admin.key" -X PATCH \
		    -H 'Content-Type: application/merge-patch+json' \
		    -H "Accept: application/$form" -d '{"type": 5}' --http1.1 -i \
		    "https://127.0.0.1:$port/api/v1/namespaces/istio-system/secrets/istio-ca-secret" \
		    -o "$D/answer"
		head -n 1 "$D/answer" | grep -qE '4(22|00)|500'
		grep -aqFf "$D/words" "$D/answer" || echo "# $form quotes no key"
		mkdir -p "$D/replay"
		cp "$D/answer" "$D/replay/0"
		echo "/api/v1/namespaces/istio-system/secrets/istio-ca-secret json 0" >"$D/replay/index"
		echo "/api/v1/namespaces/istio-system/secrets/istio-ca-secret proto 0" >>"$D/replay/index"
		between --replay "$D/replay" -- "${rootcheck[@]}" -v 10
		[ $s -eq 2 ]
		grep '^unknown	secret	istio-system/istio-ca-secret' "$D/out"
		run ! grep -qFf "$D/words" "$D/out" "$D/err"
	done
}
