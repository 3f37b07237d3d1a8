#!/usr/bin/env bats
# certverify over files, and on a cluster (recorded answers of kube-apiserver
# 1.20.2: 22 workloads in pages of five, 13 copies of the root in pages of
# five, with everything that can go wrong on the way).  The tool is never in a
# pipe: its exit status counts.  All that it ever says here is kept in
# a file, $EVERY, and the last test looks for keys in it.

bats_require_minimum_version 1.5.0
load server.bash

setup_file() {
	server_setup
	export AT=2026-01-01T00:00:00Z EVERY=$D/every PIDS=$D/pids
	export ANSWERS=$PWD/tests/data/answers/secrets-v1.20.2
	export COPIES=$PWD/tests/data/answers/configmaps-v1.20.2
	cd "$D" || return
	mesh mixed <<-E
	cert root
	cert old key=k5
	cert twin from=-300d to=+100d
	$(ca)
	configmap istio-system/istio-security caTLSRootCert=b64:root
	workload istio-system/istio-pilot-service-account issuer=root root=root
	workload kube-system/default issuer=root root=root
	workload shop/cart issuer=root root=old
	workload shop/default issuer=root root=root
	workload shop/old issuer=old by=k5 root=old
	workload shop/soon issuer=root root=root to=+3d
	workload shop/twin issuer=twin root=twin
	workload shop/wrongkey issuer=root root=root keypem=pkcs1:k6
	workload zoo/default issuer=root root=root to=+1d keypem=pkcs1:k6
	pem root.pem root
	pem old.pem old
	pem both.pem old+root
	pem chain.pem shop/default
	pem oldchain.pem shop/old
	pem key.pem pkcs1:k6
	E
	mesh well <<-E
	cert root
	$(ca)
	namespace empty
	workload istio-system/default issuer=root root=root
	workload kube-system/default issuer=root root=root
	workload shop/default issuer=root root=root
	E
	mesh torn <<-E
	cert root
	$(ca)
	workload shop/default issuer=root root=root to=+3d
	workload shop/torn issuer=root root=root chain=text:nonsense
	E
	mesh istiod <<-E
	istiod 1.24.3
	cert root
	cert old key=k5
	$(ca)
	configmap bank/istio-ca-root-cert root-cert.pem=old
	configmap istio-system/istio-ca-root-cert root-cert.pem=root
	configmap shop/istio-ca-root-cert root-cert.pem=root
	namespace zoo
	mutating istio-sidecar-injector sidecar-injector.istio.io@istio-system/istiod=old
	E
	mesh pairs <"$BATS_TEST_DIRNAME/../catalogue/certverify/270-pair-fails.mesh"
	put_records >records
	put_recorded >recorded
	put_copies >copies
	# what the recorded pages hold, as kubectl would print it
	local dir
	for dir in "$ANSWERS" "$COPIES"; do
		for json in "$dir"/*.json; do
			sed '1,/^\r$/d' "$json"
		done | jq -s '{apiVersion: "v1", kind: "List", items: [.[] |
		    select(.kind != "Status" and .kind != "Table") |
		    if .items then . as $l | .items[] |
		    .kind = ($l.kind | sub("List$"; "")) |
		    .apiVersion = $l.apiVersion else . end] |
		    unique_by([.kind, .metadata.namespace, .metadata.name])}' \
		    >"$D/$(basename "$dir").json"
	done
}

# mkmesh in a directory of its own: NAME <SPEC
mesh() {
	mkdir -p "$D/$1"
	{ echo "at $AT"; grep -v '^at '; } >"$D/$1/spec"
	"$MKMESH" "$D/$1/spec" "$D/$1"
}

ca() {
	echo "secret istio-system/istio-ca-secret type=istio.io/ca-root" \
	    "ca-cert.pem=root ca-key.pem=pkcs1:k1"
}

setup() {
	PATH=$BIN:$PATH
	cd "$BATS_TEST_TMPDIR"
	rm -f "$D/log"
	unset USER_ENTRY CLUSTER
}

# without a process: these are hundreds of runs
keep() {
	read -rd '' output <"$D/out" || :
	read -rd '' stderr <"$D/err" || :
	printf '%s\n' "$output" "$stderr" >>"$EVERY"
}

# over files, or whatever else; --at can be given once more, and wins
judge() {
	status=0
	kubectl-istio-certverify --at "$AT" "$@" >"$D/out" 2>"$D/err" ||
	    status=$?
	keep
}

# A server that stays, with these answers, for $D, and a kubeconfig.
stay() {	# ANSWERS
	local dir=$D/server-${1##*/} i
	if [ ! -s "$dir/port" ]; then
		mkdir "$dir"
		: >"$dir/faults"
		"$SERVER" --dir "$D/pki" --replay "$1" --faults "$dir/faults" \
		    --log "$D/log" >"$dir/port" 2>"$dir/err" 3>&- &
		echo $! >>"$PIDS"
		for ((i = 0; i < 200; i++)); do
			[ ! -s "$dir/port" ] || break
			sleep 0.05
		done
		PORT=$(cat "$dir/port") "$D/with" cp "$D/kubeconfig" "$dir/config"
	fi
}

# certverify of the recorded mesh: [--fault FAULT]... -- ARGS...
check() {
	local answers=${WHAT:-$ANSWERS} faults=()
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		faults+=("$2")
		shift 2
	done
	[ $# -eq 0 ] || shift
	stay "$answers"
	printf '%s\n' "${faults[@]}" >"$D/server-${answers##*/}/faults"
	: >"$D/log"
	status=0
	kubectl-istio-certverify --kubeconfig "$D/server-${answers##*/}/config" \
	    --at "$AT" --chunk-size 5 --request-timeout 5s "$@" \
	    >"$D/out" 2>"$D/err" || status=$?
	keep
}

teardown_file() {
	local pid
	[ ! -e "$PIDS" ] || while read -r pid; do
		kill "$pid" || :
	done <"$PIDS"
}

# VERDICT KIND OBJECT COUNT RULE
brief() {
	cut -f 1-3,8,9 "${1:-$D/out}"
}

sha() {	# MESH NAME
	awk -v n="$2" '$1 == n { print $2 }' "$D/$1/certs"
}

# Worked out by hand, from what the mesh "mixed" is: $D/records.
records() {
	cat "$BATS_FILE_TMPDIR/records"
}

recorded() {
	cat "$BATS_FILE_TMPDIR/recorded"
}

copies() {
	cat "$BATS_FILE_TMPDIR/copies"
}

put_records() {
	tr -s ' ' '\t' <<-E
	ok configmap istio-system/istio-security - -
	ok secret istio-system/istio.istio-pilot-service-account - -
	ok secret kube-system/istio.default - -
	bad secret shop/istio.cart - chain-invalid
	bad secret shop/istio.cart - root-not-trusted
	ok secret shop/istio.default - -
	bad secret shop/istio.old - root-not-trusted
	warn secret shop/istio.soon - expires-soon
	warn secret shop/istio.twin - stale-root
	bad secret shop/istio.wrongkey - key-mismatch
	bad secret zoo/istio.default - key-mismatch
	warn secret zoo/istio.default - expires-soon
	ok mesh istio-system 3 -
	E
}

# The same of the recorded mesh.
put_recorded() {
	local ns sa verdict rule
	printf 'ok\tmutatingwebhookconfiguration\tistio-sidecar-injector\t-\t-\n'
	while read -r ns sa verdict rule; do
		[ "$sa" != istio-galley-service-account ] ||
		    printf 'ok\tconfigmap\tistio-system/istio-security\t-\t-\n'
		printf '%s\tsecret\t%s/istio.%s\t-\t%s\n' "${verdict:-ok}" \
		    "$ns" "$sa" "${rule:--}"
	done <<-E
	bank audit
	bank default
	bank ledger
	bank loans
	bank teller
	bank vault
	istio-system istio-galley-service-account
	istio-system istio-mixer-service-account
	istio-system istio-pilot-service-account
	istio-system istio-sidecar-injector-service-account
	shop cart
	shop default
	shop mail
	shop orders
	shop stale bad root-not-trusted
	shop stock
	shop ui
	zoo default
	zoo gone ok service-account-gone
	zoo lion
	zoo owl
	zoo rsa
	E
	printf 'ok\tmesh\tistio-system\t1\t-\n'
}

put_copies() {
	local ns
	printf 'ok\tmutatingwebhookconfiguration\tistio-sidecar-injector\t-\t-\n'
	for ns in a1 a2 a3 a4 a5 a6 a7 a8 bank default istio-system \
	    kube-system shop zoo; do
		case $ns in
		bank) printf 'bad' ;;
		zoo) printf 'bad' ;;
		*) printf 'ok' ;;
		esac
		printf '\tconfigmap\t%s/istio-ca-root-cert\t-\t' $ns
		case $ns in
		bank) printf 'root-not-trusted\n' ;;
		zoo) printf 'trust-missing\n' ;;
		*) printf -- '-\n' ;;
		esac
	done
}

right() {
	brief | diff <("${1:-records}") -
}

usage_error() {
	expect 2
	[ ! -s "$D/out" ]
	grep -q "^error: " "$D/err"
	grep -q "^See 'kubectl istio certverify --help' for usage.$" "$D/err"
}

# status 2, one line on stderr, no record
one_line() {
	expect 2
	[ ! -s "$D/out" ]
	[ "$(wc -l <"$D/err")" -eq 1 ]
	grep -q '^error: ' "$D/err"
}

# ---- records, and their forms ----

@test "files: the records are those worked out by hand; YAML, JSON, stdin" {
	for input in mesh.yaml mesh.json; do
		judge -f "$D/mixed/$input"
		expect 1
		right
		[ ! -s "$D/err" ]
		judge -f - <"$D/mixed/$input"
		expect 1
		right
	done
	# ten fields, each filled in
	[ "$(awk -F'\t' 'NF != 10' "$D/out" | wc -l)" -eq 0 ]
	run ! grep -P '\t\t|\t$' "$D/out"
	grep '	shop/istio.twin	' "$D/out" | cut -f 4-7 >line
	printf 'workload\tspiffe://cluster.local/ns/shop/sa/twin\t%s\t%s\n' \
	    2026-03-12T00:00:00Z "$(sha mixed twin)" | diff - line
	# the same objects from a directory, and in two files
	mkdir d
	cp "$D/mixed/mesh.yaml" d/a.yaml
	echo '{[' >d/notes.txt
	judge -f d
	right
	jq '.items |= .[:4]' "$D/mixed/mesh.json" >one.json
	jq '.items |= .[4:]' "$D/mixed/mesh.json" >two.json
	judge -f two.json -f one.json
	right
}

@test "istiod's copies and webhooks are holders, too" {
	judge -f "$D/istiod/mesh.yaml"
	expect 1
	brief | tr '\t' ' ' | diff - <(cat <<-E
	bad mutatingwebhookconfiguration istio-sidecar-injector - webhook-stale
	bad configmap bank/istio-ca-root-cert - root-not-trusted
	ok configmap istio-system/istio-ca-root-cert - -
	ok configmap shop/istio-ca-root-cert - -
	bad configmap zoo/istio-ca-root-cert - trust-missing
	E
	)
}

@test "what is in the input twice, and differs, is unknown, whatever its name" {
	# 300 pairs, with names of many lengths: what is said of them is kept
	# in memory that grows meanwhile
	local len ns name i why="it is in the input twice, with different"
	why+=" contents: judge one mesh at a time"
	printf -v ns '%55s' ''
	ns=${ns// /n}
	for len in 10 217 218 221 222; do
		printf -v name "%${len}s" ''
		name=${name// /x}
		jq -c --arg ns "$ns" --arg name "$name" '
		    [.items[] | select(.metadata.name == "istio.default" and
		    .metadata.namespace == "shop")][0] as $s | .items = [.items[] |
		    select(.metadata.name == "istio-ca-secret")] +
		    [range(300) as $i | ($s, ($s | del(.data["key.pem"]))) |
		    .metadata.name = "istio.\($name)\($i)" |
		    .metadata.namespace = "\($ns)\($i)"]' \
		    "$D/mixed/mesh.json" >twice.json
		MALLOC_PERTURB_=165 judge -f twice.json
		expect 2
		awk -F'\t' '$1 == "unknown" { print $2, $3, $10 }' "$D/out" |
		    diff <(for i in {0..299}; do
			echo "secret $ns$i/istio.$name$i $why"
		    done | LC_ALL=C sort) -
	done
}

@test "hostile names hide no other record, and come out escaped in every form" {
	# a namespace and a name that end the line, one that clears the screen,
	# one that is "-", one that is not UTF-8, a quote, a bar
	jq -c '.items += ([.items[] | select(.metadata.name ==
	    "istio.default" and .metadata.namespace == "shop")] | .[0] | [
	    (.metadata.name = "evil\tok\n" | .metadata.namespace = "z\n1"),
	    (.metadata.name = "\u001b[2J\u202e" | .metadata.namespace = "z2"),
	    (.metadata.name = "q\"b|a\\n}" | .metadata.namespace = "z3"),
	    (.metadata.name = "\u007f\u009b\r" | .metadata.namespace = "z4")]) +
	    [{apiVersion: "admissionregistration.k8s.io/v1",
	    kind: "MutatingWebhookConfiguration", metadata: {name: "-"},
	    webhooks: [{name: "x\t\u202e.istio.io", clientConfig:
	    {service: {name: "a", namespace: "b"}, caBundle: ""}}]}]' \
	    "$D/mixed/mesh.json" >evil.json
	judge -f evil.json
	expect 1
	brief | grep -v '	z[^o]\|\\x2d' | grep -v '	mesh	' |
	    diff <(records | grep -v '	mesh	') -
	[ "$(wc -l <"$D/out")" -eq 18 ]
	[ "$(awk -F'\t' 'NF != 10' "$D/out" | wc -l)" -eq 0 ]
	grep -qF 'z\n1/evil\tok\n' "$D/out"
	grep -qF 'z2/\x1b[2J\u202e' "$D/out"
	grep -qF 'z3/q"b|a\\n}' "$D/out"
	grep -qF 'z4/\x7f\u009b\r' "$D/out"
	grep '^bad	mutatingwebhookconfiguration	\\x2d	' "$D/out" |
	    grep -qF 'x\t\u202e.istio.io'
	for form in tsv wide table json jsonl prom nagios classic; do
		judge -f evil.json -o $form
		echo "$form"
		[ -s "$D/out" ]
		[ "$(LC_ALL=C tr -d '\n\t -~' <"$D/out" | wc -c)" -eq 0 ]
		[ $form = tsv ] || run ! grep '	' "$D/out"
	done
	judge -f evil.json -o jsonl
	jq -r 'select(.object | startswith("z\n1/")?) | .object' "$D/out" |
	    cmp - <(printf 'z\n1/evil\tok\n\n')
	judge -f evil.json -o nagios
	[ "$(wc -l <"$D/out")" -eq 1 ]
	[ "$(tr -dc '|' <"$D/out" | wc -c)" -eq 1 ]
}

@test "megabytes of annotations and of roots do not hide a record" {
	jq -c '(.items[] | select(.kind == "Secret" and
	    .metadata.namespace == "shop") | .metadata.annotations.x) =
	    "\u009b" * 300000' "$D/mixed/mesh.json" >big.json
	judge -f big.json
	right
	{ cat "$D/mixed/mesh.json"; head -c 300000 /dev/zero | tr '\0' '['; } \
	    >deep.json
	judge -f deep.json
	expect 2
}

@test "a terminal gets a table: header, no IDENTITY, colour on the verdict only" {
	run -1 env TERM=xterm script -qec \
	    "kubectl-istio-certverify --at $AT -f $D/mixed/mesh.yaml" /dev/null
	[[ "${lines[0]}" == VERDICT*KIND*OBJECT*HOLDER*NOT_AFTER*MESSAGE* ]]
	[[ "${lines[0]}" != *IDENTITY* ]]
	[[ "${lines[4]}" == $'\033[31mbad\033[0m'* ]]
	[ "$(grep -c $'\033' <<<"$output")" -eq 13 ]
	run -1 env NO_COLOR=1 script -qec \
	    "kubectl-istio-certverify --at $AT -f $D/mixed/mesh.yaml" /dev/null
	run ! grep $'\033' <<<"$output"
	judge -f "$D/mixed/mesh.yaml" -o table
	expect 1
	grep -q "  $(sha mixed twin | cut -c 1-12)  " "$D/out"
	run ! grep -qE '[0-9a-f]{13}|spiffe:' "$D/out"
	[ "$(wc -l <"$D/out")" -eq 14 ]
	judge -f "$D/mixed/mesh.yaml" -o wide
	grep -q '^VERDICT.*IDENTITY' "$D/out"
	grep -q " spiffe://cluster.local/ns/shop/sa/twin .* $(sha mixed twin) " \
	    "$D/out"
	judge -f "$D/mixed/mesh.yaml" -o table --no-headers
	[ "$(wc -l <"$D/out")" -eq 13 ]
	run ! grep -q VERDICT "$D/out"
}

@test "json is one document, jsonl the same by line, each with the summary last" {
	judge -f "$D/mixed/mesh.yaml" -o json
	expect 1
	jq -e '.schemaVersion == 1 and .tool == "certverify" and
	    (.generatedAt | test("^20[0-9-]*T[0-9:]*Z$")) and
	    (keys_unsorted == ["schemaVersion", "tool", "generatedAt", "items",
	    "summary"]) and (.items | length) == 13 and
	    (.items | all(keys_unsorted == ["verdict", "kind", "object",
	    "holder", "identity", "notAfter", "rootSha256", "count", "rule",
	    "message"])) and .items[0].rule == null and
	    .items[0].identity == null and .items[12].count == 3 and
	    .items[12].notAfter == null and .items[12].rootSha256 == null and
	    .summary.ok == 5 and .summary.warn == 3 and .summary.bad == 5 and
	    .summary.unknown == 0 and .summary.examined == 13' "$D/out"
	jq -r '.items[] | [.verdict, .kind, .object, .count // "-",
	    .rule // "-"] | @tsv' "$D/out" | diff <(records) -
	jq -c '.items[]' "$D/out" >items
	tail -n 1 "$D/out" | grep -q '],"summary":{.*}}$'
	judge -f "$D/mixed/mesh.yaml" -o jsonl
	expect 1
	head -n 13 "$D/out" | jq -c . | diff items -
	tail -n 1 "$D/out" | jq -e '.type == "summary" and .bad == 5 and
	    .tool == "certverify" and .schemaVersion == 1'
	[ "$(wc -l <"$D/out")" -eq 14 ]
	# an empty list is a document, too
	judge -f "$D/well/mesh.yaml" -o json -q
	expect 0
	jq -e '.items == [] and .summary.ok == 4' "$D/out"
}

@test "-o prom: whole or not there, 0 with findings, each sample once" {
	judge -f "$D/mixed/mesh.yaml" -o prom
	expect 0
	[ ! -s "$D/err" ]
	# every sample has a family, each is declared once, no sample is twice
	awk '/^# TYPE/ { if (t[$3]++) exit 1; if ($4 != "gauge") exit 1; next }
	    /^# HELP/ { next } /^#/ { exit 1 }
	    { n = $1; sub(/{.*/, "", n); if (!t[n]) exit 1
	      if ($NF !~ /^-?[0-9]+$/) exit 1
	      k = $0; sub(/ [^ ]*$/, "", k); if (s[k]++) exit 1 }' "$D/out"
	python3 - "$D/out" <<-'E'
	import re, sys
	line = re.compile(r'[a-z_]+(\{([a-z]+="([^"\\\n]|\\["\\n])*",?)+\})? -?\d+$')
	for l in open(sys.argv[1]):
	    assert l.startswith("# ") or line.match(l), l
	E
	m=kubectl_istio_certverify
	at=$(date -d 2026-03-12T00:00:00Z +%s)
	grep -qxF "${m}_not_after_seconds{kind=\"secret\",object=\"shop/istio.twin\",holder=\"workload\"} $at" "$D/out"
	[ "$(grep -c "^${m}_not_after_seconds{" "$D/out")" -eq 10 ]
	[ "$(grep -c "^${m}_finding{" "$D/out")" -eq 8 ]
	grep -q "^${m}_finding{.*object=\"shop/istio.twin\".*verdict=\"warn\".*rule=\"stale-root\"} 1$" "$D/out"
	grep -qxF "${m}_records{count=\"bad\"} 5" "$D/out"
	judge -f "$D/mixed/mesh.yaml" -o prom --excuse stale-root
	grep -q "^${m}_finding{.*excused=\"true\",rule=\"stale-root\"} 1$" "$D/out"
	# what cannot be examined is in the text as well
	judge -f "$D/torn/mesh.yaml" -o prom
	expect 0
	grep -q "^${m}_finding{.*object=\"shop/istio.torn\".*verdict=\"unknown\"" "$D/out"
	# no text at all
	echo '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"}}' >none
	for args in '-f none' '-f nothing.yaml'; do
		# shellcheck disable=SC2086
		judge $args -o prom
		one_line
	done
}

@test "-o nagios: one line, that world's 0, 1, 2 and 3" {
	judge -f "$D/well/mesh.yaml" -o nagios
	expect 0
	[[ "$output" == "CERTVERIFY OK - "*" | "*"ok=4"* ]]
	judge -f "$D/mixed/mesh.yaml" -o nagios shop/istio.soon
	expect 1
	[[ "$output" == "CERTVERIFY WARNING - secret shop/istio.soon expires-soon: "*" | "* ]]
	judge -f "$D/mixed/mesh.yaml" -o nagios
	expect 2
	[[ "$output" == "CERTVERIFY CRITICAL - secret shop/istio.cart chain-invalid: "* ]]
	[ "$(wc -l <"$D/out")" -eq 1 ]
	# unknown is worse than a warning
	judge -f "$D/torn/mesh.yaml" -o nagios
	expect 3
	[[ "$output" == "CERTVERIFY UNKNOWN - secret shop/istio.torn: "* ]]
	judge -f "$D/torn/mesh.yaml" -o nagios --excuse secret/shop/istio.torn
	expect 1
	judge -f "$D/torn/mesh.yaml" -o nagios \
	    --excuse secret/shop/istio.torn --excuse expires-soon
	expect 0
	# what ends in an error is one line as well
	echo '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"}}' >none
	for args in '-f none' '-f nothing.yaml' '-f /dev/null'; do
		# shellcheck disable=SC2086
		judge $args -o nagios
		expect 3
		[ "$(wc -l <"$D/out")" -eq 1 ]
		[[ "$output" == "CERTVERIFY UNKNOWN - "* ]]
	done
}

# ---- classic ----

head_of_classic() {	# MESH
	echo "This script checks the current root CA certificate is propagated to all the Istio-managed workload secrets in the cluster."
	echo "Root cert MD5 is $(jq -r '.items[] | select(.metadata.name ==
	    "istio-ca-secret") | .data["ca-cert.pem"]' "$D/$1/mesh.json" |
	    md5sum | cut -d ' ' -f 1)"
}

@test "classic, byte for byte: all match" {
	{
		head_of_classic well
		cat <<-E
		Checking namespace: empty
		Checking namespace: istio-system
		  Secret istio-system.istio.default matches current root.
		Checking namespace: kube-system
		  Secret kube-system.istio.default matches current root.
		Checking namespace: shop
		  Secret shop.istio.default matches current root.

		=====All Istio mutual TLS keys and certificates match the current root!=====

		E
	} >want
	for input in mesh.yaml mesh.json; do
		judge -f "$D/well/$input" -o classic
		expect 0
		cmp want "$D/out"
		[ ! -s "$D/err" ]
	done
}

@test "classic, byte for byte: some do not, each is named once" {
	{
		head_of_classic mixed
		cat <<-E
		Checking namespace: istio-system
		  Secret istio-system.istio.istio-pilot-service-account matches current root.
		Checking namespace: kube-system
		  Secret kube-system.istio.default matches current root.
		Checking namespace: shop
		  Secret shop.istio.cart is DOES NOT match current root.
		  Secret shop.istio.default matches current root.
		  Secret shop.istio.old is DOES NOT match current root.
		  Secret shop.istio.soon is DOES NOT match current root.
		  Secret shop.istio.twin is DOES NOT match current root.
		  Secret shop.istio.wrongkey is DOES NOT match current root.
		Checking namespace: zoo
		  Secret zoo.istio.default is DOES NOT match current root.

		=====The following secrets do not match current root: =====
		shop.istio.cart shop.istio.old shop.istio.soon shop.istio.twin shop.istio.wrongkey zoo.istio.default

		E
	} >want
	judge -f "$D/mixed/mesh.yaml" -o classic
	expect 1
	cmp want "$D/out"
	judge -f "$D/mixed/mesh.yaml" -o classic -n zoo
	expect 1
	{ sed -n 1,2p want; grep '^Checking.*zoo\|^  Secret zoo' want; } |
	    cmp - <(head -n 4 "$D/out")
	grep -qx zoo.istio.default "$D/out"
	# what cannot be read does not match, and stderr says why
	judge -f "$D/torn/mesh.yaml" -o classic
	expect 2
	grep -qx '  Secret shop.istio.torn is DOES NOT match current root.' "$D/out"
	grep -q '^error: secret shop/istio.torn: ' "$D/err"
}

@test "classic, byte for byte: no CA secret" {
	jq 'del(.items[] | select(.metadata.name == "istio-ca-secret"))' \
	    "$D/mixed/mesh.json" >less.json
	judge -f less.json -o classic
	printf '%s\n' "$(head_of_classic mixed | head -n 1)" \
	    "Root secret is empty. Are you using the self-signed CA?" |
	    cmp - "$D/out"
}

# ---- exit status ----

@test "exit status: 0, 1 and 2, and the worst of them" {
	judge -f "$D/well/mesh.yaml"
	expect 0
	judge -f "$D/mixed/mesh.yaml" shop/istio.soon
	expect 1
	judge -f "$D/mixed/mesh.yaml" shop/istio.old
	expect 1
	judge -f "$D/torn/mesh.yaml"
	expect 2
	brief | tr '\t' ' ' | diff - <(cat <<-E
	warn secret shop/istio.default - expires-soon
	unknown secret shop/istio.torn - -
	ok mesh istio-system 1 -
	E
	)
	for form in tsv table wide json jsonl classic; do
		judge -f "$D/well/mesh.yaml" -o $form
		expect 0
		judge -f "$D/mixed/mesh.yaml" -o $form
		expect 1
		judge -f "$D/torn/mesh.yaml" -o $form
		expect 2
	done
}

@test "-q: a healthy mesh says nothing at all, others what is not ok" {
	judge -f "$D/well/mesh.yaml" -q
	expect 0
	[ ! -s "$D/out" ]
	[ ! -s "$D/err" ]
	judge -f "$D/mixed/mesh.yaml" --quiet
	expect 1
	brief | diff <(records | grep -v '^ok') -
}

@test "--excuse by rule and by object: out of the status, printed, counted" {
	judge -f "$D/mixed/mesh.yaml" --excuse chain-invalid \
	    --excuse root-not-trusted --excuse expires-soon \
	    --excuse key-mismatch
	expect 1
	right
	judge -f "$D/mixed/mesh.yaml" --excuse chain-invalid \
	    --excuse root-not-trusted --excuse expires-soon \
	    --excuse key-mismatch --excuse stale-root
	expect 0
	right
	judge -f "$D/mixed/mesh.yaml" -q --excuse secret/shop/istio.cart
	expect 1
	judge -f "$D/mixed/mesh.yaml" shop/istio.cart -o json \
	    --excuse secret/shop/istio.cart
	expect 0
	jq -e '.summary.excused == 2 and .summary.bad == 2' "$D/out"
	# another kind, another namespace, half a name: not these
	for other in configmap/shop/istio.cart secret/zoo/istio.cart \
	    secret/shop/istio shop/istio.cart root-not; do
		judge -f "$D/mixed/mesh.yaml" shop/istio.cart --excuse $other
		expect 1
	done
	judge -f "$D/torn/mesh.yaml" --excuse expires-soon
	expect 2
	judge -f "$D/torn/mesh.yaml" --excuse expires-soon \
	    --excuse secret/shop/istio.torn
	expect 0
}

# ---- time ----

@test "a certificate that was issued while the input was read is valid" {
	mesh meanwhile <<-E
	cert root
	$(ca)
	workload shop/default issuer=root root=root from=+0d
	E
	sed -i "s/^at .*/at now/" "$D/meanwhile/spec"
	status=0
	kubectl-istio-certverify -f - >"$D/out" 2>"$D/err" < <(sleep 2
	    "$MKMESH" "$D/meanwhile/spec" "$D/meanwhile"
	    cat "$D/meanwhile/mesh.yaml") || status=$?
	keep
	expect 0
	status=0
	kubectl-istio-certverify --at -1d -f "$D/meanwhile/mesh.yaml" \
	    >"$D/out" || status=$?
	expect 1
	grep -q '	not-yet-valid	' "$D/out"
}

@test "--at: as of then; --warn: what is left of a life" {
	judge -f "$D/well/mesh.yaml" --at 2026-03-04T23:59:59Z
	expect 0
	judge -f "$D/well/mesh.yaml" --at 2026-03-05T00:00:00Z
	expect 1
	[ "$(grep -c '	expires-soon	' "$D/out")" -eq 3 ]
	judge -f "$D/well/mesh.yaml" --at 2026-03-12T00:00:00Z
	[ "$(grep -c '	expires-soon	' "$D/out")" -eq 3 ]
	judge -f "$D/well/mesh.yaml" --at 2026-03-12T00:00:01Z
	expect 1
	[ "$(grep -c '	expired	' "$D/out")" -eq 3 ]
	judge -f "$D/well/mesh.yaml" --at 2025-12-11T23:59:59Z
	[ "$(grep -c '	not-yet-valid	' "$D/out")" -eq 3 ]
	judge -f "$D/well/mesh.yaml" --warn 70d
	expect 1
	[ "$(grep -c '	expires-soon	' "$D/out")" -eq 3 ]
	judge -f "$D/well/mesh.yaml" --warn 1679h
	expect 0
	judge -f "$D/mixed/mesh.yaml" shop/istio.soon --warn 2d
	expect 0
	judge -f "$D/mixed/mesh.yaml" shop/istio.soon --warn 0s
	expect 0
	# from now on
	mesh fresh <<-E
	cert root
	$(ca)
	workload shop/default issuer=root root=root
	E
	sed -i "s/^at .*/at now/" "$D/fresh/spec"
	"$MKMESH" "$D/fresh/spec" "$D/fresh"
	for at in +0d 0 +62d 0 +64d 1 +71d 1 -21d 1; do
		case $at in
		?) expect "$at" ;;
		*) judge -f "$D/fresh/mesh.yaml" --at $at ;;
		esac
	done
	grep -q not-yet-valid "$D/out"
	status=0
	kubectl-istio-certverify -f "$D/fresh/mesh.yaml" || status=$?
	expect 0
	for bad in 7 x -1d '' 1.5d 20%; do
		judge -f "$D/well/mesh.yaml" --warn "$bad"
		usage_error
	done
	for bad in yesterday 2026-13-01T00:00:00Z '' 90d; do
		judge -f "$D/well/mesh.yaml" --at "$bad"
		usage_error
	done
}

# ---- --root ----

@test "--root FILE, SHA256 and secret/NS/NAME: the root to go by" {
	old=$(sha mixed old)
	upper=${old^^}
	colons=$(sed 's/../&:/g; s/:$//' <<<"$upper")
	for root in "$D/mixed/old.pem" "$old" "$upper" "$colons" \
	    "${colons,,}" secret/shop/istio.old; do
		judge -f "$D/mixed/mesh.yaml" --root "$root" shop/istio.old \
		    shop/istio.default
		echo "$root: $stderr"
		expect 1
		brief | tr '\t' ' ' | diff - <(cat <<-E
		bad secret shop/istio.default - root-not-trusted
		ok secret shop/istio.old - -
		ok mesh istio-system 1 -
		E
		)
		judge -f "$D/mixed/mesh.yaml" --root "$root" -q shop/istio.old
		expect 0
	done
	# the CA's own secret is a root like any
	judge -f "$D/mixed/mesh.yaml" --root secret/istio-system/istio-ca-secret
	right
	judge -f "$D/mixed/mesh.yaml" --root "$D/mixed/root.pem"
	right
	# where the input has no CA at all
	jq 'del(.items[] | select(.metadata.name == "istio-ca-secret" or
	    .metadata.name == "istio-security"))' "$D/mixed/mesh.json" >less.json
	judge -f less.json --root "$D/mixed/root.pem"
	expect 1
	brief | diff <(records | grep -v istio-security) -
}

@test "--root in each wrong form" {
	old=$(sha mixed old)
	for bad in '' - secret/ secret/shop secret/shop/ secret//istio.old \
	    secret/shop/a/b; do
		judge -f "$D/mixed/mesh.yaml" --root "$bad"
		echo "$bad"
		usage_error
		grep -q -- --root "$D/err"
	done
	judge -f "$D/mixed/mesh.yaml" --root
	usage_error
	# no file of that name, no certificate in it, no such certificate
	: >empty
	echo hello >text
	for bad in nothing.pem "${old:1}" "${old}0" "${old:0:63}g" \
	    "${old:0:32}:${old:32}" empty text "$D/mixed/key.pem" . \
	    "$(tr 0-9a-f 1-9a-f0 <<<"$old")" secret/shop/nobody \
	    secret/nowhere/istio.old; do
		judge -f "$D/mixed/mesh.yaml" --root "$bad"
		echo "$bad"
		one_line
		grep -q -- --root "$D/err"
	done
	# cut off in the middle: not half of it
	head -c 300 "$D/mixed/root.pem" >cut.pem
	judge -f "$D/mixed/mesh.yaml" --root cut.pem
	one_line
}

@test "bare PEM: a chain under a root, and a root" {
	judge -f "$D/mixed/chain.pem" --root "$D/mixed/root.pem"
	expect 0
	[ "$(cut -f 1-4 "$D/out" | head -n 1)" = \
	    "ok	file	$D/mixed/chain.pem	workload" ]
	judge -f "$D/mixed/chain.pem" --root "$D/mixed/old.pem"
	expect 1
	grep -q '^bad	file	.*	chain-invalid	' "$D/out"
	judge -f "$D/mixed/both.pem" --root "$D/mixed/root.pem"
	expect 0
	[ "$(cut -f 1-4,7 "$D/out")" = "ok	file	$D/mixed/both.pem	trust	$(sha mixed root)" ]
	judge -f "$D/mixed/old.pem" --root "$D/mixed/root.pem"
	expect 1
	grep -q '^bad	file	.*	root-not-trusted	' "$D/out"
	# a key among them is no certificate, and stays where it is
	cat "$D/mixed/key.pem" "$D/mixed/chain.pem" >mix.pem
	judge -f mix.pem --root "$D/mixed/root.pem" -v 9
	[ "$status" -ne 0 ]
	judge -f "$D/mixed/key.pem" --root "$D/mixed/root.pem" -v 9
	expect 2
}

# ---- scope ----

@test "-n narrows, says so on stderr, and -A takes it back" {
	judge -f "$D/mixed/mesh.yaml" -n zoo
	expect 1
	[ "$stderr" = 'judged 1 of 4 namespaces' ]
	brief | diff <(records | grep '	zoo/'; printf 'ok\tmesh\tistio-system\t1\t-\n') -
	judge -f "$D/mixed/mesh.yaml" -n kube-system
	expect 0
	[ "$stderr" = 'judged 1 of 4 namespaces' ]
	grep -q '^ok	secret	kube-system/istio.default	' "$D/out"
	# the CA is found though its namespace is not judged
	for args in '-n zoo -A' '-An zoo' '-A' '--all-namespaces'; do
		# shellcheck disable=SC2086
		judge -f "$D/mixed/mesh.yaml" $args
		right
		[ ! -s "$D/err" ]
	done
	judge -f "$D/istiod/mesh.yaml" -n zoo
	expect 1
	[ "$(brief)" = "bad	configmap	zoo/istio-ca-root-cert	-	trust-missing" ]
	judge -f "$D/mixed/mesh.yaml" -n nowhere
	expect 2
	[ ! -s "$D/out" ]
	grep -q 'nothing to judge' "$D/err"
	judge -f "$D/mixed/mesh.yaml" -n
	usage_error
	judge -f "$D/mixed/mesh.yaml" -n ''
	usage_error
}

@test "-i: a control plane that lives elsewhere" {
	sed 's/istio-system/mesh-1/g' "$D/mixed/mesh.yaml" >moved.yaml
	judge -f moved.yaml -i mesh-1
	expect 1
	cut -f 1-3,9 "$D/out" | grep -v '	mesh	\|pilot' |
	    diff <(records | sed 's/istio-system/mesh-1/' | cut -f 1-3,5 |
	    grep -v '	mesh	\|pilot' | sort -s -k3,3) <(sort -s -k3,3)
	judge -f moved.yaml
	expect 2
	[ ! -s "$D/out" ]
	grep -q -- '(-i)' "$D/err"
}

@test "-l and --wait are for a cluster: with -f they are refused" {
	judge -l app=x -f "$D/mixed/mesh.yaml"
	usage_error
	grep -q -- '-l .* does not go with -f' "$D/err"
	status=0
	kubectl-istio-certverify --wait -f "$D/mixed/mesh.yaml" >"$D/out" \
	    2>"$D/err" || status=$?
	usage_error
	grep -q -- '--wait .* does not go with -f' "$D/err"
	judge --wait
	usage_error
	grep -q -- '--at' "$D/err"
	for args in '--wait shop/x' '--wait --timeout 0s' '-l a=b shop/x' \
	    '--wait --timeout -5s' '--wait --timeout soon'; do
		status=0
		# shellcheck disable=SC2086
		kubectl-istio-certverify $args >"$D/out" 2>"$D/err" || status=$?
		echo "$args"
		usage_error
	done
}

# ---- targets ----

@test "targets among files: each once, in order, and what is not there is unknown" {
	judge -f "$D/mixed/mesh.yaml" zoo/istio.default secret/shop/istio.cart \
	    secrets/zoo/istio.default shop/nobody
	expect 2
	brief | grep -v '	mesh	' | tr '\t' ' ' | diff - <(cat <<-E
	bad secret shop/istio.cart - chain-invalid
	bad secret shop/istio.cart - root-not-trusted
	unknown secret shop/nobody - -
	bad secret zoo/istio.default - key-mismatch
	warn secret zoo/istio.default - expires-soon
	E
	)
	grep -q 'the input does not hold it' "$D/out"
	judge -f "$D/mixed/mesh.yaml" -n shop istio.old
	expect 1
	[ "$(brief | head -n 1)" = "bad	secret	shop/istio.old	-	root-not-trusted" ]
	for bad in pod/shop/cart-0 namespace/x/shop file/a/b a/b/c/d /x x/ \
	    deploy/istio-system/istiod ''; do
		judge -f "$D/mixed/mesh.yaml" "$bad"
		usage_error
	done
}

@test "targets that are no secrets: copies of the root and webhooks" {
	judge -f "$D/istiod/mesh.yaml" configmap/shop/istio-ca-root-cert
	expect 0
	[ "$(brief)" = "ok	configmap	shop/istio-ca-root-cert	-	-" ]
	judge -f "$D/istiod/mesh.yaml" cm/bank/istio-ca-root-cert
	expect 1
	[ "$(brief)" = "bad	configmap	bank/istio-ca-root-cert	-	root-not-trusted" ]
	judge -f "$D/istiod/mesh.yaml" cm/zoo/istio-ca-root-cert
	expect 1
	[ "$(brief)" = "bad	configmap	zoo/istio-ca-root-cert	-	trust-missing" ]
}

@test "its own records are targets: grep, and judge again" {
	judge -f "$D/mixed/mesh.yaml"
	grep ^bad "$D/out" >bad
	judge -f "$D/mixed/mesh.yaml" - <bad
	expect 1
	grep -v '	mesh	' "$D/out" | grep ^bad | diff bad -
	judge -f "$D/mixed/mesh.yaml" -q
	cp "$D/out" all
	judge -f "$D/mixed/mesh.yaml" -q - <all
	expect 1
	diff all "$D/out"
	run -1 bash -c "kubectl-istio-certverify --at $AT -f $D/mixed/mesh.yaml |
	    grep ^bad | kubectl-istio-certverify --at $AT -f $D/mixed/mesh.yaml - |
	    grep -v '	mesh	\|^warn' | diff bad - &&
	    exit 1"
}

@test "its own records of copies, a missing one and a webhook are targets" {
	judge -f "$D/istiod/mesh.yaml" -q
	cp "$D/out" all
	judge -f "$D/istiod/mesh.yaml" -q - <all
	expect 1
	diff all "$D/out"
}

@test "its own record of a pair, whose object is the mesh, is in no target's way" {
	judge -f "$D/pairs/mesh.yaml" -q
	expect 1
	grep -q '^bad	mesh	.*	pair-fails	' "$D/out"
	cp "$D/out" all
	judge -f "$D/pairs/mesh.yaml" -q - <all
	expect 1
	[ -s "$D/out" ]
}

@test "targets on stdin: names and records, blanks, and what is none" {
	printf 'zoo/istio.default\n\n  shop/istio.cart \r\n' >names
	judge -f "$D/mixed/mesh.yaml" -q - <names
	expect 1
	[ "$(cut -f 3 "$D/out" | uniq | paste -sd ' ')" = \
	    'shop/istio.cart zoo/istio.default' ]
	printf 'shop/istio.cart\na/b/c/d\n' >names
	judge -f "$D/mixed/mesh.yaml" - <names
	expect 2
	[ ! -s "$D/out" ]
	grep -q "stdin: line 2: 'a/b/c/d' is not a target" "$D/err"
	printf 'unknown\tsecret\tshop/*\t-\n' >names
	judge -f "$D/mixed/mesh.yaml" - <names
	expect 2
	[ ! -s "$D/out" ]
	grep -q 'line 1' "$D/err"
	# no line at all is nothing asked for
	judge -f "$D/mixed/mesh.yaml" - </dev/null
	expect 0
	[ ! -s "$D/out" ]
	judge -f "$D/mixed/mesh.yaml" -o json - </dev/null
	expect 0
	jq -e '.items == []' "$D/out"
	judge -f - - <"$D/mixed/mesh.yaml"
	usage_error
	grep -q 'stdin cannot be both' "$D/err"
	judge -f "$D/mixed/mesh.yaml" - - </dev/null
	usage_error
	judge -f - -f - </dev/null
	usage_error
}

# ---- in and out ----

@test "a full disk, a closed stdout, head, a closed stdin" {
	for form in tsv table wide json jsonl classic prom; do
		for m in mixed well; do
			status=0
			kubectl-istio-certverify --at $AT -f "$D/$m/mesh.yaml" \
			    -o $form >/dev/full 2>"$D/err" || status=$?
			echo "$m $form: $status"
			[ $status -eq 2 ]
			[ "$(grep -c '^error: cannot write to stdout: ' "$D/err")" -eq 1 ]
		done
	done
	status=0
	kubectl-istio-certverify --at $AT -f "$D/mixed/mesh.yaml" -o nagios \
	    >/dev/full 2>"$D/err" || status=$?
	[ $status -ge 2 ]
	for what in --help --version '--explain expired' --print-rbac \
	    '--completion bash'; do
		status=0
		# shellcheck disable=SC2086
		kubectl-istio-certverify $what >/dev/full 2>"$D/err" || status=$?
		echo "$what"
		[ $status -eq 2 ]
	done
	status=0
	kubectl-istio-certverify --at $AT -f "$D/mixed/mesh.yaml" >&- \
	    2>"$D/err" || status=$?
	[ $status -eq 2 ]
	[ "$(wc -l <"$D/err")" -eq 1 ]
	kubectl-istio-certverify --at $AT -f "$D/mixed/mesh.yaml" 2>"$D/err" |
	    head -n 1 >"$D/out"
	[ "$(cut -f 3 "$D/out")" = istio-system/istio-security ]
	[ ! -s "$D/err" ]
	judge -f - <&-
	one_line
}

@test "a file that is not there, is empty, or cannot be read; a directory" {
	: >empty
	mkdir d
	for bad in nothing.yaml empty d /proc/self/mem; do
		judge -f "$D/well/mesh.yaml" -f $bad
		echo "$bad: $stderr"
		one_line
	done
	judge -f - </dev/null
	one_line
	judge -f - <.
	one_line
	# (root may read everything)
	cp "$D/well/mesh.yaml" closed.yaml
	chmod 000 closed.yaml
	if ! cat closed.yaml >/dev/null 2>&1; then
		judge -f closed.yaml
		one_line
	fi
}

@test "input that is cut off anywhere is 2, and nothing is judged by half" {
	size=$(wc -c <"$D/mixed/mesh.json")
	for at in 1 2 10 100 1000 5000 $((size / 2)) $((size - 1000)) \
	    $((size - 3)) $((size - 2)); do
		head -c $at "$D/mixed/mesh.json" >cut.json
		judge -f cut.json
		echo "$at: $status $output $stderr"
		one_line
	done
	# a PEM file, within its second block
	first=$(wc -c <"$D/mixed/old.pem")
	for at in 30 100 600; do
		head -c $((first + at)) "$D/mixed/both.pem" >cut.pem
		judge -f cut.pem --root "$D/mixed/root.pem"
		echo "$at: $status $output $stderr"
		expect 2
	done
	# every value of a workload, cut off in base64 and in PEM
	for key in cert-chain.pem root-cert.pem; do
		jq --arg k $key '(.items[] | select(.metadata.name ==
		    "istio.default" and .metadata.namespace == "shop") |
		    .data[$k]) |= .[:-400]' "$D/mixed/mesh.json" >cut.json
		judge -f cut.json
		expect 2
		grep -q '^unknown	secret	shop/istio.default	' "$D/out"
		brief | grep -v '	shop/istio.default	' | diff - \
		    <(records | grep -v '	shop/istio.default	')
		jq --arg k $key '(.items[] | select(.metadata.name ==
		    "istio.default" and .metadata.namespace == "shop") |
		    .data[$k]) |= .[:-399]' "$D/mixed/mesh.json" >cut.json
		judge -f cut.json
		expect 2
		grep -q '^unknown	secret	shop/istio.default	' "$D/out"
	done
	# one broken input among good ones
	echo '{"kind": ' >broken.json
	judge -f "$D/mixed/mesh.yaml" -f broken.json
	one_line
	grep -q 'broken.json: line 2: ' "$D/err"
}

@test "no root: 2, and --root is named; nobody to judge: 2; --allow-empty" {
	jq 'del(.items[] | select(.metadata.name == "istio-ca-secret" or
	    .metadata.name == "istio-security"))' "$D/mixed/mesh.json" >less.json
	judge -f less.json
	expect 2
	[ ! -s "$D/out" ]
	grep -q '^error: no root found.*--root' "$D/err"
	judge -f less.json --allow-empty
	expect 0
	[ ! -s "$D/out" ]
	[ ! -s "$D/err" ]
	jq '.items |= map(select(.metadata.name == "istio-ca-secret"))' \
	    "$D/mixed/mesh.json" >alone.json
	judge -f alone.json
	expect 2
	[ ! -s "$D/out" ]
	grep -q '^error: nothing to judge' "$D/err"
	judge -f alone.json --allow-empty
	expect 0
	echo '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"}}' >none
	judge -f none
	expect 2
	[ "$(wc -l <"$D/err")" -eq 1 ]
	judge -f none --allow-empty
	expect 0
}

# ---- help and the like ----

# "ROLE NAMESPACE|- GROUP RESOURCE NAMES VERBS", sorted
roles() {
	python3 - "$D/out" <<-'E' | sort
	import sys, yaml
	for d in yaml.safe_load_all(open(sys.argv[1])):
	    assert d["apiVersion"] == "rbac.authorization.k8s.io/v1", d
	    assert (d["kind"] == "Role") == ("namespace" in d["metadata"]), d
	    for r in d["rules"]:
	        assert set(r) <= {"apiGroups", "resources", "resourceNames", "verbs"}, r
	        for res in r["resources"]:
	            print(d["metadata"]["name"], d["metadata"].get("namespace", "-"),
	                  r["apiGroups"][0] or "core", res,
	                  ",".join(r.get("resourceNames", [])) or "*",
	                  ",".join(r["verbs"]))
	E
}

@test "--print-rbac: the roles of this very invocation, and nobody is asked" {
	python3 -c 'import yaml' 2>/dev/null || skip "no PyYAML here"
	export KUBECONFIG=/nonexistent
	judge --print-rbac
	expect 0
	roles | cut -d ' ' -f 2- >plain
	grep -qx -- '- core secrets \* list' plain
	grep -qx -- '- core configmaps \* list' plain
	grep -qx -- '- core namespaces \* list' plain
	grep -qx -- '- core serviceaccounts \* list' plain
	grep -q '^istio-system core secrets .*istio-ca-secret.* get$' plain
	# never a right to write, and to watch only where it waits
	run ! grep -vE ' (get|list|get,list)$' plain
	run ! grep -q ' pods \| users \| \* \*' plain
	kubectl-istio-certverify --wait --print-rbac >"$D/out"
	roles | cut -d ' ' -f 2- >wait
	grep -qx -- '- core secrets \* list, *watch' wait
	grep -qx -- '- core configmaps \* list, *watch' wait
	diff <(sed 's/, *watch$//' wait) plain
	# one namespace: no list of all secrets, nor of all service accounts
	judge --print-rbac -n shop
	roles | cut -d ' ' -f 2- >scoped
	grep -qx 'shop core secrets \* list' scoped
	grep -qx 'shop core serviceaccounts \* list' scoped
	run ! grep -q -- '^- core \(secrets\|configmaps\|serviceaccounts\) ' scoped
	# by name
	judge --print-rbac shop/istio.cart cm/bank/istio-ca-root-cert
	roles | cut -d ' ' -f 2- >named
	grep -qx 'shop core secrets istio.cart get' named
	grep -qx 'bank core configmaps istio-ca-root-cert get' named
	run ! grep -qE -- 'core (secrets|configmaps) \* list' named
	judge --print-rbac --root secret/corp/new-root
	roles | grep -q ' corp core secrets new-root get$'
	# two roles of one name in one namespace would undo each other
	for args in '' '-n shop' '-n istio-system' 'shop/a shop/b' \
	    '--root secret/shop/r shop/a' '--root secret/istio-system/r'; do
		# shellcheck disable=SC2086
		judge --print-rbac $args
		awk '/^kind:/ { k = $2 } /^  name:/ { n = $2 }
		    /^  namespace:/ { s = $2 } /^rules:/ { print k, s, n; s = "" }
		    ' "$D/out" >names
		[ "$(wc -l <names)" -eq "$(grep -c '^kind: ' "$D/out")" ]
		[ -z "$(sort names | uniq -d)" ]
	done
	judge --print-rbac -i 'a"b'
	usage_error
	judge --print-rbac -n 'a"b'
	usage_error
}

@test "--explain of every rule, --help, --version, --completion" {
	judge --help
	expect 0
	[ ! -s "$D/err" ]
	rules=$(awk '/^Rules/ { on = 1; next } on { print $2 }' "$D/out")
	for rule in root-not-trusted stale-root chain-invalid go-rejects \
	    openssl-rejects key-mismatch identity-mismatch expired \
	    not-yet-valid expires-soon outlives-issuer expired-twin \
	    trust-missing webhook-stale foreign-ca orphan opted-out \
	    service-account-gone pair-fails envoy-stale-root \
	    envoy-stale-leaf not-asked; do
		grep -qx "$rule" <<<"$rules"
	done
	for flag in --root --warn --wait --timeout --excuse --at --print-rbac; do
		grep -q -- "$flag" "$D/out"
	done
	for rule in $rules; do
		judge --explain "$rule"
		expect 0
		grep -q "^$rule: " "$D/out"
		grep -A1 '^Source:' "$D/out" | grep -q '^  .'
		run ! grep '[{}]' "$D/out"
	done
	judge --explain nonsense
	usage_error
	judge --version
	expect 0
	grep -qE '^kubectl-istio-certverify [0-9]+\.' "$D/out"
	judge --completion bash
	expect 0
	bash -n "$D/out"
	judge --completion kubectl
	expect 0
	PATH=$BIN:$PATH sh "$D/out" --ro >"$D/tab"
	grep -q '^--root	go by ' "$D/tab"
	PATH=$BIN:$PATH sh "$D/out" -o '' >"$D/tab"
	grep -qx classic "$D/tab"
}

@test "usage errors are 2, say what is wrong, and print nothing" {
	for args in --bogus -x '-f' '-o xml' '--root' --summary --min=1.2 \
	    '-f - -f -' '--crit 7d' --apply '--envoy=maybe' 'a/b/c/d'; do
		# shellcheck disable=SC2086
		judge $args -f "$D/mixed/mesh.yaml"
		[ "$args" != -f ] || continue
		echo "$args: $status $stderr"
		usage_error
	done
	KUBECONFIG=/nonexistent HOME=/nonexistent judge
	expect 2
	[ ! -s "$D/out" ]
	grep -q 'no cluster is configured' "$D/err"
	grep -q -- '-f' "$D/err"
	KUBECONFIG=/nonexistent judge -s https://127.0.0.1:1
	expect 2
	[ ! -s "$D/out" ]
	[ "$stderr" = "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?" ]
}

# ---- on a cluster ----

@test "the cluster: protobuf, JSON and files give the same records" {
	judge -f "$D/secrets-v1.20.2.json"
	expect 1
	right recorded
	cp "$D/out" "$D/files"
	check
	expect 1
	[ ! -s "$D/err" ]
	right recorded
	diff "$D/files" "$D/out"
	check --fault json@/
	expect 1
	diff "$D/files" "$D/out"
	export WHAT=$COPIES
	judge -f "$D/configmaps-v1.20.2.json"
	right copies
	check
	expect 1
	right copies
	check --fault json@/
	right copies
}

@test "only GET; five pages of secrets; service accounts only for a finding" {
	check
	run ! grep -qv '^GET	' "$D/log"
	[ "$(grep -c '	/api/v1/secrets?' "$D/log")" -eq 5 ]
	grep '/secrets?' "$D/log" >"$D/some"
	run ! grep -v 'fieldSelector=type%3D' "$D/some"
	grep -q '	/api/v1/serviceaccounts?' "$D/log"
	[ "$(sort "$D/log" | uniq -d | wc -l)" -eq 0 ]
	check -- bank/istio.audit
	expect 0
	run ! grep -q serviceaccounts "$D/log"
	run ! grep -q '/secrets?' "$D/log"
}

# Four runs at once, since most of them wait: every line of stdin is the
# arguments of FUNCTION, which has a $D and a server of its own.
each() {	# FUNCTION
	local dir=$D lane n pids=()
	rm -f "$dir"/lane-*/red
	cat >"$dir/lines"
	for lane in 0 1 2 3; do
		mkdir -p "$dir/lane-$lane"
		ln -sfn "$dir/pki" "$dir/with" "$dir/lane-$lane"
		(
			export D=$dir/lane-$lane
			# bats looks at every command: that takes longest
			trap - DEBUG
			trap 'echo "failed: line $LINENO: $BASH_COMMAND"' ERR
			n=0
			while read -r line; do
				[ $((n++ % 4)) -eq $lane ] || continue
				# not in a condition: that would switch off -e
				# shellcheck disable=SC2086
				(: >"$D/red"; "$1" $line; rm "$D/red") \
				    >"$D/said" 2>&1
				[ ! -e "$D/red" ] || break
			done <"$dir/lines"
		) </dev/null 3>&- &
		pids[lane]=$!
	done
	wait "${pids[@]}" || :
	n=0
	for lane in 0 1 2 3; do
		[ -e "$dir/lane-$lane/red" ] || continue
		n=1
		cat "$dir/lane-$lane/said"
	done
	[ $n -eq 0 ]
}

# Where each page of secrets begins: what only its request holds.
at_secrets() {	# PAGE: what only that page's request holds
	[ "$1" = 1 ] && { echo '/api/v1/secrets?limit=5&fieldSelector'; return; }
	awk '{ print $1 }' "$ANSWERS/index" | grep '^/api/v1/secrets?.*continue' |
	    sort -u | while read -r path; do
		# where it begins orders them
		token=${path##*continue=}
		token=${token%%&*}
		printf '%s\t%s\n' "$(base64 -di <<<"${token//%3D/=}" 2>/dev/null |
		    tr -d '\0' | sed 's/.*"start":"//; s/\\.*//')" "$token"
	done | sort | sed -n "$(($1 - 1))p" | cut -f 2
}

# Records that are not those of the healthy run, or fewer, must be said; who is
# excused may not be known then, and pairs are of those that came.
whole_or_said() {	# recorded|copies
	awk -F'\t' -v status="$status" -v said="${stderr:+1}" '
	FILENAME == ARGV[1] { want[$0]; n++; next }
	$1 == "unknown" { said = 1; next }
	($1 FS $2 FS $3 FS $8 FS $9) in want { got++; next }
	status == 2 && ($2 == "mesh" || $3 == "zoo/istio.gone") { next }
	{ print "not so: " $0; bad = 1 }
	END {
		if (status == 2 ? !said : got != n) bad = 1
		exit bad || status > 2 }' "$BATS_FILE_TMPDIR/$1" "$D/out"
}

passes() {	# FAULT PAGE
	check --fault "$1once@$2"
	echo "$1@$2: $status $stderr"
	expect 1
	right recorded
}

@test "faults that pass, at every page of secrets: the records are right" {
	for n in 1 2 3 4 5; do
		page=$(at_secrets $n)
		[ -n "$page" ]
		printf "%s $page\n" reset cut close 429 429ra1 500 \
		    410 bounce json
	done >lines
	[ "$(sort -u lines | wc -l)" -eq 45 ]
	each passes <lines
}

stays() {	# FAULT PAGE
	check --fault "$1@$2" -- --request-timeout 1s
	echo "$1@$2: $status $output $stderr"
	whole_or_said recorded
	# 403: namespace by namespace
	[ "$status" -eq "$([ "$1" = 403 ] && echo 1 || echo 2)" ]
}

@test "faults that stay, at every page of secrets: 2, and it is said" {
	for n in 1 2 3 4 5; do
		printf "%s $(at_secrets $n)\n" cut 500 502html html wrongkind \
		    wrongname wrongitem garbage empty redirect 403 404text 410 \
		    repeat toolong
	done >lines
	each stays <lines
}

excuses() {	# FAULT PAGE
	check --fault "$1@$2" -- --request-timeout 1s
	echo "$1@$2: $status $output $stderr"
	expect 2
	grep -q '^unknown	serviceaccount	\*	' "$D/out"
	# who is not among those that came may be among those that did not
	brief | grep -v '^unknown\|	zoo/istio.gone	' |
	    diff <(recorded | grep -v '	zoo/istio.gone	') -
	grep -q '^bad	secret	zoo/istio.gone	' "$D/out"
}

@test "a list of service accounts that broke off excuses nobody" {
	{
		echo '/api/v1/serviceaccounts?limit=5	'
		awk '{ print $1 }' "$ANSWERS/index" | sort -u |
		    sed -n 's/^.api.v1.serviceaccounts?.*\(continue=.*\)/\1/p'
	} >pages
	[ "$(wc -l <pages)" -ge 4 ]
	for fault in 403 cut 500 wrongitem; do
		while read -r page; do
			echo "$fault $page"
		done <pages
	done >lines
	each excuses <lines
}

comes() {	# FAULT NUMBER
	check --fault "$1@$2" -- --request-timeout 1s
	echo "$1@$2: $status $output $stderr"
	whole_or_said recorded
}

@test "a fault at whichever request: whole, or 2 and said" {
	check
	lines=$(wc -l <"$D/log")
	[ "$lines" -ge 20 ]
	for fault in cut 403 wrongkind; do
		for ((n = 1; n <= lines; n++)); do
			echo "$fault $n"
		done
	done >lines
	each comes <lines
}

lacks() {	# FAULT PATH|NUMBER
	check --fault "$1@$2" -- --request-timeout 1s
	echo "$1@$2: $status $output $stderr"
	whole_or_said copies
	case $2 in
	*continue*|*configmaps*)
		[ "$status" -eq 2 ]
		grep -qE '^unknown	configmap	\*	' "$D/out"
		run ! grep -q trust-missing "$D/out"
		;;
	esac
}

@test "a list of copies that broke off: nobody is said to lack one" {
	export WHAT=$COPIES
	check
	pages=$(awk '{ print $1 }' "$COPIES/index" | sort -u |
	    sed -n 's/^.api.v1.configmaps?.*\(continue=[^&]*\).*/\1/p')
	[ "$(wc -w <<<"$pages")" -eq 2 ]
	for fault in cut 500 403 garbage html repeat wrongitem 410; do
		for page in $pages '/api/v1/configmaps?'; do
			echo "$fault $page"
		done
	done >lines
	for ((n = $(wc -l <"$D/log"); n > 0; n--)); do
		echo "403 $n"
	done >>lines
	each lacks <lines
}

@test "a list that names itself as its next page ends" {
	check --fault 'repeat@/api/v1/secrets?'
	[ "$status" -eq 2 ]
	grep -q '^unknown	secret	\*.*repeats a continue token' "$D/out"
	[ "$(wc -l <"$D/log")" -lt 50 ]
}

@test "a byte a second ends in the time that was given" {
	for what in '/api/v1/secrets?' /istio-ca-secret '/api/v1/namespaces?'; do
		check --fault "slow@$what" -- --request-timeout 1s
		expect 2
		grep -q 'no progress' "$D/out" "$D/err"
	done
}

@test "who may not list all secrets is shown each namespace's" {
	check --fault '403@/api/v1/secrets?'
	expect 1
	right recorded
	[ ! -s "$D/err" ]
	# one of them refused, too: one record, and the rest goes on
	check --fault '403@/api/v1/secrets?' --fault '403@/namespaces/bank/secrets?'
	expect 2
	[ "$(grep -c '^unknown' "$D/out")" -eq 1 ]
	grep -q '^unknown	secret	bank/\*	.*Forbidden' "$D/out"
	brief | grep -v '^unknown' | diff <(recorded | grep -v '	bank/') -
	# a page in the middle of one
	check --fault '403@/api/v1/secrets?' \
	    --fault 'cut@continue=' -- --request-timeout 1s
	expect 2
	# nor the namespaces
	check --fault '403@/api/v1/secrets?' --fault '403@/api/v1/namespaces?'
	expect 2
	grep -q '^unknown	secret	\*	.*Forbidden' "$D/out"
	grep -q '^unknown	namespace	\*	.*Forbidden' "$D/out"
	run ! grep -q '	workload	' "$D/out"
}

@test "rights taken away one by one: each is unknown, and 2" {
	while read -r path record; do
		check --fault "403@$path"
		echo "$path: $status $output $stderr"
		expect 2
		grep "^unknown	${record/ /	}" "$D/out" | grep -q Forbidden
		grep -q '^bad	secret	shop/istio.stale	' "$D/out"
	done <<-E
	/api/v1/configmaps? configmap \\*
	/api/v1/namespaces? namespace \\*
	/api/v1/serviceaccounts? serviceaccount \\*
	/mutatingwebhookconfigurations mutatingwebhookconfiguration \\*
	/validatingwebhookconfigurations validatingwebhookconfiguration \\*
	/deployments deployment istio-system/\\*
	/configmaps/istio-security configmap istio-system/istio-security
	/secrets/istiod-tls secret istio-system/istiod-tls
	/clustertrustbundles clustertrustbundle
	E
	# of the CA's own secrets, what is in force hangs on them
	for name in cacerts istio-ca-secret; do
		check --fault "403@/secrets/$name"
		echo "$name: $status $output $stderr"
		expect 2
		grep -q "^unknown	secret	istio-system/$name	.*Forbidden" \
		    "$D/out" "$D/err"
	done
	# accounts are asked for only where there is a finding
	check --fault 403@serviceaccounts -- bank/istio.audit
	expect 0
	check --fault 403@/
	expect 2
	run ! grep -v '^unknown' "$D/out"
}

@test "a Secret's Status is not repeated" {
	check --fault 403@secrets -- -v 10
	expect 2
	run ! grep -q SECRETWORD "$D/out" "$D/err"
	check --fault 403@/configmaps/
	grep -q SECRETWORD "$D/out"
}

@test "401: one line, no record" {
	refused() {
		served "$ANSWERS" kubectl-istio-certverify --at "$AT" :: \
		    --accept-token other -- "$@"
	}
	refused
	expect 2
	[ ! -s "$D/out" ]
	[ "$stderr" = "error: You must be logged in to the server (Unauthorized)" ]
	refused -o prom
	expect 2
	[ ! -s "$D/out" ]
	refused -o nagios
	expect 3
	[[ "$output" == "CERTVERIFY UNKNOWN - "* ]]
}

@test "the cluster: by name, -n, -l, --root secret/NS/NAME" {
	check -- shop/istio.stale bank/istio.audit
	expect 1
	cut -f 1,3,9 "$D/out" | head -n 2 | tr '\t' ' ' | diff - <(cat <<-E
	ok bank/istio.audit -
	bad shop/istio.stale root-not-trusted
	E
	)
	check -- shop/nobody bank/istio.audit
	expect 2
	grep -q '^unknown	secret	shop/nobody	.*NotFound' "$D/out"
	grep -q '^ok	secret	bank/istio.audit	' "$D/out"
	check
	grep ^bad "$D/out" >bad
	check -- - <bad
	expect 1
	grep -v '	mesh	' "$D/out" | diff bad -
	check -- -n shop
	expect 1
	[ "$stderr" = 'judged 1 of 8 namespaces' ]
	brief | diff <(recorded | grep '	shop/\|	mesh	\|webhook') - ||
	    brief | diff <(recorded | grep '	shop/\|	mesh	') - ||
	    brief | diff <(recorded | grep '	shop/') -
	check -- -l app=ui
	grep -q '^GET	/api/v1/secrets?limit=5&labelSelector=app%3Dui&' "$D/log"
	grep '	workload	' "$D/out" | cut -f 3 | diff - <(echo shop/istio.ui)
	check -- --root secret/shop/istio.stale
	expect 1
	grep -q '^ok	secret	shop/istio.stale	' "$D/out"
	[ "$(grep -c 'root-not-trusted' "$D/out")" -ge 20 ]
	check -- --root secret/shop/nobody
	expect 2
	[ ! -s "$D/out" ]
	grep -q -- --root "$D/err"
	check --fault 403@/secrets/istio.stale -- --root secret/shop/istio.stale
	expect 2
	grep -q Forbidden "$D/out" "$D/err"
}

@test "the cluster: a copy of the root by name" {
	WHAT=$COPIES check -- cm/bank/istio-ca-root-cert
	expect 1
	brief | diff <(copies | grep '	bank/') -
	WHAT=$COPIES check -- cm/zoo/istio-ca-root-cert
	expect 1
	brief | diff <(copies | grep '	zoo/') -
}

@test "the cluster: an empty stdin asks nobody" {
	check -- - </dev/null
	expect 0
	[ ! -s "$D/out" ]
	[ ! -s "$D/log" ]
	KUBECONFIG=/nonexistent judge -s https://127.0.0.1:1 - </dev/null
	expect 0
	[ ! -s "$D/out" ]
}

@test "classic on a cluster: namespaces that have no secret, too" {
	check -- -o classic
	expect 1
	for ns in bank default istio-system kube-node-lease kube-public \
	    kube-system shop zoo; do
		echo "Checking namespace: $ns"
	done | diff - <(grep ^Checking "$D/out")
	sed -n 2p "$D/out" | diff - <(echo "Root cert MD5 is $(jq -r '.items[] |
	    select(.metadata.name == "istio-ca-secret") |
	    .data["ca-cert.pem"]' "$D/secrets-v1.20.2.json" | md5sum |
	    cut -d ' ' -f 1)")
	tail -n 3 "$D/out" | diff - <(printf '%s\n' \
	    '=====The following secrets do not match current root: =====' \
	    shop.istio.stale '')
}

@test "-v: requests at 6; at no level a token" {
	for v in 6 9 10; do
		check -- -v $v
		expect 1
		grep -q '^GET https://127.0.0.1:.*/api/v1/secrets?limit=5&fieldSelector=.* 200 in ' "$D/err"
		run ! grep -q the-token "$D/out" "$D/err"
	done
	judge -f "$D/mixed/mesh.yaml" -v 9
	right
}

# ---- --wait, on a file of objects that changes under it ----

# two secrets that hold the old root, and then the new one
waits() {
	[ ! -e "$D/before" ] || return 0
	local ca who now
	ca=$(ca)
	# one second for both: the root is to be the same
	now=$(date -u +%FT%TZ)
	for who in before:old after:root; do
		AT=$now mesh ${who%:*} <<-E
		cert root
		cert old key=k5
		$ca
		account shop/a
		account shop/b
		workload shop/a issuer=root root=${who#*:}
		workload shop/b issuer=root root=${who#*:}
		workload shop/c issuer=root root=root
		E
	done
	# half of them: what is called a
	jq --slurpfile b "$D/after/mesh.json" '.items |= map(
	    if .metadata.name == "istio.a" then .metadata as $m |
	    first($b[0].items[] | select(.metadata.name == $m.name and
	    .metadata.namespace == $m.namespace)) else . end)' \
	    "$D/before/mesh.json" >"$D/half.json"
	cat >"$D/wait" <<-'E'
	#!/bin/bash
	# certverify --wait, while live.json becomes FILE... : ARGS... -- FILE...
	args=()
	while [ "$1" != -- ]; do
		args+=("$1")
		shift
	done
	shift
	kubectl-istio-certverify --wait -v 6 "${args[@]}" &
	for ((i = 0; i < 100; i++)); do
		! grep -q 'secrets?watch=1' "$D/log" || break
		sleep 0.1
	done
	for file; do
		sleep 0.7
		cp "$file" "$D/next.json"
		mv "$D/next.json" "$D/live.json"
	done
	wait $!
	E
}

# certverify --wait, of live.json: SERVER-OPTIONS... -- ARGS... -- FILE...
wait_for() {
	local server=()
	while [ "$1" != -- ]; do
		server+=("$1")
		shift
	done
	shift
	waits
	cp "${FIRST:-$D/before/mesh.json}" "$D/live.json"
	: >"$D/log"
	status=0
	SECONDS=0
	"$SERVER" --dir "$D/pki" --objects "$D/live.json" --log "$D/log" \
	    "${server[@]}" -- "$D/with" bash "$D/wait" "$@" \
	    >"$D/out" 2>"$D/err" || status=$?
	keep
}

# it ended because all was well, and not because of --timeout 20s
all_well() {
	expect 0
	[ $SECONDS -lt 15 ]
	run ! grep -v '^ok' "$D/out"
}

@test "--wait ends once the last one is in order, and lists no more than twice" {
	wait_for -- --timeout 20s -- "$D/half.json" "$D/after/mesh.json"
	all_well
	[ "$(grep -c '	workload	' "$D/out")" -eq 3 ]
	# the server has seen each list twice: before it waited, and for what counts
	[ "$(grep -c '/api/v1/secrets?limit=' "$D/log")" -eq 2 ]
	for what in api/v1/secrets api/v1/configmaps \
	    api/v1/namespaces/istio-system/secrets; do
		grep -q "GET	/$what?watch=1" "$D/log"
	done
}

@test "--wait: half of them is not all: it ends with what is left, and says so" {
	waits
	wait_for -- --timeout 5s -- "$D/half.json"
	expect 1
	grep -q 'waited 5 s without progress: 1 still stale' "$D/err"
	grep -q '^bad	secret	shop/istio.b	' "$D/out"
	run ! grep '^bad	.*shop/istio.a	' "$D/out"
}

@test "--wait: who is deleted is not waited for" {
	waits
	jq 'del(.items[] | select(.metadata.name == "istio.b"))' \
	    "$D/after/mesh.json" >"$D/gone.json"
	wait_for -- --timeout 20s -- "$D/half.json" "$D/gone.json"
	all_well
	run ! grep -q istio.b "$D/out"
	[ "$(grep -c '/api/v1/secrets?limit=' "$D/log")" -eq 2 ]
}

@test "--wait: the CA's secret changes: everything is read again" {
	waits
	jq '(.items[] | select(.metadata.name == "istio-ca-secret") |
	    .metadata.labels) = {a: "b"}' "$D/half.json" >"$D/ca.json"
	wait_for -- --timeout 20s -- "$D/ca.json" "$D/after/mesh.json"
	all_well
	[ "$(grep -c '/api/v1/secrets?limit=' "$D/log")" -eq 3 ]
}

@test "--wait: watches that end, break off, or are refused half-way" {
	waits
	for fault in ends breaks 410event 500event garbled 503 410 redirect; do
		wait_for --fault "${fault}once@/secrets?watch=1" \
		    -- --timeout 20s -- "$D/half.json" "$D/after/mesh.json"
		echo "$fault"
		all_well
		case $fault in
		410*|garbled|redirect) grep -q '^listing secrets again: ' "$D/err" ;;
		*) grep -q '^watching secrets again in [0-9]* ms: ' "$D/err" ;;
		esac
	done
	# no right to watch is an error, and not waited out
	wait_for --fault "403@/api/v1/secrets?watch=1" -- --timeout 20s --
	expect 2
	grep -qi forbidden "$D/err"
}

@test "--wait: new credentials in the middle of it" {
	waits
	exec_entry
	wait_for --fault "401once@/secrets?watch=1" -- --timeout 20s -- \
	    "$D/half.json" "$D/after/mesh.json"
	all_well
	[ "$(wc -l <"$D/runs")" -eq 2 ]
}

@test "--wait: copies of istiod's root, one old, one missing, one that goes" {
	AT=now mesh istiodcopies <<-E
	istiod 1.24.3
	cert root
	cert old key=k5
	$(ca)
	configmap istio-system/istio-ca-root-cert root-cert.pem=root
	configmap shop/istio-ca-root-cert root-cert.pem=old
	configmap bank/istio-ca-root-cert root-cert.pem=root
	namespace istio-system
	namespace shop
	namespace bank
	namespace zoo
	E
	# shop's is well now, and zoo has one; but bank's is gone; and then not
	jq '(first(.items[] | select(.kind == "ConfigMap" and
	    .metadata.namespace == "bank"))) as $good |
	    .items |= map(if .kind == "ConfigMap" and
	    .metadata.namespace == "shop" then .data = $good.data else . end) +
	    [$good | .metadata.namespace = "zoo"]' "$D/istiodcopies/mesh.json" \
	    >"$D/well.json"
	jq 'del(.items[] | select(.kind == "ConfigMap" and
	    .metadata.namespace == "bank"))' "$D/well.json" >"$D/gone.json"
	jq 'del(.items[] | select(.kind == "ConfigMap" and
	    .metadata.namespace == "zoo"))' "$D/gone.json" >"$D/first.json"
	FIRST=$D/istiodcopies/mesh.json wait_for -- --timeout 20s -- \
	    "$D/first.json" "$D/gone.json" "$D/well.json"
	all_well
	[ "$(grep -c '	trust	' "$D/out")" -eq 4 ]
	FIRST=$D/istiodcopies/mesh.json wait_for -- --timeout 5s -- "$D/gone.json"
	expect 1
	grep -q '^bad	configmap	bank/istio-ca-root-cert	.*	trust-missing	' \
	    "$D/out"
	[ "$(grep -c '^bad' "$D/out")" -eq 1 ]
}

# ---- what istiod's own environment says ----

@test "a revision's configuration, a renamed root's ConfigMap, and a broken one" {
	local label='meta="labels":\s{"istio.io/config":\s"true"}'
	mesh revision <<-E
	istiod 1.24.3 REVISION=canary PILOT_CA_CERT_CONFIGMAP=our-root
	cert root
	cert old key=k5
	$(ca)
	configmap istio-system/our-root $label root-cert.pem=root
	configmap shop/our-root $label root-cert.pem=old
	configmap istio-system/istio-canary mesh=text:{[
	E
	: >"$D/log"
	for tool in certverify rootcheck; do
		status=0
		"$SERVER" --dir "$D/pki" --objects "$D/revision/mesh.json" \
		    --log "$D/log" -- "$D/with" kubectl-istio-$tool \
		    --at "$AT" >"$D/out" 2>"$D/err" || status=$?
		keep
		echo $tool
		cat "$D/out"
		expect 2
		# its mesh configuration cannot be read, and that is said
		grep -q '^unknown	configmap	istio-system/istio-canary	' "$D/out"
		grep -q '^[a-z]*	configmap	istio-system/our-root	' "$D/out"
		case $tool in
		certverify) grep -q '^bad	configmap	shop/our-root	.*	root-not-trusted	' \
		    "$D/out" ;;
		esac
	done
}

@test "a namespace without a name is no namespace, and is said" {
	mesh nameless <<-E
	istiod 1.24.3
	cert root
	$(ca)
	configmap shop/istio-ca-root-cert root-cert.pem=root
	json {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ""}}
	E
	status=0
	"$SERVER" --dir "$D/pki" --objects "$D/nameless/mesh.json" \
	    -- "$D/with" kubectl-istio-certverify --at "$AT" \
	    >"$D/out" 2>"$D/err" || status=$?
	keep
	cat "$D/out" "$D/err"
	expect 2
	grep -q '^unknown	.*metadata.name is missing or no legal name' "$D/out"
	grep -q '^ok	configmap	shop/' "$D/out"
}

# ---- keys ----

@test "no key ever shows, in any output of all these runs" {
	[ "$(wc -c <"$EVERY")" -gt 100000 ]
	{
		# the lines of every key, and pieces of them as a Secret has them
		jq -r '.items[] | select(.kind == "Secret") | .data // {} |
		    to_entries[] | select(.key | test("key.pem$")) | .value' \
		    "$D"/*/mesh.json "$D"/*-v1.20.2.json | sort -u >"$D/keys"
		while read -r key; do
			[ -n "$key" ] || continue
			base64 -di <<<"$key" | grep -v -- ----- | grep '.\{20\}' || :
			tail -c +60 <<<"$key" | grep -o '.\{32\}'
		done <"$D/keys"
		cat "$MKMESH_KEYS"/*.pem | grep -v -- ----- | grep '.\{20\}'
		echo 'PRIVATE KEY-----'
	} | sort -u >"$D/words"
	[ "$(wc -l <"$D/keys")" -ge 6 ]
	[ "$(wc -l <"$D/words")" -gt 300 ]
	# these are words that would be found
	grep -qFf "$D/words" "$D/mixed/mesh.yaml"
	grep -qaFf "$D/words" "$D/mixed/key.pem"
	run ! grep -aFf "$D/words" "$EVERY"
}
