#!/usr/bin/env bats
# kube/write.h against a server that spoils what it can: whatever happens, a
# write is on the wire once.  The answers are recorded ones (tests/server/record)
# and what PATCH and POST make of them (tests/server/write.py).

bats_require_minimum_version 1.5.0

load server.bash

setup_file() {
	server_setup
	export ANSWERS=$PWD/tests/data/answers/v1.20.2/065-both-citadel-true
}

setup() {
	rm -f "$D/log" "$D/runs"
	unset USER_ENTRY CLUSTER
	CA=(patch '' v1 secrets Secret istio-system istio-ca-secret)
	WHERE=/api/v1/namespaces/istio-system/secrets
	WHO='?fieldManager=kubectl-istio-rotate'
	KEY=S0VZV09SRC1LRVlXT1JE	# what nobody may print
	BODY="{\"data\":{\"ca-key.pem\":\"$KEY\"}}"
}

# One write of $BODY: [OPTION...] VERB ... :: SERVER-OPTIONS...
wrote() {
	served "$ANSWERS" "$KUBEWRITE" -t 5s "$@" <<<"$BODY"
	if grep -F "$KEY" "$D/out" "$D/err"; then
		return 1
	fi
}

writes() { # COUNT: of all lines that are no GETs
	[ "$(grep -cv '^GET' "$D/log")" -eq "$1" ] || {
		cat "$D/log"
		return 1
	}
}

said() { # HTTP SENT CLASS: and no version
	[ "$output" = "http=$1 sent=$2 version= uid= class=$3" ] || {
		echo "$output"
		echo "$stderr"
		return 1
	}
}

@test "a merge patch: what is on the wire, and what comes of it" {
	wrote -av "${CA[@]}" ::
	expect 0
	uid=$(jq -r '.items[] | select(.kind == "Secret" and
	    .metadata.name == "istio-ca-secret").metadata.uid' \
	    "$ANSWERS/objects.json")
	[ -n "$uid" ]
	[ "$output" = "http=200 sent=1 version=1000001 uid=$uid class=0" ]
	[ "$(wc -l <"$D/log")" -eq 1 ]
	IFS=$'\t' read -r method path rest <"$D/log"
	[ "$method $path" = "PATCH $WHERE/istio-ca-secret$WHO" ]
	for want in type=application/merge-patch+json accept=application/json \
	    'auth=Bearer the-token' gzip=yes expect=- Impersonate-User=ann; do
		grep -qiF "	$want	" <<<"	$rest	" || {
			echo "$want: $rest"
			return 1
		}
	done
	[[ "$stderr" =~ ^PATCH\ https://127.0.0.1:[0-9]+$WHERE/istio-ca-secret\?fieldManager=kubectl-istio-rotate\ 200\ in\ [0-9]+\ ms$ ]]
}

@test "a dry run says so to the server" {
	wrote -d "${CA[@]}" ::
	expect 0
	cut -f 2 "$D/log" | grep -qxF "$WHERE/istio-ca-secret$WHO&dryRun=All"
	[[ "$output" == "http=200 sent=1 version="* ]]
	[[ "$output" != *version=1000001* ]]
}

@test "a patch of what has changed since: a conflict" {
	BODY='{"metadata":{"resourceVersion":"1"},"data":{}}'
	wrote "${CA[@]}" ::
	expect 1
	said 409 1 7
	writes 1
	BODY='{"metadata":{"uid":"another"},"data":{}}'
	wrote "${CA[@]}" ::
	said 422 1 11
}

@test "a create: a POST to the siblings, once for a name" {
	BODY='{"metadata":{"name":"new","namespace":"istio-system"},"kind":"Secret","apiVersion":"v1"}'
	wrote create '' v1 secrets Secret istio-system new ::
	expect 0
	[[ "$output" =~ ^http=201\ sent=1\ version=1000001\ uid=[0-9a-f-]{36}\ class=0$ ]]
	IFS=$'\t' read -r method path rest <"$D/log"
	[ "$method $path" = "POST $WHERE$WHO" ]
	grep -qF '	type=application/json	' "$D/log"
	rm "$D/log"
	BODY=${BODY/new/istio-ca-secret}
	wrote create '' v1 secrets Secret istio-system istio-ca-secret ::
	expect 1
	said 409 1 7
	[ "$stderr" = 'Error from server (AlreadyExists): secrets "istio-ca-secret" already exists' ]
	writes 1
}

@test "the reply is lost: one request, and nobody knows" {
	for fault in lost close reset donereset donecut; do
		# with a connection of before, on which libcurl would try again
		for first in '' -g; do
			rm -f "$D/log"
			wrote ${first:+"$first"} "${CA[@]}" :: \
			    --fault "$fault@PATCH"
			echo "$fault $first"
			expect 1
			said 0 1 3
			writes 1
			grep -q '^no whole answer came to the patch of secrets "istio-ca-secret", which may be done or not: ' "$D/err"
		done
	done
}

@test "a write has a connection of its own: the old one may be dead" {
	wrote -g "${CA[@]}" :: --fault stale@GET
	expect 0
	[ "$(cut -f 1 "$D/log" | tr '\n' ' ')" = "GET PATCH " ]
}

@test "refusals: each answered once, asked once" {
	# FAULT HTTP CLASS
	while read -r fault http class; do
		rm -f "$D/log"
		wrote -g "${CA[@]}" :: --fault "$fault@PATCH"
		echo "$fault"
		expect 1
		said "$http" 1 "$class"
		writes 1
	done <<-E
	429 429 9
	429ra1 429 9
	500 500 3
	503 503 3
	done500 500 3
	502html 502 3
	409 409 7
	422 422 11
	403 403 5
	401 401 4
	redirect 302 3
	bounce 301 3
	donehtml 200 3
	donewrongkind 200 11
	donewrongname 200 11
	doneempty 200 11
	donegarbage 200 11
	E
}

@test "a Status that quotes the key: nothing of it, at no level" {
	wrote -v "${CA[@]}" :: --fault 422@PATCH
	expect 1
	[ "$(tail -n 1 "$D/err")" = 'Error from server (Invalid): secrets "istio-ca-secret" is invalid: data' ]
	[ "$(wc -l <"$D/err")" -eq 2 ]
}

@test "a 401, and new credentials: done, with two requests and no more" {
	exec_entry
	wrote "${CA[@]}" :: --accept-token t2
	expect 0
	[[ "$output" == "http=200 sent=1 version=1000001 "* ]]
	writes 2
	[ "$(grep -o 'auth=Bearer t.' "$D/log" | tr '\n' ' ')" = \
	    "auth=Bearer t1 auth=Bearer t2 " ]
	rm "$D/log" "$D/runs"
	wrote "${CA[@]}" :: --accept-token never
	expect 1
	said 401 1 4
	writes 2
	# the second one is lost: it stays at that
	rm "$D/log" "$D/runs"
	wrote "${CA[@]}" :: --accept-token t2 --fault lost@2
	expect 1
	said 0 1 3
	writes 2
}

@test "nobody there, or nobody to be trusted: nothing was sent" {
	printf '#!/bin/sh\nPORT=1 exec "%s/with" "$@"\n' "$D" >"$D/nobody"
	chmod +x "$D/nobody"
	status=0
	"$D/nobody" "$KUBEWRITE" "${CA[@]}" <<<"$BODY" >"$D/out" 2>"$D/err" ||
	    status=$?
	output=$(cat "$D/out") stderr=$(cat "$D/err")
	expect 1
	said 0 0 3
	[[ "$stderr" == "The connection to the server 127.0.0.1:1 was refused"* ]]
	export CLUSTER=", tls-server-name: another.example"
	wrote "${CA[@]}" ::
	expect 1
	said 0 0 3
	[ ! -e "$D/log" ]
	unset CLUSTER
	wrote patch '' v1 secrets Secret istio-system a/b ::
	expect 1
	said 0 0 11
	[ ! -e "$D/log" ]
}

@test "an answer that does not end is given up in time" {
	for fault in doneslow donedrip; do
		rm -f "$D/log"
		SECONDS=0
		wrote -t 2s "${CA[@]}" :: --fault "$fault@PATCH"
		expect 1
		said 0 1 3
		[ "$SECONDS" -lt 6 ]
		writes 1
	done
}

@test "a body of a megabyte goes as it is, in one request" {
	BODY="{\"data\":{\"x\":\"$(head -c 1000000 /dev/zero | tr '\0' Q)\"},\"metadata\":{\"annotations\":{\"a\":\"$(head -c 300000 /dev/zero | tr '\0' Q)\"}}}"
	wrote "${CA[@]}" ::
	expect 0
	writes 1
	grep -q '	expect=-	' "$D/log"
}

@test "what may we do: one review a right" {
	ask=(may patch '' secrets istio-system istio-ca-secret
	    create '' secrets istio-system '' get '' pods/log '' ''
	    patch apps deployments istio-system '')
	served "$ANSWERS" "$KUBEWRITE" "${ask[@]}" :: --deny create/secrets \
	    --deny get/pods
	expect 0
	[ "$output" = "1 0 1 1" ]
	[ "$(cut -f 1,2 "$D/log" | sort -u)" = "POST	/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" ]
	writes 4
	# it changes nothing, so it is tried again as a GET is
	for fault in 429ra1 503 close reset cut; do
		rm "$D/log"
		served "$ANSWERS" "$KUBEWRITE" -t 5s "${ask[@]}" :: \
		    --deny get/pods/log --fault "$fault@2"
		echo "$fault"
		expect 0
		[ "$output" = "1 1 0 1" ]
		writes 5
	done
}

@test "what may we do, of an old server and of none that says" {
	ask=(may patch '' secrets istio-system istio-ca-secret
	    create '' secrets istio-system '')
	served "$ANSWERS" "$KUBEWRITE" "${ask[@]}" :: --deny create/secrets \
	    --fault 404text@/authorization.k8s.io/v1/
	expect 0
	[ "$output" = "1 0" ]
	grep -q '/v1beta1/' "$D/log"
	served "$ANSWERS" "$KUBEWRITE" "${ask[@]}" :: --fault 404text@/
	expect 1
	[ "$output" = "0 0" ]
	[[ "$stderr" == "cannot ask what we may do: Error from server (NotFound)"* ]]
	served "$ANSWERS" "$KUBEWRITE" "${ask[@]}" :: --fault donehtml@2
	expect 1
	[ "$output" = "0 0" ]
}
