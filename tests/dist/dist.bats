#!/usr/bin/env bats
# What make dist makes: unpacked as krew does, linked as krew does, run by a
# real kubectl; and that everything krew refuses is refused here.

bats_require_minimum_version 1.5.0

setup_file() {
	export D=$BATS_FILE_TMPDIR KREW=$PWD/tests/dist/krew.py
	export MANIFEST=$DIST/index/plugins/istio.yaml ARCH=amd64
	export ARCHIVE=$DIST/kubectl-istio-linux-$ARCH.tar.gz
	"$KREW" install "$MANIFEST" "$ARCHIVE" "$D/krew" || return
	export STORE=$D/krew/store/istio/v$VERSION
	mkdir "$D/mesh"
	cat >"$D/spec" <<-E
	at 2026-01-01T00:00:00Z
	cert root subject=O=cluster.local ski=none from=-336d to=+29d
	secret istio-system/istio-ca-secret type=istio.io/ca-root ca-cert.pem=root ca-key.pem=pkcs1:k1
	configmap istio-system/istio-security caTLSRootCert=b64:root
	workload shop/default issuer=root root=root
	E
	"$MKMESH" "$D/spec" "$D/mesh"
}

setup() {
	one=$D/krew/bin/kubectl-istio
	cd "$BATS_TEST_TMPDIR"
}

# Run without a pipe, so that the status is its own.
call() {
	status=0
	"$@" >out 2>err || status=$?
}

# ---- README ----

shown() {	# NAME
	"$BATS_TEST_DIRNAME/../cli/readme.py" block "$1"
}

@test "README's lines install what is in the archive; krew's name the plugin" {
	cp "$ARCHIVE" .
	mkdir bin
	shown archive | sed "s,/usr/local/bin,$PWD/bin," >lines
	bash -e lines
	PATH=$PWD/bin:$PATH call kubectl istio rootcheck --version
	[ "$status" -eq 0 ]
	grep -qF "$VERSION" out
	# the only command there is completes, whatever kubectl runs
	for t in rootcheck rotate; do
		call env PATH="$PWD/bin:/usr/bin:/bin" \
		    completions/kubectl_complete-istio-$t --outp
		grep -q '^--output' out
	done
	# INDEX/PLUGIN, of the index that the line before it adds
	shown krew | awk '{ print $NF }' | tail -n 1 |
	    grep -qx "$(shown krew | awk '/index add/ { print $5 }')/$(sed -n \
	    's/^  name: //p' "$MANIFEST")"
}

# ---- the manifest ----

@test "the manifest is one that krew takes; the template is not of a build" {
	"$KREW" check "$MANIFEST"
	cmp "$MANIFEST" "$DIST/krew-manifest.yaml"
	grep -qx "  version: v$VERSION" "$MANIFEST"
	[ "$(grep -c '^    sha256: ' "$MANIFEST")" -eq "$(wc -w <<<"$ARCHES")" ]
	for a in $ARCHES; do
		sum=$(sha256sum <"$DIST/kubectl-istio-linux-$a.tar.gz")
		grep -A 2 "^        arch: $a$" "$MANIFEST" |
		    grep -qx "    sha256: ${sum%% *}"
		grep -A 2 "^        arch: $a$" "$MANIFEST" |
		    grep -q "/v$VERSION/kubectl-istio-linux-$a.tar.gz$"
	done
	[ "$(find "$DIST/index" -type f)" = "$MANIFEST" ]
}

@test "a manifest that krew refuses is refused" {
	n=0
	while IFS=@ read -r edit why; do
		sed -E "$edit" "$MANIFEST" >istio.yaml
		if cmp -s "$MANIFEST" istio.yaml; then
			echo "no edit: $edit"
			return 1
		fi
		call "$KREW" check istio.yaml
		echo "$edit: $(cat err)"
		[ $status -eq 1 ]
		grep -q "^krew: .*$why" err
		n=$((n + 1))
	done <<-'E'
	s/v1alpha2$/v1alpha1/@apiVersion
	s/^kind: .*/kind: Plugins/@kind
	s/^  name: istio/  name: mesh/@name
	s/^  version: v/  version: /@version
	s/^(  version: v[0-9]*\.[0-9]*).*/\1/@version
	s/^  homepage: .*//@homepage
	s/^  shortDescription: .*//@shortDescription
	s/^(  shortDescription: ).*/\1"a\\nb"/@shortDescription
	s/^(  shortDescription: .*)/\1, and a good many other things/@50
	s/^(  caveats: \|)/  caveat: |/@unknown field
	s/^(    sha256: .)[0-9a-f]/\1/@sha256
	s/^(    sha256: .)[0-9a-f]/\1A/@sha256
	s/^    uri: .*//@uri
	s/^    bin: .*//@bin
	s/^    bin: .*/    bin: ..\/kubectl-istio/@bin
	s/^    bin: (.*)/    bin: \1\n    files: []/@files
	s/^    bin: (.*)/    bin: \1\n    files: [{from: x, to: ..\/x}]/@clean
	s/^        os: linux/        os: plan9/@fits no platform
	s/^        arch: amd64/        libc: musl/@selector's key
	s/^        arch: .*//; s/^(  platforms:)/\1\n  - {selector: {matchLabels: {os: linux}}, uri: x, bin: x, sha256: "0000000000000000000000000000000000000000000000000000000000000000"}/@two platforms
	E
	[ $n -eq 20 ]
	cp "$MANIFEST" con.yaml
	sed -i 's/^  name: istio/  name: con/' con.yaml
	call "$KREW" check con.yaml
	[ $status -eq 1 ]
}

# ---- the archive ----

@test "an archive that krew refuses is refused" {
	n=0
	while IFS='|' read -r name edit why; do
		rm -rf tree root index x.tar istio.yaml
		mkdir tree
		tar -xzf "$ARCHIVE" -C tree
		(cd tree && eval "$edit")
		name=$(basename "$ARCHIVE")
		[ -e tree/in.tar ] && mv tree/in.tar x.tar ||
		    (cd tree && tar -cf ../x.tar -- *)
		gzip -n <x.tar >"$name"
		sum=$(sha256sum <"$name")
		[ -e tree/nosum ] || sed "s/$(sha256sum <"$ARCHIVE" |
		    cut -d' ' -f1)/${sum%% *}/" "$MANIFEST" >istio.yaml
		[ -e istio.yaml ] || cp "$MANIFEST" istio.yaml
		call "$KREW" install "$PWD/istio.yaml" "$PWD/$name" "$PWD/root"
		echo "$edit: $status $(cat err)"
		if [ -z "$why" ]; then
			[ $status -eq 0 ]
		else
			[ $status -eq 1 ]
			grep -q "^krew: .*$why" err
		fi
		n=$((n + 1))
	done <<-'E'
	as it is|:|
	a link|ln -s kubectl-istio kubectl-istio-rootcheck|neither file nor directory
	a hard link|ln kubectl-istio kubectl-istio-rootcheck|neither file nor directory
	upwards|: >../escape; tar -cPf in.tar -- * ../escape|suspicious path
	from the root|tar -cPf in.tar -- * /etc/hostname|suspicious path
	without a licence|rm LICENSE|no licence
	without its command|mv kubectl-istio istio|bin is not there
	a command that cannot be run|chmod -x kubectl-istio|cannot be run
	another digest|: >nosum|digest differs
	E
	[ $n -eq 9 ]
}

@test "what is in the archive: files of nobody's, of one date, in order" {
	tar -tvzf "$ARCHIVE" --full-time >list
	[ "$(awk '{ print $2 }' list | sort -u)" = 0/0 ]
	[ "$(awk '{ print $4, $5 }' list | sort -u | wc -l)" -eq 1 ]
	tar -tzf "$ARCHIVE" >names
	LC_ALL=C sort -c names
	grep -qx LICENSE names
	grep -qx THIRD-PARTY names
	for t in '' -rootcheck -proxyver -certverify -rotate; do
		grep -qx "man/man1/kubectl-istio$t.1" names
		grep -qx "completions/kubectl_complete-istio$t" names
	done
	[ "$(tar -tvzf "$ARCHIVE" | awk '{ print substr($1, 1, 10) }' |
	    sort -u | tr '\n' ' ')" = "-rw-r--r-- -rwxr-xr-x drwxr-xr-x " ]
	# whoever is linked in is named
	while read -r lib _; do
		grep -q "^==== $lib, " "$STORE/THIRD-PARTY"
	done <"$STATIC/$ARCH/sources"
	[ "$(grep -c '^====' "$STORE/THIRD-PARTY")" -eq 9 ]
}

@test "the archive is the same bytes when it is made again" {
	cd "$BATS_TEST_DIRNAME/../.."
	date=$(tar -tvzf "$ARCHIVE" --full-time --utc | awk 'NR == 1 { print $4, $5 }')
	(umask 077; export SOURCE_DATE_EPOCH
	    SOURCE_DATE_EPOCH=$(date -u -d "$date" +%s); TZ=Asia/Tokyo LC_ALL=C .ci/archive \
	    "$STATIC/build-$ARCH/one/kubectl-istio" "$STATIC/$ARCH" \
	    "$BATS_TEST_TMPDIR/again.tar.gz" LICENSE cmd/*.1 completions/*)
	cmp "$ARCHIVE" "$BATS_TEST_TMPDIR/again.tar.gz"
}

# ---- the binary ----

@test "static, hardened, and small" {
	for a in $ARCHES; do
		bin=$DIST/kubectl-istio-linux-$a/kubectl-istio
		[ "$(stat -c %s "$bin")" -le $((6 * 1024 * 1024)) ]
		LC_ALL=C readelf -Wlhd "$bin" >elf
		grep -q 'Type: *DYN' elf
		run ! grep -q INTERP elf
		run ! grep -q NEEDED elf
		grep -q GNU_RELRO elf
		grep -qE 'BIND_NOW|FLAGS_1.*NOW' elf
		grep -q 'FLAGS_1.*PIE' elf
		grep GNU_STACK elf | grep -q ' RW  *0x'
		run ! grep -qE 'LOAD .* RWE ' elf
		run ! grep -q TEXTREL elf
		run ! grep -q '\.symtab' elf
	done
	LC_ALL=C run ldd "$STORE/kubectl-istio"
	[[ $output =~ "statically linked"|"not a dynamic executable" ]]
}

@test "nothing in it is of the machine that it was built on" {
	for a in $ARCHES; do
		bin=$DIST/kubectl-istio-linux-$a/kubectl-istio
		top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
		for word in "$top" "$HOME/" "$(cd -P "$STATIC/$a" && pwd)" \
		    /usr/lib/x86_64 /usr/include; do
			if grep -aqF "$word" "$bin"; then
				echo "$word"
				return 1
			fi
		done
		# openssl.cnf is nowhere but there, and not read unasked
		grep -aq 'OPENSSLDIR: "/etc/ssl"' "$bin"
	done
}

# ---- running it ----

@test "kubectl runs all four tools" {
	kubectl=$(command -v kubectl || true)
	cached=${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-istio/control-plane
	[ -n "$kubectl" ] || kubectl=$(find "$cached" -name kubectl | head -n 1)
	[ -n "$kubectl" ] || skip "no kubectl here (tests/cluster/build has one)"
	PATH=$D/krew/bin:$PATH
	"$kubectl" plugin list 2>&1 | grep -q "/bin/kubectl-istio$"
	for w in rootcheck certverify proxyver rotate; do
		set -- -f "$D/mesh/mesh.yaml"
		case $w in
		proxyver) set -- -f "$BATS_TEST_DIRNAME/../proxyver/mesh.jsonl" ;;
		rotate) set -- --explain backup-expired ;;
		*) set -- --at 2026-01-01T00:00:00Z "$@" ;;
		esac
		call "$BIN/kubectl-istio-$w" "$@"
		want=$status
		mv out want.out
		mv err want.err
		call "$kubectl" istio $w "$@"
		# kubectl adds nothing, and hands the status on
		[ $status -eq $want ]
		diff want.out out
		diff want.err err
	done
	"$kubectl" istio >out
	[ "$(cut -d' ' -f1 out | tr '\n' ' ')" = \
	    "rootcheck proxyver certverify rotate " ]
}

@test "one file is all tools: words, flags, statuses" {
	mkdir alone
	cp "$STORE/kubectl-istio" alone/
	for w in rootcheck proxyver certverify rotate; do
		call alone/kubectl-istio $w --version
		[ $status -eq 0 ]
		[ "$(cat out)" = "kubectl-istio-$w $VERSION" ]
		call alone/kubectl-istio $w --nonsense
		[ $status -eq 2 ]
		[ ! -s out ]
		printf '%s\n' "error: unknown flag: --nonsense" \
		    "See 'kubectl istio $w --help' for usage." | cmp - err
		call alone/kubectl-istio $w --help
		"$BIN/kubectl-istio-$w" --help | cmp - out
	done
	call alone/kubectl-istio --version
	[ "$(cat out)" = "kubectl-istio $VERSION" ]
	call alone/kubectl-istio other
	[ $status -eq 2 ]
	[ ! -s out ]
	grep -q 'unknown command "other"' err
	call alone/kubectl-istio ../x
	[ $status -eq 2 ]
	# what lies beside it is not run
	printf '#!/bin/sh\necho other\n' >alone/kubectl-istio-rootcheck
	chmod +x alone/kubectl-istio-rootcheck
	call alone/kubectl-istio rootcheck --version
	[ "$(cat out)" = "kubectl-istio-rootcheck $VERSION" ]
	# and argv[0] does not say what runs
	(exec -a /nowhere/kubectl-istio-rotate alone/kubectl-istio rootcheck \
	    --version) >out
	[ "$(cat out)" = "kubectl-istio-rootcheck $VERSION" ]
	# a rule of two tools, each asked in a process of its own
	call alone/kubectl-istio --explain expired
	[ $status -eq 0 ]
	grep -qx 'kubectl istio rootcheck' out
	grep -qx 'kubectl istio certverify' out
}

@test "the other architectures answer" {
	n=0
	for a in $ARCHES; do
		[ $a != amd64 ] || continue
		case $a in
		arm64) qemu=qemu-aarch64-static ;;
		esac
		command -v $qemu >/dev/null || skip "no $qemu"
		other=$DIST/kubectl-istio-linux-$a/kubectl-istio
		for w in rootcheck certverify; do
			call "$STORE/kubectl-istio" $w -f "$D/mesh/mesh.yaml" \
			    --at 2026-01-01T00:00:00Z
			mv out want
			want=$status
			call $qemu "$other" $w -f "$D/mesh/mesh.yaml" \
			    --at 2026-01-01T00:00:00Z
			[ $status -eq $want ]
			cmp want out
		done
		n=$((n + 1))
	done
	[ $n -gt 0 ] || skip "make dist built amd64 alone"
}
