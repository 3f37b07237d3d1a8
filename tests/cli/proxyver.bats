#!/usr/bin/env bats
# proxyver on a cluster (recorded answers of kube-apiserver 1.20.2, in pages of
# five pods, with everything that can go wrong on the way), over files and by
# name.  The tool is never in a pipe: its exit status counts.

bats_require_minimum_version 1.5.0
load server.bash

setup_file() {
	server_setup
	export MESH=$PWD/tests/proxyver/mesh.jsonl
	export ANSWERS=$PWD/tests/data/answers/pods-v1.20.2
}

setup() {
	PATH=$BIN:$PATH
	cd "$BATS_TEST_TMPDIR"
	rm -f "$D/log"
	unset USER_ENTRY CLUSTER
}

# proxyver of the recorded mesh: SERVER-OPTIONS... -- ARGS...
check() {
	rm -f "$D/log"
	served "$ANSWERS" kubectl-istio-proxyver --chunk-size 5 \
	    --request-timeout 5s :: "$@"
}

# over files, or whatever else
judge() {
	status=0
	kubectl-istio-proxyver "$@" >"$D/out" 2>"$D/err" || status=$?
	output=$(cat "$D/out")
	stderr=$(cat "$D/err")
}

# Worked out by hand, from what tests/proxyver/mesh.jsonl is.
records() {
	tr -s ' ' '\t' <<-E
	bad istio-system/istio-citadel-5d4 citadel control-plane 1.1.7 - control-plane-too-old
	warn istio-system/istio-galley-7b9 galley control-plane 1.1.8 - control-plane-security
	ok istio-system/istio-ingressgateway-6c8 istio-proxy gateway 1.1.8 - -
	warn istio-system/istio-nodeagent-x2f nodeagent control-plane 1.4.3 - restart-needed
	warn istio-system/istio-pilot-84d discovery control-plane 1.1.8 - control-plane-security
	ok istio-system/istio-pilot-84d istio-proxy sidecar 1.1.8 - -
	ok istio-system/istio-sidecar-injector-9f1 sidecar-injector-webhook control-plane 1.1.8 - -
	ok istio-system/istio-telemetry-7c5 mixer control-plane 1.1.8 - -
	ok istio-system/istio-telemetry-7c5 istio-proxy sidecar 1.1.8 - -
	ok istio-system/istiod-1-10-5c7 discovery control-plane 1.10.0 distroless -
	warn istio-system/istiod-1-9-6dd discovery control-plane 1.9.9 - restart-needed
	warn kube-system/ztunnel-a istio-proxy ztunnel 1.28.5 distroless restart-needed
	ok kube-system/ztunnel-b istio-proxy ztunnel 1.29.2 - -
	ok shop-test/asm-0 istio-proxy sidecar 1.11.2 asm.17-distroless -
	unknown shop-test/late-0 istio-proxy sidecar - - version-unknown
	bad shop/cart-0 istio-proxy sidecar 1.1.5 - no-hot-reload
	ok shop/cart-1 istio-proxy sidecar 1.1.10 - -
	warn shop/cart-2 istio-proxy sidecar 1.1.5 - below-minimum
	warn shop/cart-2 istio-proxy sidecar 1.1.5 - restart-needed
	warn shop/checkout-0 istio-proxy sidecar 1.0.7 - below-minimum
	ok shop/native-0 istio-proxy sidecar 1.29.1 distroless -
	ok shop/pending-0 istio-proxy sidecar 1.20.3 - -
	unknown shop/pinned-0 istio-proxy sidecar - - version-unknown
	ok shop/upgraded-0 istio-proxy sidecar 1.3.5 - -
	ok shop/waypoint-0 istio-proxy waypoint 1.24.0 - -
	E
}

right() {
	cut -f 1,3-7,10 "$D/out" | diff <(records) -
}

@test "files: the records are those worked out by hand" {
	judge -f "$MESH"
	expect 2
	right
	[ ! -s "$D/err" ]
	run ! grep -v '^[a-z]*	pod	' "$D/out"
}

@test "the cluster: protobuf, JSON and files give the same records" {
	judge -f "$MESH"
	cp "$D/out" "$D/files"
	check
	expect 2
	diff "$D/files" "$D/out"
	check --fault json@/
	expect 2
	diff "$D/files" "$D/out"
}

@test "five pages are five requests, each begun before the last was judged" {
	check
	[ "$(wc -l <"$D/log")" -eq 5 ]
	run ! grep -v '^GET	/api/v1/pods?limit=5' "$D/log"
	[ "$(grep -c 'continue=' "$D/log")" -eq 4 ]
}

@test "faults that pass, at every page: the records are right" {
	for fault in reset cut close 429 429ra1 500 503 502html bounce json; do
		for n in 1 2 3 4 5; do
			check --fault "$fault@$n"
			echo "$fault@$n: $status $stderr"
			expect 2
			right
		done
	done
}

# Which records came is the server's doing; that one says what did not is ours.
@test "faults that stay, at every page: 2, and it is said that pods are missing" {
	for fault in cut 500 502html html wrongkind wrongname garbage empty \
	    redirect 403 410 toolong; do
		for n in 1 2 3 4 5; do
			check --fault "$fault@$n-99" -- --request-timeout 1s
			echo "$fault@$n: $status $output $stderr"
			[ "$status" -eq 2 ]
			grep -qE '^unknown	(pod|namespace)	\*	|^[Ee]rror|^The ' \
			    "$D/out" "$D/err"
			# and nothing that is not so
			grep -v '^unknown	[a-z]*	\*' "$D/out" |
			    cut -f 1,3-7,10 >"$D/some" || :
			run ! grep -vxF -f <(records) "$D/some"
		done
	done
}

@test "a token that has expired: on with the one that is offered, or once more" {
	for n in 2 3 4 5; do
		# begun again from the first page, and nothing comes twice
		check --fault "410@$n"
		echo "410@$n: $status $stderr"
		expect 2
		right
		check --fault "410@$n-99"
		[ "$status" -eq 2 ]
		grep -q '^unknown	pod	\*.*Error from server (Expired)' "$D/out"
	done
	check --fault 410@1
	expect 2
	right
}

@test "a page over the limit is asked for again, half as long" {
	check --fault toolong@1
	# no such page was recorded, so the server knows nothing of it
	grep -q '^GET	/api/v1/pods?limit=2	' "$D/log"
	[ "$status" -eq 2 ]
	check --fault toolongjson@1
	grep -q '^GET	/api/v1/pods?limit=2	' "$D/log"
	check --fault toolong@1-99
	grep -q '^GET	/api/v1/pods?limit=1	' "$D/log"
	[ "$(wc -l <"$D/log")" -eq 3 ]
	grep -q '^unknown	pod	\*.*over the limit of 33554432 bytes' "$D/out"
}

@test "the list that names itself as its next page ends" {
	check --fault repeat@1-99
	[ "$status" -eq 2 ]
	grep -q '^unknown	pod	\*.*repeats a continue token' "$D/out"
}

@test "a byte a second at each page ends in the time that was given" {
	for n in 1 3 5; do
		check --fault slow@$n -- --request-timeout 1s
		expect 2
		grep -qE 'no progress' "$D/out" "$D/err"
	done
}

@test "who may not list all pods is shown what he may, namespace by namespace" {
	check --fault 403@/api/v1/pods
	expect 2
	# by name of the namespace: shop before shop-test
	cut -f 1,3-7,10 "$D/out" | diff <(records | sort -st'	' -k2,2) \
	    <(sort -st'	' -k2,2)
	grep -n 'shop-test/\|shop/' "$D/out" | head -n 1 | grep -q shop/
	[ "$(wc -l <"$D/log")" -gt 8 ]
	check --fault 403@/api/v1/pods --fault 403@/namespaces/shop/
	expect 2
	grep -q '^unknown	pod	shop/\*	.*Forbidden' "$D/out"
	cut -f 1,3-7,10 "$D/out" | grep -v '^unknown	shop/' |
	    diff <(records | grep -v '	shop/') -
	check --fault 403@/pods --fault 403@/namespaces
	expect 2
	[ "$(grep -c ^unknown "$D/out")" -eq 2 ]
}

@test "by name: operands, stdin, records of a tool; each once and in order" {
	check -- shop/plain-0 pod/shop/cart-0 shop/done-0 po/shop/cart-0
	expect 2
	[ "$(cut -f 1,3 "$D/out")" = "$(printf '%s\t%s\n' bad shop/cart-0 \
	    unknown shop/done-0 unknown shop/plain-0)" ]
	grep -q 'run to its end' "$D/out"
	grep -q "no container of it is Istio's" "$D/out"
	run ! grep -q limit= "$D/log"
	judge -f "$MESH"
	grep no-hot-reload "$D/out" >records
	check -- - <records
	expect 1
	diff records "$D/out"
	printf 'shop/cart-0\n\n  cart-0 \r\n' >names
	check -- -n shop - <names
	expect 1
	diff records "$D/out"
	for args in shop/nobody '-n shop nobody' '-n kube-system shop/nobody'; do
		# shellcheck disable=SC2086
		check -- shop/cart-0 $args
		expect 2
		grep -q '^unknown	pod	shop/nobody	.*NotFound' "$D/out"
		grep -q '^bad	pod	shop/cart-0	' "$D/out"
	done
	printf 'unknown\tpod\tshop/*\t-\n' >names
	check -- - <names
	expect 2
	grep -q 'stdin: line 1: .shop/\*. is no target' "$D/err"
}

@test "an empty stdin is no target and 0; a bad line names itself" {
	check -- - </dev/null
	expect 0
	[ ! -s "$D/out" ]
	[ ! -s "$D/log" ]
	printf 'shop/cart-0\na/b/c/d\n' >names
	check -- - <names
	expect 2
	[ ! -s "$D/out" ]
	grep -q "stdin: line 2: 'a/b/c/d' is not a target" "$D/err"
	printf 'ok\tsecret\tshop/x\n' >names
	check -- - <names
	expect 2
	grep -q 'proxyver judges pods' "$D/err"
	judge -f - - </dev/null
	expect 2
	grep -q 'stdin cannot be both' "$D/err"
}

@test "targets among files" {
	judge -f "$MESH" shop/cart-0 shop/nobody
	expect 2
	[ "$(cut -f 1,3 "$D/out")" = "$(printf '%s\t%s\n' bad shop/cart-0 \
	    unknown shop/nobody)" ]
	grep -q 'the input does not hold it' "$D/out"
}

@test "-n narrows, says so on stderr, and -A takes it back" {
	check -- -n shop
	expect 2
	[ "$stderr" = 'judged 1 of 7 namespaces' ]
	cut -f 1,3-7,10 "$D/out" | diff <(records | grep '	shop/') -
	judge -f "$MESH" -n shop
	[ "$stderr" = 'judged 1 of 4 namespaces' ]
	cut -f 1,3-7,10 "$D/out" | diff <(records | grep '	shop/') -
	judge -f "$MESH" -n shop -A
	right
	[ ! -s "$D/err" ]
}

@test "-l goes to the server, escaped" {
	check -- -l 'app=cart,tier in (a,b)'
	grep -q '^GET	/api/v1/pods?limit=5&labelSelector=app%3Dcart%2Ctier%20in%20%28a%2Cb%29	' "$D/log"
	judge -l a=b -f "$MESH"
	expect 2
	grep -q 'does not go with -f' "$D/err"
}

@test "--min is a floor of one's own" {
	judge -f "$MESH" --min 1.24 -q
	expect 2
	[ "$(grep -c below-minimum "$D/out")" -eq 16 ]
	grep 'cart-0' "$D/out" | cut -f 10 | grep -qx no-hot-reload
	run ! grep 'waypoint-0' "$D/out"
	for bad in 1 x 1.x 1.20- latest 2.0 '' 1.2.3.4; do
		judge -f "$MESH" --min "$bad"
		expect 2
		[ ! -s "$D/out" ]
		grep -q 'for "--min" flag' "$D/err"
	done
}

@test "-q prints what is not ok, --excuse takes it out of the status" {
	judge -f "$MESH" -q
	expect 2
	cut -f 1,3-7,10 "$D/out" | diff <(records | grep -v '^ok') -
	judge -f "$MESH" -q --excuse version-unknown
	expect 1
	judge -f "$MESH" shop/cart-0 --excuse no-hot-reload
	expect 0
	judge -f "$MESH" shop/cart-0 --excuse pod/shop/cart-0
	expect 0
	grep -q no-hot-reload "$D/out"
}

@test "classic, byte for byte" {
	cat >want <<-E
	Checking namespace: default
	Checking namespace: istio-system
	Istio proxy version: 1.1.8
	Checking namespace: kube-node-lease
	Checking namespace: kube-public
	Checking namespace: kube-system
	Checking namespace: shop
	Istio proxy version: 1.0.7
	Istio proxy version: 1.1.10
	Istio proxy version: 1.1.5
	Istio proxy version: 1.20.3
	Istio proxy version: 1.24.0
	Istio proxy version: 1.29.1-distroless
	Istio proxy version: 1.3.5
	Checking namespace: shop-test
	Istio proxy version: 1.11.2-asm.17-distroless
	E
	check -- -o classic
	expect 2
	cmp want "$D/out"
	[ "$(grep -c '^error: pod ' "$D/err")" -eq 2 ]
	grep -v 'default$\|kube-node-lease$\|kube-public$' want >fewer
	judge -f "$MESH" -o classic
	cmp <(grep -v kube-system fewer) "$D/out"
}

@test "--summary: versions by number, verdicts, and how many" {
	judge -f "$MESH" --summary --excuse version-unknown
	expect 1
	tr -s ' ' <<-E >want
	VERSION VERDICT COUNT
	1.0.7 warn 1
	1.1.5 warn 1
	1.1.5 bad 1
	1.1.7 bad 1
	1.1.8 ok 5
	1.1.8 warn 2
	1.1.10 ok 1
	1.3.5 ok 1
	1.4.3 warn 1
	1.9.9 warn 1
	1.10.0 ok 1
	1.11.2 ok 1
	1.20.3 ok 1
	1.24.0 ok 1
	1.28.5 warn 1
	1.29.1 ok 1
	1.29.2 ok 1
	- unknown 2
	E
	tr -s ' ' <"$D/out" | diff want -
	judge -f "$MESH" --summary -o json
	expect 2
	[ ! -s "$D/out" ]
}

@test "json and jsonl hold the same, and the summary is last" {
	judge -f "$MESH" -o json
	expect 2
	jq -e '.schemaVersion == 1 and .tool == "proxyver" and
	    (.items | length) == 25 and .summary.bad == 2 and
	    .summary.unknown == 2 and .items[0].version == "1.1.7" and
	    .items[0].variant == null' "$D/out" >/dev/null
	jq -c '.items[]' "$D/out" >items
	judge -f "$MESH" -o jsonl
	head -n 25 "$D/out" | jq -c . | diff items -
	tail -n 1 "$D/out" | jq -e '.type == "summary"' >/dev/null
}

@test "a terminal gets a table: header, no IMAGE, colour on the verdict only" {
	run -2 env TERM=xterm script -qec "kubectl-istio-proxyver -f $MESH" /dev/null
	[[ "${lines[0]}" == VERDICT*KIND*OBJECT*MESSAGE* ]]
	[[ "${lines[0]}" != *IMAGE* ]]
	[[ "${lines[1]}" == $'\033[31mbad\033[0m'* ]]
	[ "$(grep -c $'\033' <<<"$output")" -eq 25 ]
	run -2 env NO_COLOR=1 script -qec "kubectl-istio-proxyver -f $MESH" /dev/null
	run ! grep $'\033' <<<"$output"
	judge -f "$MESH" -o wide
	grep -q '^VERDICT.*IMAGE' "$D/out"
	judge -f "$MESH" -o table --no-headers
	run ! grep -q '^VERDICT' "$D/out"
}

@test "in a pipe, into head, into a full disk" {
	run -0 bash -c "kubectl-istio-proxyver -f $MESH | grep -c no-hot-reload"
	[ "$output" = 1 ]
	run -0 bash -c "kubectl-istio-proxyver -f $MESH | head -n 1 | cut -f 3"
	[ "$output" = istio-system/istio-citadel-5d4 ]
	run -0 bash -c "kubectl-istio-proxyver -f $MESH | awk -F'\t' '\$1 == \"bad\" { n++ } END { print n }'"
	[ "$output" = 2 ]
	for form in tsv table json jsonl classic; do
		status=0
		kubectl-istio-proxyver -f "$MESH" -o $form >/dev/full \
		    2>"$D/err" || status=$?
		[ $status -eq 2 ]
		grep -q 'cannot write to stdout' "$D/err"
	done
	status=0
	kubectl-istio-proxyver -f "$MESH" --summary >/dev/full \
	    2>"$D/err" || status=$?
	[ $status -eq 2 ]
	status=0
	kubectl-istio-proxyver --print-rbac >/dev/full 2>"$D/err" || status=$?
	[ $status -eq 2 ]
}

@test "nothing to judge is 2, and says so" {
	echo '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"x","namespace":"y"}}' >none
	judge -f none
	expect 2
	grep -q 'no proxy found: the input holds no pod' "$D/err"
	judge -f none --allow-empty
	expect 0
	check -- -n kube-public
	expect 2
	grep -q 'no proxy found: the namespace has no pod' "$D/err"
}

@test "templates: what kube-inject prints is judged before it runs" {
	cat >app.yaml <<-E
	apiVersion: apps/v1
	kind: Deployment
	metadata: {name: app, namespace: shop}
	spec:
	  template:
	    metadata: {labels: {app: app}}
	    spec:
	      containers:
	      - {name: app, image: app:1}
	      - {name: istio-proxy, image: "istio/proxyv2:1.1.5", args: [proxy, sidecar]}
	      volumes:
	      - {name: istio-certs, secret: {secretName: istio.default}}
	E
	judge -f app.yaml
	expect 1
	[ "$(cut -f 1-3,6,8,10 "$D/out")" = "bad	deployment	shop/app	1.1.5	spec-tag	no-hot-reload" ]
	sed 's/kind: Deployment/kind: DaemonSet/' app.yaml >ds.yaml
	judge -f ds.yaml
	[ "$(cut -f 2 "$D/out")" = daemonset ]
}

@test "a hostile pod hides no other: names, images, labels, megabytes" {
	jq -c '.metadata.annotations = {a: ("\u007f\u009b31m\u202e" * 200000)} |
	    .metadata.labels.app = "x\u0000y" | .metadata.name = "evil-0" |
	    .spec.containers[1].image = "evil\t\u001b[31m\n/proxyv2:1.1.5"' \
	    <(grep cart-0 "$MESH") >evil
	printf '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"broken"},"spec":{"containers":3}}\n' >>evil
	printf '{"kind":"Pod","apiVersion":"v1","metadata":{"namespace":"x"}}\n' >>evil
	cat evil "$MESH" >all
	judge -f all
	expect 2
	grep -v 'evil-0\|item#' "$D/out" >some
	cut -f 1,3-7,10 some | diff <(records) -
	grep -q '^unknown	file	all	.*item#3: its metadata.name' "$D/out"
	run ! grep -P '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$D/out"
	[ "$(awk -F'\t' 'NF != 11' "$D/out" | wc -l)" -eq 0 ]
}

@test "usage errors are 2, say what is wrong, and print nothing" {
	for args in '--bogus' '-o prom' '-o nagios' '-n' '--summary=x' \
	    'a/b/c/d' '/x' 'x/' '-f' '--at yesterday' '-l a=b shop/x'; do
		# shellcheck disable=SC2086
		judge $args
		echo "$args: $status $stderr"
		[ "$status" -eq 2 ]
		[ ! -s "$D/out" ]
		grep -q "See 'kubectl istio proxyver --help'" "$D/err"
	done
	judge -f /nonexistent
	expect 2
	[ "$(wc -l <"$D/err")" -eq 1 ]
	KUBECONFIG=/nonexistent HOME=/nonexistent judge
	expect 2
	grep -q 'no cluster is configured' "$D/err"
}

@test "--explain, --print-rbac, --help and --version" {
	for rule in no-hot-reload below-minimum restart-needed \
	    version-unknown pilot-without-sidecar control-plane-security \
	    control-plane-too-old; do
		judge --explain $rule
		expect 0
		grep -q "$rule" "$D/out"
		judge --help
		grep -q "$rule" "$D/out"
	done
	judge --print-rbac
	expect 0
	grep -q 'kind: ClusterRole' "$D/out"
	run ! grep -q secrets "$D/out"
	judge --print-rbac -n shop
	grep -q 'namespace: "shop"' "$D/out"
	run ! grep -q ClusterRole "$D/out"
	judge --version
	expect 0
}

@test "credentials never show, at any -v" {
	check -- -v 10
	run ! grep -q the-token "$D/out" "$D/err"
	grep -q '^GET https://127.0.0.1:.*/api/v1/pods?limit=5 200 in ' "$D/err"
}
