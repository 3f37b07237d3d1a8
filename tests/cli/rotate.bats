#!/usr/bin/env bats
# rotate as a filter: the CA's secret in, the same with a new root out.  The
# tool is never in a pipe where its exit status counts.  All that it ever says
# on stderr is kept in $EVERY, and the last test looks for keys in it.

bats_require_minimum_version 1.5.0

setup_file() {
	export D=$BATS_FILE_TMPDIR KIND
	export EVERY=$D/every
	PATH=$BIN:$PATH
	cd "$D" || return
	mkdir go
	cat >go/spec <<-E
	at now
	cert root subject=O=cluster.local ski=none from=-336d to=+29d
	cert rsaski subject=O=cluster.local ski=sha1 from=-336d to=+29d
	cert ec key=e1 subject=O=cluster.local ski=none from=-336d to=+29d
	cert ecski key=e1 subject=O=cluster.local ski=sha1 from=-336d to=+29d
	cert long subject=O=cluster.local ski=none from=-336d to=+3000d
	cert young subject=O=cluster.local ski=none from=-1d to=+1d
	cert ended subject=O=cluster.local ski=none from=-366d to=-1d
	cert later subject=O=cluster.local ski=none from=+1d to=+29d
	cert weak key=s1 subject=O=cluster.local ski=none from=-336d to=+29d
	cert pins aki=pins from=-336d to=+29d
	cert noca ca=no from=-336d to=+29d
	cert child issuer=root by=k1 key=k5 subject=CN=child to=+29d
	$(for n in root rsaski ec ecski long young ended later weak pins noca child; do
		echo "pem $n.pem $n"
	done)
	E
	"$MKMESH" go/spec go || return
	# and as openssl makes them: UTF8String, keyUsage only with a SKI
	mkdir openssl
	local n key ski ku
	for n in root:k1:none rsaski:k1:hash ec:e1:none ecski:e1:hash; do
		IFS=: read -r n key ski <<<"$n"
		ku=
		[ $ski = none ] || ku="keyUsage = critical,keyCertSign,cRLSign"
		cat >openssl/$n.cnf <<-E
		[req]
		distinguished_name = dn
		x509_extensions = ext
		[dn]
		[ext]
		basicConstraints = critical,CA:TRUE
		subjectKeyIdentifier = $ski
		authorityKeyIdentifier = none
		$ku
		E
		openssl req -x509 -new -key "$MKMESH_KEYS/$key.pem" -days 29 \
		    -subj /O=cluster.local -config openssl/$n.cnf \
		    -out openssl/$n.pem || return
	done
	openssl genrsa -out leaf.key 2048 2>/dev/null
	manifest go/root.pem k1 >secret.json
	yaml <secret.json >secret.yaml
}

setup() {
	PATH=$BIN:$PATH
	cd "$BATS_TEST_TMPDIR"
	unset KUBECONFIG
	export HOME=$PWD
}

# As kubectl get -o json has it: CERT KEY [JQ].
manifest() {
	jq -cn --rawfile cert "$1" --rawfile key "$MKMESH_KEYS/$2.pem" '
	{apiVersion: "v1", data: {"ca-cert.pem": ($cert | @base64),
	"ca-key.pem": ($key | @base64), "cert-chain.pem": "", "key.pem": "",
	"root-cert.pem": ""}, kind: "Secret", metadata: {annotations:
	{"example.com/note": "kept \u00fc\t\"\\ \u2028"}, creationTimestamp:
	"2025-12-27T00:00:00Z", labels: {a: "b"}, name: "istio-ca-secret",
	namespace: "istio-system", resourceVersion: "4711",
	uid: "11111111-2222-3333-4444-555555555555"},
	type: "istio.io/ca-root"}'" | ${3:-.}"
}

# As kubectl get -o yaml has it: keys in order.
yaml() {
	jq -r 'def tojson2: tojson | gsub("\u2028"; "\\L"); to_entries[] | if .value | type == "object" then "\(.key):",
	    (.value | to_entries[] | if .value | type == "object" then
	    "  \(.key):", (.value | to_entries[] | "    \(.key): \(.value |
	    tojson2)") elif .value | type == "string" and test("^[A-Za-z][^ ]*$")
	    then "  \(.key): \(.value)" else "  \(.key): \(.value | tojson)"
	    end) else "\(.key): \(.value)" end'
}

# stdin is what is filtered; out and err, status
filter() {	# [ARG...]
	status=0
	kubectl-istio-rotate -f - "$@" >out 2>err || status=$?
	cat err >>"$EVERY"
}

expect() {	# STATUS
	[ "$status" -eq "$1" ] || {
		echo "exit status $status, want $1"
		cat err
		return 1
	}
}

# 2, nothing on stdout, and one line on stderr that says it.
refused() {	# REGEX
	expect 2
	[ ! -s out ]
	[ "$(wc -l <err)" -eq 1 ]
	grep -qE "^error: .*($1)" err || {
		cat err
		return 1
	}
}

# It came out, with another root; new.pem and old.pem.
rotated() {	# IN
	expect 0
	[ "$(wc -l <out)" -eq 1 ]
	jq -j '.data["ca-cert.pem"] | @base64d' out >new.pem
	jq -j '.data["ca-cert.pem"] | @base64d' "$1" >old.pem
	run ! cmp -s new.pem old.pem
	grep -q 'signed anew' err
	grep -q 'not done: a backup, restarts .*, verification' err
}

# Handed on: the same value, and a word.
as_it_came() {	# IN
	expect 0
	diff <(jq -S . "$1") <(jq -S . out)
	grep -qE "$2" err
}

# The bytes of subject, issuer and key of a certificate, in files.
parts() {	# PEM PREFIX
	local nth at
	for nth in issuer:2 subject:4 key:5; do
		at=$(openssl asn1parse -in "$1" | awk -F: -v n="${nth#*:}" '
		    /d=2 .*cons: SEQUENCE/ && ++k == n { print $1 + 0 }')
		openssl asn1parse -in "$1" -strparse "$at" -noout \
		    -out "$2.${nth%:*}"
		[ -s "$2.${nth%:*}" ]
	done
}

# A certificate of a workload: CERT KEY >PEM
leaf() {
	openssl req -new -key "$D/leaf.key" -subj / |
	    openssl x509 -req -CA "$1" -CAkey "$MKMESH_KEYS/$2.pem" \
	    -set_serial 7 -days 20 2>/dev/null
}

accepts() {	# ROOT LEAF
	[ "$(openssl verify -x509_strict -CAfile "$1" "$2" 2>&1)" = "$2: OK" ] ||
	    [ "$(openssl verify -CAfile "$1" "$2" 2>&1)" = "$2: OK" ]
}

@test "roots of Go and of openssl, with and without SKI, RSA and EC" {
	local made n key type
	for made in go openssl; do
		type=PRINTABLESTRING
		[ $made = go ] || type=UTF8STRING
		for n in root rsaski ec ecski; do
			echo "$made $n"
			key=k1
			[ ${n#ec} = "$n" ] || key=e1
			manifest "$D/$made/$n.pem" $key >in.json
			filter <in.json
			rotated in.json
			parts old.pem old
			parts new.pem new
			cmp old.subject new.subject
			cmp old.subject new.issuer
			cmp old.key new.key
			openssl asn1parse -in new.pem |
			    grep -q "$type *:cluster.local"
			# absent if it was absent
			diff <(openssl x509 -in old.pem -noout -ext \
			    subjectKeyIdentifier,basicConstraints 2>&1) \
			    <(openssl x509 -in new.pem -noout -ext \
			    subjectKeyIdentifier,basicConstraints 2>&1)
			run -0 openssl x509 -in new.pem -noout -text
			[[ "$output" != *"Authority Key Identifier"* ]]
			[[ "$output" == *"Key Usage: critical"*"Certificate Sign"* ]]
			# old leaves under the new root, and new under the old
			leaf old.pem $key >by-old.pem
			leaf new.pem $key >by-new.pem
			accepts new.pem by-old.pem
			accepts old.pem by-new.pem
		done
	done
}

@test "a new root: ten years, a day back, another serial, PEM as Go writes it" {
	local now end start
	now=$(date +%s)
	filter <"$D/secret.json"
	rotated "$D/secret.json"
	end=$(date +%s -d "$(openssl x509 -in new.pem -noout -enddate | cut -d= -f2)")
	start=$(date +%s -d "$(openssl x509 -in new.pem -noout -startdate | cut -d= -f2)")
	[ $((end - now)) -ge $((3650 * 86400)) ]
	[ $((end - now)) -le $((3650 * 86400 + 60)) ]
	[ $((now - start)) -le $((86400)) ]
	[ $((now - start)) -ge $((86400 - 60)) ]
	openssl x509 -in new.pem -noout -serial >new.serial
	run ! grep -qx "$(openssl x509 -in old.pem -noout -serial)" new.serial
	[ "$(head -n 1 new.pem)" = "-----BEGIN CERTIFICATE-----" ]
	[ "$(tail -n 1 new.pem)" = "-----END CERTIFICATE-----" ]
	[ "$(sed '1d;$d' new.pem | sed '$d' | awk 'length != 64' | wc -l)" -eq 0 ]
	run ! grep -q $'\r' new.pem
	[ "$(tail -c 1 new.pem | od -An -tx1)" = " 0a" ]
	# what is said is what it is
	grep -q "SHA256 $(openssl x509 -in new.pem -outform DER |
	    sha256sum | cut -c 1-64)\$" err
	# the same again is another one
	filter <"$D/secret.json"
	run ! cmp -s new.pem <(jq -j '.data["ca-cert.pem"] | @base64d' out)
}

@test "nothing else changes: keys, metadata, types; YAML and JSON are alike" {
	local in
	for in in "$D/secret.json" "$D/secret.yaml"; do
		filter <"$in"
		rotated "$D/secret.json"
		diff <(jq -S 'del(.data["ca-cert.pem"])' "$D/secret.json") \
		    <(jq -S 'del(.data["ca-cert.pem"])' out)
		[ "$(jq -r .metadata.resourceVersion out)" = 4711 ]
	done
	# as a List, too, which kubectl get with a selector writes
	jq '{apiVersion: "v1", kind: "List", items: [.]}' "$D/secret.json" >in
	filter <in
	rotated "$D/secret.json"
	# a file by its name
	status=0
	kubectl-istio-rotate -f "$D/secret.yaml" >out 2>err || status=$?
	rotated "$D/secret.json"
	# istiod's own cacerts is a self-signed CA's secret, too
	manifest "$D/go/root.pem" k1 '.metadata.name = "cacerts"
	    | .data["istio-generated"] = ""' >in.json
	filter <in.json
	rotated in.json
}

@test "root-cert.pem is rewritten where it holds something, and only there" {
	manifest "$D/go/root.pem" k1 '
	    .data["root-cert.pem"] = .data["ca-cert.pem"]' >in.json
	filter <in.json
	rotated in.json
	jq -e '.data["root-cert.pem"] == .data["ca-cert.pem"]' out
	# the first root, which stays there for ever otherwise
	manifest "$D/go/root.pem" k1 >in.json
	jq -c --rawfile old "$D/go/ended.pem" \
	    '.data["root-cert.pem"] = ($old | @base64)' in.json >in2.json
	filter <in2.json
	rotated in2.json
	jq -e '.data["root-cert.pem"] == .data["ca-cert.pem"]' out
	filter <in.json
	jq -e '.data["root-cert.pem"] == ""' out
	jq -c 'del(.data["root-cert.pem"])' in.json >in2.json
	filter <in2.json
	rotated in2.json
	jq -e '.data | has("root-cert.pem") | not' out
}

@test "the input cut at every byte: 2 and nothing, or a manifest with its key" {
	local key step=${ASAN_OPTIONS:+7} in
	key=$(jq -r '.data["ca-key.pem"]' "$D/secret.json")
	jq -r '"kind: Secret\napiVersion: v1\nmetadata: " +
	    (.metadata | tojson) + "\ntype: \(.type)\ndata:",
	    (.data | to_entries[] | "  \(.key): \(.value | tojson)")' \
	    "$D/secret.json" >last.yaml
	filter <last.yaml
	expect 0
	for in in "$D/secret.json" "$D/secret.yaml" last.yaml; do
		"$ROTATECUT" "$in" "$key" "${step:-1}" >whole 2>err ||
		    { cat err; return 1; }
		cat err >>"$EVERY"
		tail -n 1 err
		[ "$(tail -n 1 err | cut -d' ' -f1)" -gt 500 ]
		# kubectl's: but for the newline, all or nothing
		[ "$in" = last.yaml ] || [ "$(wc -l <whole)" -le 1 ]
		# whatever came out is one document with all that it takes
		jq -e --arg key "$key" -s 'all(.[]; .kind == "Secret" and
		    .data["ca-key.pem"] == $key and
		    .metadata.name == "istio-ca-secret" and
		    .metadata.namespace == "istio-system" and
		    (.metadata.resourceVersion | test("^[1-9][0-9]*$")))' whole
		jq -r '.data["ca-cert.pem"]' whole | sort -u | head -n 3 |
		    while read -r cert; do
			base64 -d <<<"$cert" | openssl x509 -noout -pubkey |
			    cmp - <(openssl pkey -in "$MKMESH_KEYS/k1.pem" -pubout)
		done
	done
}

@test "no resourceVersion to hold it by: refused" {
	local rv
	for rv in 'del(.metadata.resourceVersion)' \
	    '.metadata.resourceVersion = "0"' '.metadata.resourceVersion = ""' \
	    '.metadata.resourceVersion = "abc"' \
	    '.metadata.resourceVersion = "47x"' \
	    '.metadata.resourceVersion = "-1"' \
	    '.metadata.resourceVersion = "007"' \
	    '.metadata.resourceVersion = null' \
	    '.metadata.resourceVersion = 4711'; do
		echo "$rv"
		manifest "$D/go/root.pem" k1 "$rv" >in
		filter <in
		refused resourceVersion
		yaml <in >in.yaml
		filter <in.yaml
		refused resourceVersion
	done
}

@test "exactly one CA secret, and nothing beside it" {
	cat "$D/secret.yaml" >two
	echo --- >>two
	cat "$D/secret.yaml" >>two
	filter <two
	refused "more than one CA secret"
	jq -c '{apiVersion: "v1", kind: "List", items: [., .]}' \
	    "$D/secret.json" >two
	filter <two
	refused "more than one CA secret"
	for other in '{kind: "ConfigMap", apiVersion: "v1", metadata: {name: "x"}}' \
	    '(.metadata.name = "other")' '(.kind = "ConfigMap")'; do
		jq -c "{apiVersion: \"v1\", kind: \"List\", items: [., $other]}" \
		    "$D/secret.json" >two
		filter <two
		refused "something else"
	done
	jq -c '.metadata.name = "other"' "$D/secret.json" >in
	filter <in
	refused "something else|no CA secret"
	jq -c '.stringData = {"ca-key.pem": "x"}' "$D/secret.json" >in
	filter <in
	refused stringData
	for type in null '""' '"istio.io/ca-roo"' '"kubernetes.io/tls"'; do
		jq -c ".type = $type" "$D/secret.json" >in
		filter <in
		refused "is that all of it"
	done
	jq -c '.type = "Opaque"' "$D/secret.json" >in
	filter <in
	rotated in
	for in in '' '{}' '{"kind": "List", "apiVersion": "v1", "items": []}' \
	    '---' '[]' 'null' '{"kind": "List", "items": [7]}' '- 7'; do
		echo "$in"
		printf '%s' "$in" >in
		filter <in
		expect 2
		[ ! -s out ]
		[ "$(wc -l <err)" -eq 1 ]
	done
	filter <&-
	expect 2
	[ ! -s out ]
	head -c 5000000 /dev/zero | tr '\0' ' ' >in
	filter <in
	refused "4194304|limit|longer|more than"
}

@test "what cannot be signed anew is refused, and says why" {
	manifest "$D/go/root.pem" k1 'del(.data["ca-key.pem"])' >in
	filter <in
	refused "key is not there"
	manifest "$D/go/root.pem" k1 '.data["ca-key.pem"] = ""' >in
	filter <in
	refused "key is not there"
	manifest "$D/go/root.pem" k5 >in
	filter <in
	refused "not the one of its certificate"
	manifest "$D/go/root.pem" k1 '.data["ca-key.pem"] |= .[:1000]' >in
	filter <in
	refused "key"
	manifest "$D/go/root.pem" k1 '.data["ca-key.pem"] |= .[:1001]' >in
	filter <in
	refused "ca-key.pem"
	manifest "$D/go/root.pem" k1 '.data["ca-cert.pem"] = ""' >in
	filter <in
	refused "holds no certificate"
	manifest "$D/go/root.pem" k1 '.data = null' >in
	filter <in
	refused "holds no certificate"
	manifest "$D/go/root.pem" k1 'del(.data)' >in
	filter <in
	refused "holds no certificate"
	manifest "$D/go/root.pem" k1 '.immutable = true' >in
	filter <in
	refused immutable
	manifest "$D/go/pins.pem" k1 >in
	filter <in
	refused "authorityKeyIdentifier"
	# other roots that are trusted beside this one
	cat "$D"/go/{root,ec}.pem >both.pem
	manifest both.pem k1 >in
	filter <in
	refused "the others would be lost"
	manifest "$D/go/root.pem" k1 >in.json
	jq -c --rawfile both both.pem \
	    '.data["root-cert.pem"] = ($both | @base64)' in.json >in
	filter <in
	refused "the others would be lost"
	manifest "$D/go/weak.pem" s1 >in
	filter <in
	refused "too weak"
	manifest "$D/go/noca.pem" k1 >in
	filter <in
	refused "do not make it a CA"
	manifest "$D/go/child.pem" k5 >in
	filter <in
	refused "not signed by its own key"
	manifest "$D/go/later.pem" k1 >in
	filter <in
	refused "not valid before 20"
	# plugged in: its root's key is elsewhere
	manifest "$D/go/child.pem" k5 '.metadata.name = "cacerts"' >in
	filter <in
	refused "something else"
}

@test "enough is left: handed on as it came, and said" {
	manifest "$D/go/long.pem" k1 >in.json
	filter <in.json
	as_it_came in.json "has 3000 days left, which is enough|has 2999 days"
	yaml <in.json >in.yaml
	filter <in.yaml
	as_it_came in.json "days left"
	run ! grep -q 'signed anew' err
	filter --min-left 3001d <in.json
	rotated in.json
	filter --days 30 --min-left 28d <"$D/secret.json"
	as_it_came "$D/secret.json" "2[89] days left"
	filter --days 60 <"$D/secret.json"
	rotated "$D/secret.json"
	# an expired one, and one of a day
	manifest "$D/go/ended.pem" k1 >in.json
	filter <in.json
	rotated in.json
	manifest "$D/go/young.pem" k1 >in.json
	filter --days 1 --min-left 1h <in.json
	as_it_came in.json "days left"
}

@test "a root that was made while the input was read is valid" {
	filter < <(sleep 2
	    openssl req -x509 -key "$MKMESH_KEYS/k1.pem" -subj /O=cluster.local \
		-days 30 -addext basicConstraints=critical,CA:TRUE \
		-addext keyUsage=critical,keyCertSign -out fresh.pem
	    manifest fresh.pem k1 | tee in.json)
	rotated in.json
}

@test "--from: this root or none, and then whatever is left" {
	local sum
	sum=$(openssl x509 -in "$D/go/long.pem" -outform DER | sha256sum |
	    cut -c 1-64)
	manifest "$D/go/long.pem" k1 >in.json
	filter --from "$sum" <in.json
	rotated in.json
	filter --from "$(sed 's/../&:/g; s/:$//' <<<"${sum^^}")" <in.json
	rotated in.json
	filter --from "$sum" <"$D/secret.json"
	refused "another root than --from names"
	filter --from "${sum%?}" <in.json
	expect 2
	[ ! -s out ]
	grep -q 'invalid argument .*"--from" flag' err
}

@test "--days and --min-left: their bounds" {
	local end
	filter --days 1 --min-left 0s <"$D/secret.json"
	as_it_came "$D/secret.json" "days left"
	manifest "$D/go/ended.pem" k1 >in.json
	filter --days 1 <in.json
	rotated in.json
	end=$(date +%s -d "$(openssl x509 -in new.pem -noout -enddate | cut -d= -f2)")
	[ $((end - $(date +%s))) -le 86400 ]
	filter --days 36500 <in.json
	rotated in.json
	for args in '--days 0' '--days -1' '--days 36501' '--days x' \
	    '--min-left 3650d' '--min-left -1d' '--min-left x' \
	    '--days 10 --min-left 10d' '--days 99999999999999999999'; do
		echo "$args"
		# shellcheck disable=SC2086
		filter $args <in.json
		expect 2
		[ ! -s out ]
		grep -q '^error: ' err
	done
}

@test "--at: judged as of then, and made now" {
	manifest "$D/go/long.pem" k1 >in.json
	filter --at +1200d <in.json
	rotated in.json
	openssl x509 -in new.pem -noout -startdate -enddate >dates
	[ "$(date +%s -d "$(sed -n 's/notBefore=//p' dates)")" -le \
	    "$(date +%s)" ]
	[ "$(date +%s -d "$(sed -n 's/notAfter=//p' dates)")" -le \
	    "$(date +%s -d '+3650 days')" ]
}

@test "one manifest: -f twice, a directory, what is not there" {
	status=0
	kubectl-istio-rotate -f "$D/secret.json" -f "$D/secret.json" >out 2>err ||
	    status=$?
	expect 2
	[ ! -s out ]
	grep -q '^error: rotate takes one manifest: -f is given 2 times' err
	mkdir dir
	cp "$D/secret.json" dir/
	status=0
	kubectl-istio-rotate -f dir >out 2>err || status=$?
	refused "dir"
	status=0
	kubectl-istio-rotate -f absent >out 2>err || status=$?
	refused "absent"
	status=0
	kubectl-istio-rotate -f - <dir >out 2>err || status=$?
	expect 2
	[ ! -s out ]
}

@test "a full disk, a closed stdout, head: 2, never a torn success" {
	status=0
	kubectl-istio-rotate -f "$D/secret.json" >/dev/full 2>err || status=$?
	expect 2
	grep -q '^error: cannot write to stdout: No space' err
	run ! grep -q 'signed anew' err
	manifest "$D/go/long.pem" k1 >long.json
	status=0
	kubectl-istio-rotate -f long.json >/dev/full 2>err || status=$?
	expect 2
	status=0
	kubectl-istio-rotate -f "$D/secret.json" >&- 2>err || status=$?
	expect 2
	grep -q 'cannot write to stdout' err
	kubectl-istio-rotate -f "$D/secret.json" 2>err | head -c 10 >out
	[ "$(cat out)" = "$(head -c 10 <<<'{"apiVersion":"v1"')" ]
	# a disk with room for half of it
	(ulimit -f 2; trap '' XFSZ
	kubectl-istio-rotate -f "$D/secret.json" >half 2>err) && false
	grep -q '^error: cannot write to stdout' err
	for what in --help --version '--explain ends-soon' --print-rbac \
	    '--completion bash'; do
		status=0
		# shellcheck disable=SC2086
		kubectl-istio-rotate $what >/dev/full 2>err || status=$?
		echo "$what"
		expect 2
	done
}

@test "hostile metadata goes through as it is, and steers no terminal" {
	jq -c '.metadata.annotations["x\u001b[2J\n"] = "\u202e\u0000\u007f"
	    | .metadata.labels = {"a": "\ud83d\ude00"}
	    | .data["other\"}"] = "AAAA"' "$D/secret.json" >in.json
	filter <in.json
	rotated in.json
	diff <(jq -S 'del(.data["ca-cert.pem"])' in.json) \
	    <(jq -S 'del(.data["ca-cert.pem"])' out)
	jq -c '.metadata.namespace = "a\u001b[2J\nb"' "$D/secret.json" >in
	filter <in
	[ "$(LC_ALL=C tr -d '\n -~' <err | wc -c)" -eq 0 ]
}

@test "usage errors are 2, say what is wrong, and print nothing" {
	local args
	for args in '-n x' '-l a=b' --apply '--rollback dir' \
	    '--dry-run=server' '--restart maybe' '-o xml' --bogus operand \
	    '--days 1 x/y' -A=x '--timeout 0s' '--apply --at +1d'; do
		# shellcheck disable=SC2086
		filter $args <"$D/secret.json"
		echo "$args: $status $(cat err)"
		expect 2
		[ ! -s out ]
		grep -q '^error: ' err
		grep -q "^See 'kubectl istio rotate --help' for usage.\$" err
	done
	filter -n x <"$D/secret.json"
	grep -q 'did you mean -i?' err
	filter --apply <"$D/secret.json"
	grep -q 'do not go with -f' err
	status=0
	kubectl-istio-rotate --apply --at +1d >out 2>err || status=$?
	expect 2
	grep -q 'does not go with --at' err
	status=0
	kubectl-istio-rotate --dry-run=server >out 2>err || status=$?
	expect 2
	grep -q -- '--dry-run=server goes with --apply' err
	status=0
	kubectl-istio-rotate --rollback x --from "$(printf '%064d' 0)" \
	    >out 2>err || status=$?
	expect 2
	grep -q 'do not go together' err
	status=0
	KUBECONFIG=/nonexistent kubectl-istio-rotate >out 2>err || status=$?
	expect 2
	[ ! -s out ]
	grep -q 'no cluster is configured' err
	status=0
	KUBECONFIG=/nonexistent kubectl-istio-rotate \
	    -s https://127.0.0.1:1 >out 2>err || status=$?
	expect 2
	[ "$(cat err)" = "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?" ]
}

@test "--explain of every rule, --help, --version, --completion, --print-rbac" {
	local rule flag rules
	kubectl-istio-rotate --help >out 2>err
	[ ! -s err ]
	rules=$(awk '/^Rules/ { on = 1; next } on { print $2 }' out)
	[ "$(wc -l <<<"$rules")" -eq "$(grep -c '^	"[a-z-]*", VERDICT' \
	    "$BATS_TEST_DIRNAME/../../plugins/rotate/rules.c")" ]
	for flag in --apply --yes --days --min-left --from --rollback \
	    --backup-dir --backup-encrypt-to --restart --roll-workloads \
	    --accept-loss --dry-run --timeout --print-rbac --excuse; do
		grep -q -- "$flag" out
	done
	for rule in $rules; do
		kubectl-istio-rotate --explain "$rule" >out
		grep -q "^$rule: " out
		grep -A1 '^Source:' out | grep -q '^  .'
		run ! grep '[{}]' out
	done
	status=0
	kubectl-istio-rotate --explain nonsense >out 2>err || status=$?
	expect 2
	kubectl-istio-rotate --version >out
	grep -qE '^kubectl-istio-rotate [0-9]+\.' out
	kubectl-istio-rotate --completion bash >out
	bash -n out
	kubectl-istio-rotate --completion kubectl >out
	PATH=$BIN:$PATH sh out --roll >tab
	grep -q '^--rollback	put ' tab
	PATH=$BIN:$PATH sh out --restart '' >tab
	grep -qx none tab
	# what reads asks for no right to write
	kubectl-istio-rotate --print-rbac >out
	run ! grep -qE 'patch|update|delete|create' out
	[ "$(grep -A1 -E 'resources: \[(pods|daemonsets)\]' out |
	    grep -c 'verbs: \[list\]')" -eq 2 ]
	kubectl-istio-rotate --print-rbac --apply >out
	grep -q 'verbs: \[patch\]' out
	run ! grep -qE "update|delete|statefulsets|\*" out
	# but for asking proxies, by exec
	[ "$(grep -B1 create out | tr -d "\n")" = "  resources: [pods/exec]  verbs: [get, create]" ]
	kubectl-istio-rotate --print-rbac --apply --restart none >out
	run ! grep -A1 'deployments, daemonsets' out
	kubectl-istio-rotate --print-rbac --apply --roll-workloads >out
	[ "$(grep -A1 'deployments, daemonsets, statefulsets' out |
	    grep verbs | tr -d '\n')" = "  verbs: [get]  verbs: [patch]" ]
	kubectl-istio-rotate --print-rbac --apply --rollback x >out
	[ "$(grep -c 'verbs: \[create\]' out)" -eq 1 ]
}

@test "at no -v a key" {
	local v
	for v in 6 10 99; do
		filter -v $v <"$D/secret.json"
		expect 0
	done
	manifest "$D/go/root.pem" k5 >in
	filter -v 10 <in
	expect 2
}

@test "no key ever shows, on stderr of all these runs" {
	local key line
	[ -s "$EVERY" ]
	for key in k1 k5 e1 s1; do
		while read -r line; do
			run ! grep -qF -- "${line:0:40}" "$EVERY"
		done < <(sed '1d;$d' "$MKMESH_KEYS/$key.pem";
		    base64 -w 64 "$MKMESH_KEYS/$key.pem" | sed 1d)
	done
	run ! grep -q PRIVATE "$EVERY"
}
