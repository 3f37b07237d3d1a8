# For tests of rotate on a real API server; behind cluster.bash and mesh.bash.

# What is common to both files: a mesh whose root ends in 25 days.
rotate_setup_file() {
	export D=$BATS_FILE_TMPDIR
	export PATH=$BIN:$PATH
	export SERVER=$BATS_TEST_DIRNAME/../server/server
	export XDG_STATE_HOME=$D/state
	[ -n "$CLUSTER_DIR" ] || return 0
	chmod 700 "$D"
	empty
	# shellcheck disable=SC2119
	mesh_up
	citadel_mesh "cert root key=k1 ski=none from=-340d to=+25d" \
	    "account shop/"{a,b} "account bank/a" || {
		cat "$D/citadel.log" "$D/citadel.err"
		return 1
	}
	ca first
	cp "$D/key.pem" "$D/first.key"
}

# As fast as it goes.
# shellcheck disable=SC2120
mesh_up() {	# [OPTION...]
	citadel_up --resync 0.5 --ready 0.2 --stop 0.1 --poll 0.2 "$@"
}

# shellcheck disable=SC2034	# from is for the tests
rotate_setup() {
	[ -n "$CLUSTER_DIR" ] ||
	    skip "keeps pods and nodes: only on a control plane of its own"
	audit_mark
	from=$(wc -l <"$D/citadel.log")
}

# Whatever a test did: the tool has deleted nothing, and nobody the CA secret.
rotate_teardown() {
	[ -n "$CLUSTER_DIR" ] || return 0
	[ -n "$BATS_TEST_COMPLETED" ] || tail -n 12 "$D/citadel.log"
	tool_writes | grep -E '^delete' && return 1
	[ -n "$may_delete" ] || ! audit_writes secrets \
	    istio-system/istio-ca-secret | grep '^delete'
}

# rotate; sets s, writes $D/out and $D/err.
# shellcheck disable=SC2034	# s is for the tests
rot() {	# ARGS...
	s=0
	kubectl istio rotate "$@" >"$D/out" 2>"$D/err" </dev/null || s=$?
	keep
}

# All that it ever said is looked through in the end.
keep() {
	echo "exit $s"
	cat "$D/out" "$D/err" | tee -a "$D/all"
}

apply() {	# ARGS...
	rot --apply --yes --timeout 20s "$@"
}

# What the records say: VERDICT STEP OBJECT RULE, a line each.
steps() {
	awk -F '\t' '{ print $1, $4, $3, $5 }' "$D/out"
}

said() {	# VERDICT STEP OBJECT RULE
	steps | grep -qxF -- "$*" || {
		echo "no record: $*"
		steps
		return 1
	}
}

# What the tool wrote since audit_mark: VERB RESOURCE NS/NAME CODE.
tool_writes() {
	tail -n "+$((${audit_from:-0} + 1))" "$CLUSTER_DIR/audit.log" |
	    jq -r 'select((.userAgent // "" | startswith("kubectl-istio-rotate"))
	    and (.objectRef.resource != "selfsubjectaccessreviews")
	    and (.requestURI | test("[?&]dryRun=") | not))
	    | "\(.verb) \(.objectRef.resource) " +
	    "\(.objectRef.namespace)/\(.objectRef.name) \(.responseStatus.code)"'
}

# The tool has written exactly these, in any order.  A restart that came upon
# the controller's own change of a status is refused, and tried again.
# shellcheck disable=SC2120
wrote() {	# LINE...
	diff <(tool_writes | grep -vE ' (deployments|daemonsets) .* 409$' |
	    sort) <([ $# -eq 0 ] || printf '%s\n' "$@" | sort)
}

# shellcheck disable=SC2034
ca_write='patch secrets istio-system/istio-ca-secret 200'
# shellcheck disable=SC2034
citadel_write='patch deployments istio-system/istio-citadel 200'

# A refusal: exit 2, what is to be seen on one line, and nothing written.
refused() {	# REGEX
	[ "$s" -eq 2 ]
	[ "$(cat "$D/out" "$D/err" | grep -cE -- "$1")" -eq 1 ]
	wrote
}

# The root ends in 25 days, again, whatever anybody else holds.
age() {
	resign "$D/aged.pem" 25
	put "$D/aged.pem"
}

# The root in force is good, of the same key, and everybody has it.
good() {
	ca good
	cmp "$D/key.pem" "$D/first.key"
	openssl x509 -in "$D/good.pem" -noout -checkend $((1824 * 86400))
	kubectl istio certverify -q >"$D/verified" 2>&1 || {
		cat "$D/verified"
		return 1
	}
	[ ! -s "$D/verified" ]
}

# It runs in the background, as pid says, and goes by $D/out and $D/err.
# shellcheck disable=SC2034	# pid is for the tests
start() {	# ARGS...
	env --default-signal=INT,HUP kubectl-istio-rotate --timeout 20s "$@" \
	    >"$D/out" 2>"$D/err" </dev/null 3>&- &
	pid=$!
}

ended() {
	s=0
	wait "$pid" || s=$?
	keep
}

# A file says so, within ten seconds.
shows() {	# REGEX FILE
	local i
	for ((i = 0; i < 100; i++)); do
		grep -qE -- "$1" "$2" 2>/dev/null && return
		sleep 0.1
	done
	echo "$2 does not say: $1"
	return 1
}

# Until something is so, for ten seconds.
until_so() {	# COMMAND...
	local i
	for ((i = 0; i < 100; i++)); do
		"$@" && return
		sleep 0.1
	done
	echo "never: $*"
	return 1
}
