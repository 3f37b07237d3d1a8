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
	sa_token=
	for _ in {1..50}; do
		# from 1.24 on there is no secret, but a subcommand
		sa_token=$(kubectl -n rights create token me 2>/dev/null ||
		    kubectl -n rights get secret -o json | jq -r '.items[] |
		    select(.type == "kubernetes.io/service-account-token" and
		    .metadata.annotations["kubernetes.io/service-account.name"]
		    == "me") | .data.token' | base64 -d)
		[ -z "$sa_token" ] || break
		sleep 0.2
	done
	[ -n "$sa_token" ]
}
