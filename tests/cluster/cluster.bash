# For tests on a real API server.

# A tool through tests/server/server, which spoils what the real one says:
# SERVER-OPTIONS... -- TOOL ARGS...; sets s, writes $D/out and $D/err.
# shellcheck disable=SC2034	# s is for the tests
between() {
	local server=()
	while [ "$1" != -- ]; do
		server+=("$1")
		shift
	done
	shift
	s=0
	"$SERVER" --dir "$CLUSTER_DIR" --upstream \
	    "https://127.0.0.1:$(cat "$CLUSTER_DIR/port")" "${server[@]}" -- \
	    bash -c 'exec "$0" --kubeconfig "$CLUSTER_DIR/kubeconfig" \
	    --server "https://127.0.0.1:$PORT" "$@"' "$@" \
	    >"$D/out" 2>"$D/err" || s=$?
}

# The token of a new service account me in the namespace rights, in sa_token.
token_of_me() {
	kubectl delete namespace rights --ignore-not-found --wait >/dev/null
	kubectl create namespace rights >/dev/null
	kubectl -n rights create serviceaccount me >/dev/null
	token_of rights me
}

# In sa_token.
token_of() {	# NAMESPACE SERVICE-ACCOUNT
	sa_token=
	for _ in {1..50}; do
		# from 1.24 on there is no secret, but a subcommand
		sa_token=$(kubectl -n "$1" create token "$2" 2>/dev/null ||
		    kubectl -n "$1" get secret -o json | jq -r --arg name "$2" '
		    .items[] | select(.metadata.annotations[
		    "kubernetes.io/service-account.name"] == $name and .type ==
		    "kubernetes.io/service-account-token") | .data.token' |
		    base64 -d)
		[ -z "$sa_token" ] || break
		sleep 0.2
	done
	[ -n "$sa_token" ]
}

# Roles as --print-rbac prints them, and a binding of each for the service
# account me in the namespace rights.
bind_me() {	# YAML
	awk '
	/^kind:/ { kind = $2; ns = "" }
	/^  name:/ { name = $2 }
	/^  namespace:/ { ns = $2 }
	/^rules:/ {
		print "---\napiVersion: rbac.authorization.k8s.io/v1"
		print "kind: " kind "Binding\nmetadata:\n  name: " name
		if (ns != "") print "  namespace: " ns
		print "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: " \
		    kind ", name: " name "}"
		print "subjects: [{kind: ServiceAccount, name: me, namespace: rights}]"
	}' "$1" | cat "$1" - | kubectl apply -f - >/dev/null
}

# Until the service account sees what the admin has seen ($D/admin): ARGS... for
# the file's own judge(), which writes $D/out and $D/err.
sees_as_admin() {
	for _ in {1..50}; do
		judge --token "$sa_token" "$@"
		cmp -s "$D/admin" "$D/out" && return
		sleep 0.2
	done
	cat "$D/err"
	diff "$D/admin" "$D/out"
}

# Those that --print-rbac prints, whichever tool's.
no_cluster_roles() {
	kubectl get clusterrole,clusterrolebinding -o name |
	    grep /kubectl-istio- | xargs -r kubectl delete >/dev/null
}

# No kubelet that would confirm that a pod has ended.
no_pods() {
	kubectl delete pods -A --all --force --grace-period 0 >/dev/null 2>&1
}

# The same roles but for the Nth rule.
without_rule() {	# N YAML
	awk -v out="$1" '
	/^- apiGroups/ { k++ }
	/^---/ { skip = 0 }
	/^- apiGroups/ { skip = k == out }
	!/^[- ]/ { skip = 0 }
	!skip' "$2"
}

# kube-apiserver is killed; with a command, that is run before it comes again.
# shellcheck disable=SC2120
restart_api_server() {	# [COMMAND...]
	local pid command
	pid=$(cat "$CLUSTER_DIR/apiserver.pid")
	mapfile -d '' -t command <"/proc/$pid/cmdline"
	kill -9 "$pid"
	sleep 1
	"$@"
	(
		cd "$CLUSTER_DIR" || exit
		exec setsid "${command[@]}" >>apiserver.log 2>&1 </dev/null 3>&-
	) &
	echo $! >"$CLUSTER_DIR/apiserver.pid"
	for _ in {1..150}; do
		kubectl get --raw /readyz >/dev/null 2>&1 && return
		sleep 0.2
	done
	return 1
}

# Etcd itself: a revision more, and nothing left of those before.
compact() {
	local etcd revision
	etcd=$(tr '\0' '\n' <"/proc/$(cat "$CLUSTER_DIR/etcd.pid")/cmdline" |
	    grep -A1 -x -- --listen-client-urls | tail -n 1)
	for _ in 1 2 3; do
		revision=$(curl -s "$etcd/v3/kv/put" \
		    -d '{"key": "L3Rlc3Q=", "value": "eA=="}' |
		    jq -r .header.revision)
	done
	curl -s "$etcd/v3/kv/compaction" -d "{\"revision\": $revision}" |
	    jq -e .header >/dev/null
}

# Nothing of any mesh is left.
empty() {
	kubectl delete mutatingwebhookconfigurations,validatingwebhookconfigurations \
	    --all >/dev/null
	no_cluster_roles
	kubectl get namespaces -o name | grep -vE '/(default|kube-.*)$' |
	    xargs -r kubectl delete --wait >/dev/null
	local ns
	for ns in default kube-system kube-public kube-node-lease; do
		kubectl delete configmap istio-ca-root-cert -n $ns \
		    --ignore-not-found >/dev/null
	done
}

# What mkmesh wrote, on an empty cluster, each object through a filter.
load_mesh() {	# MESH.json [JQ]
	local ns
	jq -r '.items[] | .metadata.namespace // empty' "$1" | sort -u |
	    jq -R '{apiVersion: "v1", kind: "Namespace", metadata: {name: .}}' |
	    kubectl apply -f - >/dev/null 2>&1
	jq -f "$BATS_TEST_DIRNAME/objects.jq" "$1" | jq -c "${2:-.}" |
	    kubectl create -f - >/dev/null
}
