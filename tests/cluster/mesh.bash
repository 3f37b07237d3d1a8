# For tests on a real API server: a Citadel mesh that lives, by the stand-in
# tests/cluster/citadel.  Behind `load cluster.bash`; D is the test's directory.

# The stand-in starts, with options of its own; log in $D/citadel.log.
citadel_up() {	# [OPTION...]
	local from
	from=$(cat "$D/citadel.log" 2>/dev/null | wc -l)
	"$BATS_TEST_DIRNAME/citadel" --kubeconfig "$CLUSTER_DIR/kubeconfig" \
	    --log "$D/citadel.log" "$@" >/dev/null 2>"$D/citadel.err" \
	    </dev/null 3>&- &
	echo $! >"$D/citadel.pid"
	citadel_says "kubelet node is ready" 10 "$from" || {
		cat "$D/citadel.err"
		return 1
	}
}

# It ends, and every container with it; the pods stay as they are.
citadel_stop() {
	local pid i
	[ -e "$D/citadel.pid" ] || return 0
	pid=$(cat "$D/citadel.pid")
	rm -f "$D/citadel.pid"
	kill "$pid" 2>/dev/null
	for ((i = 0; i < 50; i++)); do
		kill -0 "$pid" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -9 "$pid" 2>/dev/null || :
}

# It ends, and what it and citadel_mesh had made is gone; for any teardown.
citadel_down() {
	citadel_stop
	kubectl delete node node --ignore-not-found >/dev/null
	kubectl delete deployments,daemonsets -A --all >/dev/null 2>&1
	# no kubelet any more that would confirm it
	kubectl delete pods -A --all --force --grace-period 0 >/dev/null 2>&1
	empty
	kubectl delete secrets -A --field-selector type=istio.io/key-and-cert \
	    >/dev/null 2>&1 || :
}

# A line of its log, behind line FROM, comes within so many seconds.
citadel_says() {	# REGEX [SECONDS [FROM]]
	local i
	for ((i = 0; i < ${2:-10} * 10; i++)); do
		tail -n "+$((${3:-0} + 1))" "$D/citadel.log" 2>/dev/null |
		    grep -qE "$1" && return
		sleep 0.1
	done
	echo "the stand-in did not say: $1"
	return 1
}

# An empty cluster becomes a mesh of now: Citadel, Galley and Pilot of
# CITADEL_VERSION (1.4.10) and whatever mkmesh lines say besides, such as
# "account shop/a", "namespace n meta=..." and another "cert root key=k1 ...";
# secrets are the stand-in's work, which runs already.  With
# CONTROL_PLANE_SECURITY Galley and Pilot speak mutual TLS with one another.
citadel_mesh() {	# LINE...
	local root key name version=${CITADEL_VERSION:-1.4.10}
	local secure=${CONTROL_PLANE_SECURITY:+yes}
	mkdir -p "$D/mesh"
	root=$(printf '%s\n' "$@" | grep '^cert root ' ||
	    echo "cert root key=k1 ski=none")
	key=$(sed 's/.* key=\([^ ]*\).*/\1/' <<<"$root")
	{
		echo "at now"
		echo "$root"
		for name in citadel galley pilot; do
			echo "account istio-system/istio-$name-service-account"
		done
		printf '%s\n' "$@" | grep -v '^cert root '
		printf '%s\n' "$@" | grep -q '/istio-ca-secret ' ||
		    echo "secret istio-system/istio-ca-secret type=istio.io/ca-root" \
		    "ca-cert.pem=root ca-key.pem=pkcs1:$key"
		echo "citadel $version"
		plane galley galley galley "$version" \
		    ${secure:+"--insecure=false"}
		plane pilot pilot discovery "$version" \
		    ${secure:+"--mcpServerAddrs=mcps://istio-galley:9901"}
	} >"$D/mesh/spec"
	"$MKMESH" "$D/mesh/spec" "$D/mesh" || return
	load_mesh "$D/mesh/mesh.json" 'if .kind == "Deployment" then
	    .spec.replicas = 1
	    | .spec.strategy.rollingUpdate =
	    {maxSurge: "100%", maxUnavailable: "25%"}
	    | .spec.template.spec.serviceAccountName =
	    .metadata.name + "-service-account" else . end' || return
	citadel_rolled && citadel_settled
}

plane() {	# NAME IMAGE CONTAINER VERSION [ARGUMENT]
	jq -cn --arg n "$1" --arg i "docker.io/istio/$2:$4" --arg c "$3" \
	    --arg a "${5:-}" '
	{apiVersion: "apps/v1", kind: "Deployment", metadata:
	{name: "istio-\($n)", namespace: "istio-system"}, spec: {template:
	{metadata: {labels: {istio: $n, app: $n}}, spec: {containers:
	[{name: $c, image: $i} + (if $a == "" then {} else
	{args: [$a]} end)]}}}}' | sed 's/^/json /'
}

# Every Deployment of the control plane is what it shall be.
citadel_rolled() {
	local name
	for name in $(kubectl -n istio-system get deployments -o name); do
		kubectl -n istio-system rollout status "$name" --timeout 20s \
		    >/dev/null || return
	done
}

# Each account of a managed namespace has a secret, and each of these the root
# of the CA secret, within so many seconds.
# shellcheck disable=SC2120
citadel_settled() {	# [SECONDS]
	local end=$((SECONDS + ${1:-20}))
	while [ $SECONDS -lt $end ]; do
		kubectl get secrets,serviceaccounts,namespaces -A -o json |
		    jq -e '.items as $i
		    | [$i[] | select(.kind == "Namespace" and
		    .metadata.labels["ca.istio.io/override"] == "false")
		    | .metadata.name] as $not
		    | [$i[] | select(.metadata.namespace |
		    IN($not[]) | not)] as $i
		    | ($i[] | select(.metadata.name == "istio-ca-secret")
		    | .data["ca-cert.pem"]) as $root
		    | [$i[] | select(.type == "istio.io/key-and-cert")] as $w
		    | all($w[]; .data["root-cert.pem"] == $root) and
		    [$i[] | select(.kind == "ServiceAccount").metadata
		    | "\(.namespace)/istio.\(.name)"] -
		    [$w[].metadata | "\(.namespace)/\(.name)"] == []
		    ' >/dev/null && return
		sleep 0.2
	done
	echo "the secrets did not follow the CA's"
	return 1
}

# The CA secret's root, in $D/NAME.pem, with its key in $D/key.pem.
ca() {	# NAME
	kubectl -n istio-system get secret istio-ca-secret -o json >"$D/ca.json"
	jq -r '.data["ca-cert.pem"]' "$D/ca.json" | base64 -d >"$D/$1.pem"
	jq -r '.data["ca-key.pem"]' "$D/ca.json" | base64 -d >"$D/key.pem"
}

fingerprint() {	# PEM
	openssl x509 -in "$1" -outform DER | sha256sum | cut -d ' ' -f 1
}

# A root of the same key and the same bytes of its name in its place, and the
# same profile; or of other days, or with a key identifier.
resign() {	# FILE [DAYS [EXTENSION]]
	ca now
	printf '%s\n' 'keyUsage=critical,keyCertSign' \
	    'basicConstraints=critical,CA:true' \
	    "${3:-subjectKeyIdentifier=none}" \
	    authorityKeyIdentifier=none >"$D/ext"
	openssl x509 -x509toreq -in "$D/now.pem" -signkey "$D/key.pem" \
	    -out "$D/csr" 2>/dev/null
	openssl x509 -req -in "$D/csr" -CA "$D/now.pem" -CAkey "$D/key.pem" \
	    -days "${2:-3650}" -extfile "$D/ext" -out "$1" 2>/dev/null
}

put() {	# PEM [KEY]
	kubectl -n istio-system patch secret istio-ca-secret --type merge -p \
	    "{\"data\": {\"ca-cert.pem\": \"$(base64 -w 0 "$1")\"${2:+,
	    \"ca-key.pem\": \"$(base64 -w 0 "$2")\"}}}" >/dev/null
}

# From here on audit_writes counts.
audit_mark() {
	audit_from=$(wc -l <"$CLUSTER_DIR/audit.log")
}

# Who wrote it since then: VERB CODE USER-AGENT, a line each; a dry run is none.
audit_writes() {	# RESOURCE NAMESPACE/NAME
	tail -n "+$((${audit_from:-0} + 1))" "$CLUSTER_DIR/audit.log" |
	    jq -r --arg r "$1" --arg o "$2" 'select(.objectRef.resource == $r
	    and "\(.objectRef.namespace)/\(.objectRef.name)" == $o
	    and (.requestURI | test("[?&]dryRun=") | not))
	    | "\(.verb) \(.responseStatus.code) \(.userAgent |
	    split("/")[0])"'
}
