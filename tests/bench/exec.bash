# For tests/bench/exec and tests/cluster/exec.bats: pods on a node whose
# kubelet is tests/bench/kubelet.  Before: BENCH, MKMESH, CLUSTER_DIR.
# shellcheck disable=SC2154	# set by who sources this

exec_node=bench-node
exec_server=https://127.0.0.1:$(cat "$CLUSTER_DIR/port")

# A mesh, and what its proxies say: istio-ca-secret in DIR/mesh.json, DIR/answer.
exec_mesh() {	# DIR
	mkdir -p "$1"
	cat >"$1/spec" <<-E
	at now
	cert root
	secret istio-system/istio-ca-secret type=istio.io/ca-root ca-cert.pem=root ca-key.pem=pkcs1:k1
	workload bench-000/default issuer=root root=root
	pem root.pem root
	pem leaf.pem bench-000/default
	E
	"$MKMESH" "$1/spec" "$1" || return
	jq -c '.items |= map(select(.metadata.name == "istio-ca-secret"))' \
	    "$1/mesh.json" >"$1/objects.json"
	jq -n --argjson r "$(exec_certificate "$1/root.pem" "")" \
	    --argjson l "$(exec_certificate "$1/leaf.pem" \
	    spiffe://cluster.local/ns/bench-000/sa/default)" \
	    '{certificates: [range(5) | {ca_cert: [$r], cert_chain: [$l]}]}' \
	    >"$1/answer"
}

exec_certificate() {	# PEM URI: as /certs has it
	openssl x509 -in "$1" -noout -serial -startdate -enddate \
	    -dateopt iso_8601 | tr -d '\r' | jq -Rn --arg uri "$2" '
	    [inputs | capture("^(?<key>[^=]*)=(?<value>.*)$")] | from_entries |
	    {path: "<inline>", serial_number: .serial | ascii_downcase,
	    subject_alt_names: (if $uri == "" then [] else [{$uri}] end),
	    days_until_expiration: "80",
	    valid_from: (.notBefore | sub(" "; "T")),
	    expiration_time: (.notAfter | sub(" "; "T"))}'
}

# Of each 20 one hangs, one resets and one says garbage, once the endpoint is
# ill; by their names, so that the list has them one behind another, not all in
# a row, and in both ways that there are of each.
exec_pods() {	# N
	"$BENCH/genpods" "$1" 1 | jq -c --arg node "$exec_node" '
	    (input_line_number - 1) as $i | ($i % 20) as $k |
	    .metadata |= del(.generateName) |
	    .metadata.name = (["hang", "reset", "garbage"][$k] // "well") +
	    "-\($i)-\(($i / 20 | floor) % 2)" |
	    .spec.nodeName = $node'
}

exec_load() {	# N
	exec_pods "$1" | "$BENCH/loadpods" "$CLUSTER_DIR" "$exec_server"
}

# The endpoint, on the port that it had or a free one; the node leads to it.
exec_kubelet() {	# DIR [-f]
	local i
	exec_stop "$1"
	"$BENCH/kubelet" ${2:+"$2"} "$(cat "$1/port" 2>/dev/null || echo 0)" \
	    "$1/answer" >"$1/port.new" 2>"$1/kubelet.err" </dev/null 3>&- &
	echo $! >"$1/kubelet.pid"
	for ((i = 0; i < 100; i++)); do
		[ ! -s "$1/port.new" ] || break
		sleep 0.05
	done
	mv "$1/port.new" "$1/port" && [ -s "$1/port" ] || return
	jq -n --arg n "$exec_node" --argjson p "$(cat "$1/port")" \
	    '{apiVersion: "v1", kind: "Node", metadata: {name: $n}, status: {
	    addresses: [{type: "InternalIP", address: "127.0.0.1"}],
	    daemonEndpoints: {kubeletEndpoint: {Port: $p}}}}' >"$1/node"
	kubectl get node "$exec_node" >/dev/null 2>&1 ||
	    kubectl create -f "$1/node" >/dev/null || return
	kubectl replace --raw "/api/v1/nodes/$exec_node/status" \
	    -f "$1/node" >/dev/null
}

exec_stop() {	# DIR
	[ -e "$1/kubelet.pid" ] || return 0
	kill "$(cat "$1/kubelet.pid")" 2>/dev/null || :
	rm -f "$1/kubelet.pid"
	sleep 0.2
}

# What the tool asks for, a URL a line.
exec_urls() {	# TOOL ARGS...
	"$@" -v 6 2>&1 >/dev/null |
	    sed -n 's/^GET \(.*\) [0-9]* in [0-9]* ms$/\1/p'
}

# Exactly those that are ill are unknown, each with its reason, and all others
# are ok: OUTPUT N.
exec_ill() {
	awk -F '\t' -v n="$2" '
	$4 != "envoy" { next }
	{
		all++
		kind = $3
		sub(/^[^\/]*\//, "", kind)
		sub(/-.*/, "", kind)
		why = kind == "hang" ? "within the limit of" : "."
		want = kind == "well" ? "ok" : "unknown"
		if (seen[$3]++ || $1 != want ||
		    (want == "unknown" && ($9 != "not-asked" || $10 !~ why))) {
			print "not as it is to be: " $0
			bad = 1
		}
	}
	END {
		if (all != n)
			print all + 0 " pods, not " n
		exit bad || all != n
	}' "$1"
}
