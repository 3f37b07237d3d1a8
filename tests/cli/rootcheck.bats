# rootcheck by hand: each input, each output, and the exact exit status.

setup() {
	cd "$BATS_TEST_TMPDIR"
	PATH=$BIN:$PATH
	export MKMESH_KEYS
	printf '%s\n' 'at 2026-01-01T00:00:00Z' 'cert root to=+29d' \
	    'secret istio-system/istio-ca-secret ca-cert.pem=root ca-key.pem=key:k1' \
	    'pem root.pem root' >spec
	"$MKMESH" spec .
	rc="kubectl-istio-rootcheck --at 2026-01-01T00:00:00Z"
}

# Run without a pipe, so that the status is the tool's own.
judge() {
	status=0
	$rc "$@" >out 2>err || status=$?
}

# "! grep" would not fail a test.
lacks() {
	if grep "$@"; then
		return 1
	fi
}

one_line_on_stderr() {
	[ "$(wc -l <err)" -eq 1 ]
	[ ! -s out ]
}

@test "a finding is 1, and nothing is on stderr" {
	judge -f mesh.yaml
	[ $status -eq 1 ]
	[ "$(wc -l <out)" -eq 2 ]
	[ ! -s err ]
}

@test "stdin, YAML and JSON, is the same as a file" {
	judge -f mesh.yaml
	mv out want
	status=0; $rc -f - <mesh.yaml >out || status=$?
	[ $status -eq 1 ]; cmp want out
	status=0; $rc -f - <mesh.json >out || status=$?
	[ $status -eq 1 ]; cmp want out
}

@test "a directory is its files, by name; others in it are not read" {
	mkdir d && cp mesh.yaml d/a.yaml && echo '{[' >d/notes.txt
	judge -f d
	[ $status -eq 1 ]
	[ "$(wc -l <out)" -eq 2 ]
}

@test "of broken files in a directory the first by name is named" {
	mkdir d
	for n in h c f a g b e d; do echo '{[' >d/$n.json; done
	judge -f d
	[ $status -eq 2 ]
	one_line_on_stderr
	grep -q d/a.json err
}

@test "an empty directory" {
	mkdir d
	judge -f d
	[ $status -eq 2 ]
	one_line_on_stderr
	grep -q "no .yaml, .yml, .json, .pem or .crt file in 'd'" err
}

@test "a directory as stdin" {
	status=0; $rc -f - <. >out 2>err || status=$?
	[ $status -eq 2 ]
	one_line_on_stderr
}

@test "a file that is not there" {
	judge -f nothing.yaml
	[ $status -eq 2 ]
	one_line_on_stderr
	grep -q "^error: cannot open 'nothing.yaml': No such file" err
}

@test "an empty file, and an empty stdin" {
	: >empty
	judge -f empty
	[ $status -eq 2 ]
	one_line_on_stderr
	grep -q 'the input is empty' err
	status=0; $rc -f - </dev/null >out 2>err || status=$?
	[ $status -eq 2 ]
	one_line_on_stderr
}

@test "JSON cut off anywhere is 2, with one line and no record" {
	size=$(wc -c <mesh.json)
	for at in 1 2 10 40 100 500 1000 $((size - 3)) $((size - 2)); do
		head -c $at mesh.json >cut.json
		judge -f cut.json
		[ $status -eq 2 ]
		one_line_on_stderr
	done
}

@test "one broken input among good ones: no record, since what is in force can hang on it" {
	echo '{"kind": ' >broken.json
	judge -f mesh.yaml -f broken.json
	[ $status -eq 2 ]
	one_line_on_stderr
	grep -q '^error: broken.json: line 2: ' err
}

@test "UTF-16 with a byte order mark, as PowerShell writes it" {
	judge -f mesh.yaml
	mv out want
	for cs in UTF-16LE UTF-16BE; do
		[ $cs = UTF-16LE ] && bom='\377\376' || bom='\376\377'
		for m in mesh.yaml mesh.json; do
			{ printf "$bom"; iconv -f UTF-8 -t $cs $m; } >wide
			judge -f wide
			[ $status -eq 1 ]
			cmp want out
		done
	done
	{ printf '\377\376'; iconv -f UTF-8 -t UTF-16LE mesh.yaml; printf x; } >odd
	judge -f odd
	[ $status -eq 2 ]
	one_line_on_stderr
}

@test "a UTF-8 byte order mark and CRLF" {
	{ printf '\357\273\277'; sed 's/$/\r/' mesh.yaml; } >bom.yaml
	judge -f bom.yaml
	[ $status -eq 1 ]
	[ "$(wc -l <out)" -eq 2 ]
}

@test "head -1: no complaint, and the reader has its line" {
	$rc -f mesh.yaml 2>err | head -n 1 >out
	[ "$(wc -l <out)" -eq 1 ]
	[ ! -s err ]
}

@test "a full disk is 2, in every form" {
	[ -e /dev/full ] || skip "no /dev/full here"
	for form in tsv table wide json jsonl classic; do
		status=0
		$rc -f mesh.yaml -o $form >/dev/full 2>err || status=$?
		[ $status -eq 2 ]
		[ "$(wc -l <err)" -eq 1 ]
		grep -q '^error: cannot write to stdout: ' err
	done
	for what in --help --version '--explain expired' '--completion bash'; do
		status=0
		$rc $what >/dev/full 2>err || status=$?
		[ $status -eq 2 ]
	done
}

@test "a closed stdout is 2, a closed stdin an empty one" {
	status=0; $rc -f mesh.yaml >&- 2>err || status=$?
	[ $status -eq 2 ]
	[ "$(wc -l <err)" -eq 1 ]
	status=0; $rc -f - <&- >out 2>err || status=$?
	[ $status -eq 2 ]
	one_line_on_stderr
}

@test "hostile subjects and names come out escaped" {
	printf '%s\n' 'at 2026-01-01T00:00:00Z' \
	    'cert root subject=O=a%09b%0ac%1b[2J%e2%80%aed%5ce utf8' \
	    'secret istio-system/istio-ca-secret ca-cert.pem=root ca-key.pem=key:k1' >spec
	"$MKMESH" spec .
	for form in tsv wide json jsonl; do
		judge -f mesh.json -o $form
		[ $status -eq 0 ]
		LC_ALL=C lacks -q "$(printf '[\001-\010\013-\037\177]')" out
		lacks -q "$(printf '\342\200\256')" out
	done
	judge -f mesh.json
	[ "$(awk -F'\t' 'NF != 12' out | wc -l)" -eq 0 ]
	[ "$(wc -l <out)" -eq 2 ]
}

@test "JSON is one document, JSON lines end in the summary" {
	judge -f mesh.yaml -o json
	[ $status -eq 1 ]
	head -n 1 out | grep -q '^{"schemaVersion":1,"tool":"rootcheck","generatedAt":"20'
	tail -n 1 out | grep -qF '],"summary":{"ok":0,"warn":2,"bad":0,"unknown":0,"examined":2,"excused":0}}'
	judge -f mesh.yaml -o jsonl
	[ "$(wc -l <out)" -eq 3 ]
	tail -n 1 out | grep -q '^{"type":"summary",'
	grep -q '"days":29,' out
	grep -q '"entry":null' out
}

@test "a table has a header, fingerprints of 12 and no subject; wide has all" {
	judge -f mesh.yaml -o table
	head -n 1 out | grep -q '^VERDICT   KIND '
	lacks -q SUBJECT out
	[ "$(sed -n 2p out | grep -oE ' [0-9a-f]{12} ' | wc -l)" -eq 1 ]
	judge -f mesh.yaml -o wide
	head -n 1 out | grep -q SUBJECT
	grep -qE ' [0-9a-f]{64} ' out
	judge -f mesh.yaml -o table --no-headers
	lacks -q VERDICT out
}

@test "classic, byte for byte" {
	judge -f mesh.yaml -o classic
	[ $status -eq 1 ]
	printf '%s\n' 'Fetching root cert from istio-system namespace...' \
	    'Your Root Cert will expire after' \
	    '   Jan 30 00:00:00 2026 GMT' 'Current time is' \
	    '  Thu Jan  1 00:00:00 UTC 2026' '' \
	    '=====YOU HAVE 29 DAYS BEFORE THE ROOT CERT EXPIRES!=====' >want
	cmp want out
	printf '%s\n' 'apiVersion: v1' 'kind: Pod' 'metadata: {name: x}' >pod.yaml
	judge -f pod.yaml -o classic
	[ $status -eq 2 ]
	printf '%s\n' 'Fetching root cert from istio-system namespace...' \
	    'Root secret is empty. Are you using the self-signed CA?' >want
	cmp want out
}

@test "no input names -f and make demo" {
	judge
	[ $status -eq 2 ]
	[ ! -s out ]
	grep -q -- '-f' err
	grep -q 'make demo' err
}

@test "usage errors are 2 and say where the help is" {
	for words in '--nonsense' '-x' '-f' '--warn' '-o xml -f mesh.yaml' \
	    '-n shop -f mesh.yaml' '-l a=b -f mesh.yaml' \
	    'secret/a/b -f mesh.yaml' '-f - -f -' '--warn 30 -f mesh.yaml' \
	    '--crit 101% -f mesh.yaml' '--at yesterday -f mesh.yaml' \
	    '--explain nonsense' '--completion fish'; do
		judge $words
		[ $status -eq 2 ]
		[ ! -s out ]
		grep -q '^error: ' err
		grep -q "^See 'kubectl istio rootcheck --help' for usage.$" err
	done
	judge -n shop -f mesh.yaml
	grep -q 'did you mean -i?' err
}

@test "kubectl's grammar" {
	for words in '-fmesh.yaml' '-f=mesh.yaml' '--filename=mesh.yaml' \
	    '-Af mesh.yaml' '-A=false -f mesh.yaml' \
	    '--all-namespaces=true --filename mesh.yaml -o=tsv'; do
		judge $words
		[ $status -eq 1 ]
		[ "$(wc -l <out)" -eq 2 ]
	done
}

@test "help, version, and every rule explained, on stdout" {
	judge --help
	[ $status -eq 0 ]
	grep -q -- '--excuse' out
	rules=$(awk '/^Rules/ { on = 1; next } on { print $2 }' out)
	[ "$(echo "$rules" | wc -l)" -ge 29 ]
	for r in $rules; do
		judge --explain $r
		[ $status -eq 0 ]
		grep -q "^$r: " out
		grep -q '^Source:' out
	done
	judge --version
	[ $status -eq 0 ]
	grep -qE '^kubectl-istio-rootcheck [0-9]+\.' out
}

@test "completion scripts parse, and know the flags" {
	$rc --completion bash >c && bash -n c
	$rc --completion kubectl >c
	PATH=$BIN:$PATH sh c --qu >out
	grep -q '^--quiet	only ' out
	tail -n 1 out | grep -q '^:'
	PATH=$BIN:$PATH sh c -o '' >out
	grep -qx jsonl out
}

@test "a private key reaches no output, whatever goes wrong" {
	"$MKMESH" spec .
	key=$(sed -n 2p "$MKMESH_KEYS/k1.pem")
	for form in tsv json wide classic; do
		judge -f mesh.yaml -o $form
		lacks -qF "$key" out err
	done
	cat "$MKMESH_KEYS/k1.pem" root.pem >both.pem
	judge -f both.pem
	lacks -qF "$key" out err
	{ echo '{"kind": "Secret", "x": '; cat "$MKMESH_KEYS/k1.pem"; } >bad.json
	judge -f bad.json
	[ $status -eq 2 ]
	lacks -qF "$key" out err
}

@test "not dumpable, and no core: nobody reads the memory of a key" {
	[ -r /proc/self/status ] || skip "no /proc here"
	mkfifo p
	$rc -f - <p >out 2>err &
	pid=$!
	exec 9>p
	sleep 0.3
	[ "$(awk '/Max core/ { print $5 }' /proc/$pid/limits)" = 0 ]
	exec 9>&-
	wait $pid || true
}

@test "deep nesting, alias bombs and endless lists are refused at once" {
	head -c 100000 /dev/zero | tr '\0' '[' >deep.yaml
	{ echo 'a: '; cat deep.yaml; } >deeper.yaml
	status=0; timeout 5 $rc -f deeper.yaml >out 2>err || status=$?
	[ $status -eq 2 ]
	one_line_on_stderr
	status=0; timeout 5 $rc -f deep.yaml >out 2>err || status=$?
	[ $status -eq 2 ]
	{
		echo 'apiVersion: v1'; echo 'kind: Secret'
		echo 'metadata: {name: istio-ca-secret}'
		echo 'a: &a [x, x, x, x, x, x, x, x, x, x]'
		p=a
		for n in b c d e f g h; do
			echo "$n: &$n [*$p, *$p, *$p, *$p, *$p, *$p, *$p, *$p, *$p, *$p]"
			p=$n
		done
	} >bomb.yaml
	status=0; timeout 5 $rc -f bomb.yaml >out 2>err || status=$?
	[ $status -eq 2 ]
	grep -q '^unknown.*more than' out
}

@test "mutual TLS that only a namespace's Policy asks for is on" {
	local meta='"kind": "MeshPolicy", "metadata": {"name": "default"}'
	cat >>spec <<-E
	citadel 1.4.10
	json {"apiVersion": "authentication.istio.io/v1alpha1", $meta, "spec": {}}
	E
	"$MKMESH" spec .
	judge -f mesh.yaml
	grep -q '	mtls-off	' out
	meta='"kind": "Policy", "metadata": {"name": "p", "namespace": "shop"}'
	cp spec without
	for peers in '{"mtls": {}}:0' '{"mtls": {"mode": "PERMISSIVE"}}:0' \
	    '{"jwt": {}}:1'; do
		cp without spec
		echo "json {\"apiVersion\": \"authentication.istio.io/v1alpha1\"," \
		    "$meta, \"spec\": {\"peers\": [${peers%:*}]}}" >>spec
		"$MKMESH" spec .
		judge -f mesh.yaml
		echo "$peers"
		cat out err
		[ "$(grep -c '	mtls-off	' out)" -eq "${peers##*:}" ]
	done
}

@test "a root that was made while the input was read is valid" {
	sed -i 's/^at .*/at now/; s/to=+29d/from=+0d to=+400d/' spec
	status=0
	kubectl-istio-rootcheck -f - >out < <(sleep 2; "$MKMESH" spec .
	    cat mesh.yaml) || status=$?
	[ $status -eq 0 ]
	judge --at -1d -f mesh.yaml
	[ $status -eq 1 ]
	grep -q '	not-yet-valid	' out
}
