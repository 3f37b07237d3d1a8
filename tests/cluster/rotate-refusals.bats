#!/usr/bin/env bats
# rotate on a real API server: what it refuses to do, what becomes of it when
# it is interrupted, and that the CA's key is nowhere but in the backup.
bats_require_minimum_version 1.5.0
load cluster.bash
load mesh.bash
load rotate.bash

setup_file() {
	rotate_setup_file
	[ -n "$CLUSTER_DIR" ] || return 0
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$D/mine.key" \
	    -out "$D/mine.pem" -subj /CN=keeper -days 2 2>/dev/null
}

setup() {
	rotate_setup
}

teardown() {
	rm -f "$CLUSTER_DIR/held" "$CLUSTER_DIR/go"
	rotate_teardown
}

teardown_file() {
	[ -z "$CLUSTER_DIR" ] || citadel_down
}

ca=istio-system/istio-ca-secret
citadel=istio-system/istio-citadel

secret=/api/v1/namespaces/istio-system/secrets/istio-ca-secret

# Through tests/server/server, in the background; its own pid is in tool.
start_between() {	# FAULT ARGS...
	local fault=$1
	shift
	rm -f "$CLUSTER_DIR/held" "$CLUSTER_DIR/go" "$D/pid"
	cat >"$D/tool" <<-'EOF'
	#!/bin/bash
	echo $$ >"$D/pid"
	exec env --default-signal=INT,HUP kubectl-istio-rotate "$@"
	EOF
	chmod 755 "$D/tool"
	{
		between --fault "$fault" -- "$D/tool" --timeout 20s "$@"
		exit "$s"
	} </dev/null 3>&- &
	pid=$!
	until_so [ -e "$CLUSTER_DIR/held" ]
	tool=$(cat "$D/pid")
}

go_on() {
	touch "$CLUSTER_DIR/go"
	ended
}

@test "no rights: which; and with those of --print-rbac it works" {
	token_of_me
	kubectl istio rotate --apply --print-rbac >"$D/roles"
	kubectl istio rotate --print-rbac >"$D/reading"
	bind_me "$D/reading"
	as_me=(--server "https://127.0.0.1:$(cat "$CLUSTER_DIR/port")"
	    --certificate-authority "$CLUSTER_DIR/ca.crt" --token "$sa_token"
	    --kubeconfig /dev/null)
	printf '%s\n' "$sa_token" >"$D/token"
	rot "${as_me[@]}"
	[ $s -eq 1 ]
	apply "${as_me[@]}"
	[ $s -eq 2 ]
	said "stop check $ca no-right"
	said "stop check $citadel no-right"
	grep -q 'you may not patch secrets/istio-ca-secret in' "$D/out"
	wrote
	bind_me "$D/roles"
	apply "${as_me[@]}"
	[ $s -eq 0 ]
	wrote "$ca_write" "$citadel_write"
	good
}

@test "refusals: exit 2, a line, nothing written" {
	age
	rot --apply
	refused 'no terminal to ask on: --yes does without'
	mkdir -m 700 "$D/there"
	apply --backup-dir "$D/there"
	refused "backup directory '$D/there' exists"
	mkdir -m 700 "$D/real"
	ln -s real "$D/link"
	apply --backup-dir "$D/link/new"
	refused 'symbolic link'
	[ -z "$(find "$D/real" "$D/there" -mindepth 1)" ]
	chmod 770 "$D/real"
	apply --backup-dir "$D/real/new"
	refused "'?$D/real"
	apply --from "$(printf '%064d' 1)"
	refused '	from-differs	'
	between --clock -400 -- kubectl-istio-rotate --apply --yes
	keep
	refused '	clock-skew	'
	between --clock 400 -- kubectl-istio-rotate
	keep
	refused '	clock-skew	'
	between --clock -200 -- kubectl-istio-rotate
	keep
	[ "$s" -eq 1 ]
}

@test "a full disk while it is backed up: nothing written, nothing left" {
	age
	mkdir -m 700 -p "$D/small"
	if mount -t tmpfs -o size=16k,mode=700 tmpfs "$D/small" 2>/dev/null
	then
		head -c 1M /dev/zero >"$D/small/filler" 2>/dev/null || :
		apply --backup-dir "$D/small/new"
		ls -A "$D/small" >"$D/left"
		umount "$D/small"
		refused 'No space left'
		[ "$(cat "$D/left")" = filler ]
	else
		echo "# SKIP: no tmpfs can be mounted here: a file size limit" \
		    "alone stands for a full disk" >&3
	fi
	# as root or not
	(ulimit -f 1 && exec kubectl-istio-rotate --apply --yes \
	    --backup-dir "$D/small/two" 2>&1 </dev/null) | cat >"$D/err"
	s=${PIPESTATUS[0]}
	: >"$D/out"
	keep
	refused 'File too large'
	[ ! -e "$D/small/two" ]
}

@test "another key in between: the API server's 409, and a stop" {
	age
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$D/other.key" \
	    -out "$D/other.pem" -subj /O=cluster.local -days 3000 2>/dev/null
	start_between "holdonce@PATCH$secret" --apply --yes
	put "$D/other.pem" "$D/other.key"
	go_on
	[ $s -eq 2 ]
	said "stop write $ca ca-secret-changed"
	wrote "patch secrets $ca 409"
	ca now
	cmp "$D/now.pem" "$D/other.pem"
	put "$D/aged.pem" "$D/first.key"
	# a successor of the same key is not somebody else's root
	audit_mark
	resign "$D/theirs.pem"
	start_between "holdonce@PATCH$secret" --apply --yes
	put "$D/theirs.pem"
	go_on
	[ $s -eq 0 ]
	wrote "patch secrets $ca 409" "$citadel_write"
	good
	cmp "$D/theirs.pem" "$D/good.pem"
}

@test "an immutable secret: a stop" {
	may_delete=1
	age
	ca aged
	kubectl -n istio-system patch secret istio-ca-secret \
	    -p '{"immutable": true}' >/dev/null
	rot
	refused '	immutable-secret	'
	apply
	refused '	immutable-secret	'
	jq 'del(.immutable, .metadata.resourceVersion, .metadata.uid)' \
	    "$D/ca.json" | kubectl replace --force -f - >/dev/null
}

@test "1.4.8 and namespaces that it does not manage: --accept-loss" {
	kubectl create namespace zoo >/dev/null
	kubectl -n zoo create serviceaccount lion >/dev/null
	until_so kubectl -n zoo get secret istio.lion istio.default \
	    >/dev/null 2>&1
	kubectl label namespace zoo ca.istio.io/override=false >/dev/null
	kubectl -n zoo run lion --image docker.io/istio/proxyv2:1.4.8 >/dev/null
	age
	# 1.4.10 leaves them
	rot
	[ $s -eq 1 ]
	kubectl -n istio-system rollout pause deployment istio-citadel
	kubectl -n istio-system set image deployment istio-citadel \
	    citadel=docker.io/istio/citadel:1.4.8
	rot
	said "stop check zoo unmanaged-namespace"
	refused '	unmanaged-namespace	'
	apply
	refused '	unmanaged-namespace	'
	apply --accept-loss shop
	refused '	unmanaged-namespace	'
	kubectl -n zoo get secret istio.lion
	kubectl -n istio-system rollout resume deployment istio-citadel
	apply --accept-loss zoo
	[ $s -eq 0 ]
	said "done write $ca -"
	wrote "$ca_write" "$citadel_write"
	citadel_says ' deletes secret zoo/istio.lion' 5 "$from"
	kubectl delete namespace zoo --wait=false >/dev/null
	kubectl -n zoo delete pod lion --wait=false >/dev/null
	kubectl -n istio-system set image deployment istio-citadel \
	    citadel=docker.io/istio/citadel:1.4.10
	citadel_rolled
}

goes_on='go on with: kubectl istio rotate --apply'

# It stops, and says which root is in force, and what goes on.
named() {	# [WHICH]
	[ $s -eq 2 ]
	ca now
	grep -F "$(fingerprint "$D/now.pem") ($1)" "$D/err" | grep -q "$goes_on"
}

# It has looked twice, and waits.
waits() {
	[ "$(grep -c 'GET .*/secrets/istio-ca-secret 200' "$D/err")" -ge 4 ]
}

gone() {
	! kill -0 "$(cat "$D/pid")" 2>/dev/null
}

@test "interrupted in each phase: the state is named, the next run goes on" {
	citadel_stop
	age
	start_between holdonce@POST/apis/authorization --apply --yes
	kill -s INT "$tool"
	go_on
	refused "nothing was written; .*\(the old root\).*; $goes_on, and the other"

	start_between "holdonce@PATCH$secret" --apply --yes
	kill -s TERM "$tool"
	sleep 0.2
	go_on
	wrote "$ca_write"
	named "the new root"

	for sig in HUP INT TERM; do
		start --apply --yes -v 6
		until_so waits
		kill -s $sig "$pid"
		ended
		named "the new root"
		wrote "$ca_write" "$citadel_write"
	done

	# a terminal that is closed
	script -qefc 'echo $$ >"$D/pid"; exec kubectl-istio-rotate --apply \
	    --yes' "$D/err" >/dev/null </dev/null 3>&- &
	pid=$!
	sleep 1
	kill -KILL $pid
	until_so gone

	# and one that nohup(1) makes deaf
	( trap '' HUP && exec kubectl-istio-rotate --apply --yes --timeout 20s \
	    >"$D/out" 2>"$D/err" </dev/null 3>&- ) &
	pid=$!
	sleep 1
	kill -s HUP $pid
	mesh_up
	ended
	[ $s -eq 0 ]
	wrote "$ca_write" "$citadel_write"
	good
}

@test "| head, a full and a closed stdout: it goes on, and says so" {
	age
	s=0
	kubectl-istio-rotate --apply --yes --timeout 20s 2>"$D/err" </dev/null |
	    head -n 1 >"$D/out"
	s=${PIPESTATUS[0]}
	keep
	[ "$s" -eq 2 ]
	grep -q 'cannot write to stdout: Broken pipe' "$D/err"
	[ "$(wc -l <"$D/out")" -eq 1 ]
	good
	wrote "$ca_write" "$citadel_write"
	s=0
	kubectl-istio-rotate --apply --yes 2>"$D/err" </dev/null >/dev/full ||
	    s=$?
	[ $s -eq 2 ]
	grep -q 'No space left' "$D/err"
	s=0
	kubectl-istio-rotate --apply --yes 2>"$D/err" </dev/null >&- || s=$?
	[ $s -eq 2 ]
	wrote "$ca_write" "$citadel_write"
}

# On a terminal; what is typed comes from stdin.
terminal() {	# ARGS...
	s=0
	script -qefc "env --default-signal=INT,HUP kubectl-istio-rotate \
	    --timeout 20s $*" "$D/err" >/dev/null || s=$?
	: >"$D/out"
	keep
}

@test "a terminal: it asks, and No is what it takes silence for" {
	age
	terminal --apply <<<""
	[ $s -eq 2 ]
	grep -qF '[y/N]' "$D/err"
	grep -qF "CA secret:  $ca" "$D/err"
	grep -qF "root:       $(fingerprint "$D/aged.pem")" "$D/err"
	grep -q 'context:    test' "$D/err"
	grep -q 'server:     https://127.0.0.1:' "$D/err"
	grep -qE 'days left:  2[45]' "$D/err"
	grep -q "^restart deployment $citadel: " "$D/err"
	grep -q 'not agreed to: nothing was written' "$D/err"
	wrote
	terminal --apply <<<"n"
	[ $s -eq 2 ]
	wrote
	: >"$D/err"
	terminal --apply < <(shows 'y/N' "$D/err" && printf '\003')
	grep -q 'interrupted: nothing was written' "$D/err"
	[ $s -eq 2 ]
	wrote
	terminal --apply <<<"y"
	[ $s -eq 0 ]
	wrote "$ca_write" "$citadel_write"
	good
}

@test "the key is in the backup alone, sealed or 0600; in no log, no argv" {
	age
	ca aged
	start --apply --yes -v 10 --backup-dir "$D/sealed" \
	    --backup-encrypt-to "$D/mine.pem"
	shows 'patch secret/.*HTTP 200' "$D/err"
	tr '\0' ' ' <"/proc/$pid/cmdline" >"$D/argv"
	grep -q -- --backup-encrypt-to "$D/argv"
	ended
	[ $s -eq 0 ]
	[ "$(ls "$D/sealed" | paste -sd ' ')" = 'audit.log secret.yaml.cms' ]
	openssl cms -decrypt -inform PEM -in "$D/sealed/secret.yaml.cms" \
	    -inkey "$D/mine.key" >"$D/opened"
	diff <(jq -S 'del(.metadata.managedFields)' "$D/opened") \
	    <(jq -S 'del(.metadata.managedFields)' "$D/ca.json")
	audit_mark
	apply --rollback "$D/sealed"
	refused 'it is sealed: openssl cms -decrypt'
	[ "$(grep -c 'patch .* HTTP 200$' "$D/sealed/audit.log")" -ge 2 ]

	find "$D/state" "$D/sealed" -printf '%y %m\n' | sort -u | paste -sd ' ' |
	    grep -qx 'd 700 f 600'

	# the key as it is, and as a Secret has it; both find it in a backup
	grep -v -- ----- "$D/first.key" >"$D/words"
	jq -r '.data["ca-key.pem"]' "$D/ca.json" | fold -w 40 | head -n -1 \
	    >>"$D/words"
	cat "$D/token" >>"$D/words"
	[ "$(wc -l <"$D/words")" -ge 60 ]
	grep -qFf "$D/words" "$(find "$D/state" -name secret.yaml | head -n 1)"
	[ "$(wc -l <"$D/all")" -ge 100 ]
	run -1 grep -FHf "$D/words" "$D/all" "$D/argv" "$D/sealed/"*
	find "$D/state" -type f ! -name secret.yaml -exec grep -FHf "$D/words" \
	    {} + >"$D/leaked" || :
	[ ! -s "$D/leaked" ]
}
