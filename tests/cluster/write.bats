#!/usr/bin/env bats
# kube/write.h on a real API server.
bats_require_minimum_version 1.5.0

setup_file() {
	export D=$BATS_FILE_TMPDIR SERVER=$PWD/tests/server/server
	[ -z "$CLUSTER_CONTEXT" ] ||
	    kubectl config use-context "$CLUSTER_CONTEXT"
	kubectl delete namespace writes --ignore-not-found --wait >/dev/null
	kubectl create namespace writes >/dev/null
}

teardown_file() {
	kubectl delete namespace writes --wait=false >/dev/null
}

setup() {
	KEY=S0VZV09SRC1LRVlXT1JE	# what nobody may print
	CA=('' v1 secrets Secret writes ca)
	kubectl -n writes delete secret ca --ignore-not-found >/dev/null
	kubectl -n writes create -f - >/dev/null <<-E
	{"kind": "Secret", "apiVersion": "v1", "type": "istio.io/ca-root",
	 "metadata": {"name": "ca"}, "data": {"ca-key.pem": "$KEY", "x": "eA=="}}
	E
	now
}

now() {	# version and uid of the secret
	kubectl -n writes get secret ca -o json >"$D/ca"
	version=$(jq -r .metadata.resourceVersion "$D/ca")
	uid=$(jq -r .metadata.uid "$D/ca")
}

locked() {	# DATA: a patch of what is there now
	echo "{\"metadata\":{\"uid\":\"$uid\",\"resourceVersion\":\"$version\"},\"data\":$1}"
}

wrote() {	# BODY ARGS...
	local body=$1
	shift
	s=0
	"$KUBEWRITE" "$@" <<<"$body" >"$D/out" 2>"$D/err" || s=$?
	if grep -F "$KEY" "$D/out" "$D/err"; then
		return 1
	fi
	out=$(cat "$D/out")
}

between() {	# FAULT BODY ARGS...
	local fault=$1 body=$2
	shift 2
	s=0
	"$SERVER" --dir "$CLUSTER_DIR" --log "$D/log" --fault "$fault" \
	    --upstream "https://127.0.0.1:$(cat "$CLUSTER_DIR/port")" -- \
	    bash -c 'exec "$KUBEWRITE" -s "https://127.0.0.1:$PORT" "$@"' - \
	    "$@" <<<"$body" >"$D/out" 2>"$D/err" || s=$?
	out=$(cat "$D/out")
}

@test "a conditional patch, over HTTP/2 and HTTP/1.1" {
	for one in '' MTEx; do
		DISABLE_HTTP2=$one wrote "$(locked "{\"y\":\"$one\"}")" -gv \
		    patch "${CA[@]}"
		[ $s -eq 0 ]
		was=$version
		now
		[ "$version" != "$was" ]
		[ "$out" = "http=200 sent=1 version=$version uid=$uid class=0" ]
		[ "$(jq -r '.data | keys | join(" ")' "$D/ca")" = "ca-key.pem x y" ]
		kubectl -n writes get secret ca -o json \
		    --show-managed-fields 2>/dev/null >"$D/ca" || :
		jq -e '.metadata.managedFields[] |
		    select(.manager == "kubectl-istio-rotate")' "$D/ca"
	done
	# what was read is not what is there
	version=$was
	wrote "$(locked '{"y":null}')" patch "${CA[@]}"
	[ $s -eq 1 ]
	[ "$out" = "http=409 sent=1 version= uid= class=7" ]
	now
	uid=00000000-0000-0000-0000-000000000000
	wrote "$(locked '{"y":null}')" patch "${CA[@]}"
	[ "$out" = "http=422 sent=1 version= uid= class=11" ]
	grep -q 'is invalid: metadata.uid' "$D/err"
	# twice wrong
	version=1
	wrote "$(locked '{"y":null}')" patch "${CA[@]}"
	[[ "$out" == http=4*" sent=1 version= uid= class="* ]]
	now
	[ "$(jq -r '.data | keys | join(" ")' "$D/ca")" = "ca-key.pem x y" ]
}

@test "a dry run changes nothing, and is judged as if it did" {
	wrote "$(locked '{"x":null}')" -d patch "${CA[@]}"
	[ $s -eq 0 ]
	was=$version
	now
	[ "$version" = "$was" ]
	[ "$(jq -r .data.x "$D/ca")" = eA== ]
	wrote "$(locked '{"x":"*"}')" -d patch "${CA[@]}"
	[ $s -eq 1 ]
	wrote '{"kind":"Secret","apiVersion":"v1","metadata":{"name":"dry"}}' \
	    -d create '' v1 secrets Secret writes dry
	[ $s -eq 0 ]
	[[ "$out" == "http=201 sent=1 version= uid="* ]]
	run ! kubectl -n writes get secret dry
}

@test "refusals: nothing of the object is repeated" {
	kubectl -n writes patch secret ca -p '{"immutable":true}' >/dev/null
	now
	wrote "$(locked "{\"x\":\"$KEY\"}")" -v patch "${CA[@]}"
	[ "$out" = "http=422 sent=1 version= uid= class=11" ]
	grep -qx 'Error from server (Invalid): secrets "ca" is invalid: data' \
	    "$D/err"
	wrote "{\"data\":\"$KEY\"}" -v patch "${CA[@]}"
	[ $s -eq 1 ]
	wrote "{\"data\":{\"$KEY$KEY" -v patch "${CA[@]}"
	[ $s -eq 1 ]
	wrote '{"kind":"Secret","apiVersion":"v1","metadata":{"name":"ca"}}' \
	    create "${CA[@]}"
	[ "$out" = "http=409 sent=1 version= uid= class=7" ]
	grep -qx 'Error from server (AlreadyExists): secrets "ca" already exists' \
	    "$D/err"
	wrote '{"data":{}}' patch '' v1 secrets Secret writes absent
	[ "$out" = "http=404 sent=1 version= uid= class=6" ]
}

@test "a restart: an annotation of a Deployment's pods" {
	kubectl -n writes delete deployment d --ignore-not-found >/dev/null
	kubectl -n writes create deployment d --image=x >/dev/null
	wrote '{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-11-24T00:00:00Z"}}}}}' \
	    patch apps v1 deployments Deployment writes d
	[ $s -eq 0 ]
	kubectl -n writes get deployment d -o json | jq -e '.spec.template |
	    (.metadata.annotations | length == 1) and
	    .spec.containers[0].image == "x"'
}

@test "a reply that is lost, and a request that never arrived" {
	[ -n "$CLUSTER_DIR" ] || skip "no certificate of that server here"
	rm -f "$D/log"
	between lost@PATCH "$(locked '{"y":"eQ=="}')" -g patch "${CA[@]}"
	[ $s -eq 1 ]
	[ "$out" = "http=0 sent=1 version= uid= class=3" ]
	[ "$(grep -c ^PATCH "$D/log")" -eq 1 ]
	now
	[ "$(jq -r .data.y "$D/ca")" = eQ== ]
	between close@PATCH "$(locked '{"y":"eg=="}')" -g patch "${CA[@]}"
	[ "$out" = "http=0 sent=1 version= uid= class=3" ]
	[ "$(grep -c ^PATCH "$D/log")" -eq 2 ]
	now
	[ "$(jq -r .data.y "$D/ca")" = eQ== ]
}

@test "rights: asked for, and missing" {
	wrote '' may patch '' secrets writes ca create '' pods/eviction '' ''
	[ "$out" = "1 1" ]
	kubectl -n writes create role r --verb=patch --resource=secrets \
	    --resource-name=ca >/dev/null
	kubectl -n writes create rolebinding r --role=r --user=ann >/dev/null
	# of the name, of all of them, of another, elsewhere, another verb
	wrote '' -a may patch '' secrets writes ca patch '' secrets writes '' \
	    patch '' secrets writes cb patch '' secrets default ca \
	    update '' secrets writes ca
	[ "$out" = "1 0 0 0 0" ]
	wrote "$(locked '{"y":"eQ=="}')" -a patch "${CA[@]}"
	[ $s -eq 0 ]
	wrote '{"kind":"Secret","apiVersion":"v1","metadata":{"name":"n"}}' \
	    -a create '' v1 secrets Secret writes n
	[ "$out" = "http=403 sent=1 version= uid= class=5" ]
	grep -qF 'no right to create secrets in API group "" in the namespace "writes"' \
	    "$D/err"
}
