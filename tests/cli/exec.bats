#!/usr/bin/env bats
# kube/exec.h against a server that speaks the exec subresource by WebSocket
# (tests/server/ws.py), and spoils what it can.

bats_require_minimum_version 1.5.0

load server.bash

setup_file() {
	server_setup
	mkdir "$D/answers"
	: >"$D/answers/index"
}

setup() {
	rm -f "$D/log" "$D/runs"
	unset USER_ENTRY CLUSTER
	OK='p exit=0 class=0 http=0 bytes=5 hello|world'
	# base/err.h
	NET=3 FORBIDDEN=5 ABSENT=6 THROTTLED=9 LIMIT=10 FORMAT=11
}

# KUBEEXEC-ARGS... :: SERVER-OPTIONS...
ran() {
	served "$D/answers" "$KUBEEXEC" -l 5000 "$@"
	# a sanitizer's
	[ "$status" -ne 99 ]
}

# One pod, whose answer has this fault.
spoiled() { # FAULT [OPTION...]
	local fault=$1
	shift
	ran "$@" p -- both hello world :: --fault "$fault@/pods/p/"
	echo "$fault: $output $stderr"
}

requests() { # COUNT
	[ "$(wc -l <"$D/log")" -eq "$1" ] || {
		cat "$D/log"
		return 1
	}
}

failed() { # CLASS HTTP MESSAGE
	[ "$status" -eq 0 ] && [[ $output == \
	    "p exit=-1 class=$1 http=$2 bytes="[0-9]*": $3"* ]] || {
		echo "want class=$1 http=$2 $3"
		return 1
	}
}

@test "a command: stdout, stderr, exit status" {
	ran p -- both hello world ::
	expect 0
	[ "$output" = "$OK" ]
	ran p -- exit 3 ::
	[ "$output" = 'p exit=3 class=0 http=0 bytes=0 |' ]
	ran p -- exit 0 ::
	[ "$output" = 'p exit=0 class=0 http=0 bytes=0 |' ]
	ran p -- size 60000 ::
	[[ $output == 'p exit=0 class=0 http=0 bytes=60000 xxx'* ]]
	ran -o 3000000 p -- size 3000000 ::
	[[ $output == 'p exit=0 class=0 http=0 bytes=3000000 xxx'* ]]
}

@test "what is asked for, word for word" {
	ran p -- all 'a b&c=d' '' 'ä%/?#' '+' ::
	expect 0
	[[ $output == *'[{"container": ["istio-proxy"], "stderr": ["true"], "stdout": ["true"]}, ["all", "a b&c=d", "", "\u00e4%/?#", "+"]]|' ]]
	ran -c '' -n other p -- all ::
	[[ $output == *'[{"stderr": ["true"], "stdout": ["true"]}, ["all"]]|' ]]
	grep -q '^GET	/api/v1/namespaces/other/pods/p/exec?' "$D/log"
	ran -n a/b p -- all ::
	failed $FORMAT 0 "its name may not contain '/'"
	ran p -- ::
	failed $FORMAT 0 'there is no command'
}

@test "who asks: token, impersonation, client certificate" {
	ran -a p -- both hello world ::
	[ "$output" = "$OK" ]
	grep -q '	auth=Bearer the-token	gzip=no	Impersonate-User=ann$' "$D/log"
	export USER_ENTRY="{client-certificate: $D/pki/admin.crt, client-key: $D/pki/admin.key}"
	ran -v p q -- both hello world ::
	[ "$(grep -c '	cert=admin	auth=-	' "$D/log")" -eq 2 ]
	[[ $stderr == *'/pods/p/exec?stdout=true&stderr=true&container=istio-proxy&command=both&command=hello&command=world 101 in '* ]]
	export USER_ENTRY='{username: ann, password: secret}'
	ran p -- both hello world ::
	[ "$output" = "$OK" ]
	grep -q '	auth=Basic YW5uOnNlY3JldA==	' "$D/log"
}

@test "in the clear goes no token" {
	ran -t 5s p -- both hello world :: --plain
	# the kubeconfig says https
	expect 1
	served "$D/answers" bash -c 'sed -i s/https:/http:/ "$KUBECONFIG"
		exec "$KUBEEXEC" p -- both hello world' :: --plain
	expect 0
	[ "$output" = "$OK" ]
	grep -q '	tls=no	host=127.0.0.1:PORT	auth=-	' "$D/log"
}

@test "a server's name of its own, and a prefix of its paths" {
	export CLUSTER=', tls-server-name: kubernetes.default.svc'
	ran p -- both hello world ::
	[ "$output" = "$OK" ]
	grep -q '	host=127.0.0.1:PORT	sni=kubernetes.default.svc	' "$D/log"
	unset CLUSTER
	served "$D/answers" bash -c 'sed -i "s|:$PORT|&/x/|" "$KUBECONFIG"
		exec "$KUBEEXEC" p -- both hello world' ::
	[ "$output" = "$OK" ]
	grep -q '^GET	/x/api/v1/namespaces/ns/pods/p/exec?' "$D/log"
}

@test "through a proxy" {
	for plain in '' --plain; do
		rm -f "$D/connects"
		PLAIN=$plain served "$D/answers" bash -c '
			[ -z "$PLAIN" ] || sed -i s/https:/http:/ "$KUBECONFIG"
			sed -i "s/127.0.0.1:/localhost:/" "$KUBECONFIG"
			sed -i "s/certificate-authority/proxy-url: \"http:\/\/u:pw@127.0.0.1:PROXY\", &/" "$KUBECONFIG"
			exec "$SERVER" --dir "$D/pki" --plain --connect "$D/connects" -- \
			    bash -c "sed -i s/PROXY/\$PORT/ $KUBECONFIG; exec $KUBEEXEC p -- both hello world"' :: $plain
		echo "$output $stderr"
		[ "$output" = "$OK" ]
		[[ $(cat "$D/connects") == "CONNECT localhost:"*" u:pw" ]]
	done
}

@test "what a good server may do" {
	for fault in v4 fragments bytes pings early empties others dripstatus \
	    needsping interims statusfirst; do
		spoiled $fault
		[ "$output" = "$OK" ]
	done
	spoiled linger
	[ "$output" = 'p exit=0 class=0 http=0 bytes=10 hello late|world' ]
	spoiled noise
	[[ $output == 'p exit=0 class=0 http=0 bytes=5 hello|noise noise'* ]]
	# it never goes: then we do
	spoiled stay -l 20000
	[ "$output" = "$OK" ]
	spoiled stay -l 300
	[ "$output" = "$OK" ]
}

@test "a 101 that is none" {
	for fault in badaccept noupgrade http10; do
		spoiled $fault
		failed $FORMAT 0 'the server did not switch to a WebSocket'
	done
	for fault in noprotocol strange; do
		spoiled $fault
		failed $FORMAT 0 'the server chose the subprotocol '
	done
	spoiled extension
	failed $FORMAT 0 'the server chose a WebSocket extension'
	spoiled nothttp
	failed $FORMAT 0 "the server's answer is no HTTP/1.1"
	spoiled longhead
	failed $LIMIT 0 "the head of the server's answer is over the limit"
	for fault in 200 302 html redirect; do
		spoiled $fault
		failed $NET "$(sed 's/html/200/; s/redirect/302/' <<<$fault)" \
		    'the server answered with HTTP status '
		[[ $output == *'is there a proxy in between'* ]]
	done
}

@test "frames that break the protocol" {
	for fault in masked rsv reserved loose longping badclose; do
		spoiled $fault
		failed $FORMAT 0 'the server broke the WebSocket protocol'
	done
	spoiled text
	failed $FORMAT 0 'the server sent a message of text'
	spoiled hugeframe
	failed $LIMIT 0 'the server sent a frame of 3145729 bytes, over'
	spoiled hugeclaim
	failed $LIMIT 0 'the server sent a frame of 9223372036854775807 bytes'
	spoiled pingflood
	failed $LIMIT 0 'the server sent more than 64 pings'
}

@test "no word of the command's end, and words that are none" {
	spoiled nostatus
	failed $NET 0 "the WebSocket was closed before the command's end, with the code 1005"
	spoiled closecode
	failed $NET 0 "the WebSocket was closed before the command's end, with the code 1011: because of \\xc3\\xa4"
	spoiled midclose
	failed $NET 0 "the connection was closed before the command's end"
	spoiled midreset
	failed $NET 0 "the connection broke before the command's end"
	spoiled garbledstatus
	failed $FORMAT 0 'the server did not say how the command ended'
	spoiled notrun
	failed $NET 0 'the command did not run: Internal error occurred: no such file'
	ran p -- exit 3 :: --fault nocode@1
	failed $FORMAT 0 'the command failed, and the server did not say'
}

@test "limits of what is read, and of time" {
	ran -o 1000 p -- size 1000 ::
	[[ $output == 'p exit=0 class=0 http=0 bytes=1000 '* ]]
	ran -o 1000 p -- size 1001 ::
	failed $LIMIT 0 "the command's stdout is over the limit of 1000 bytes"
	spoiled stderrflood
	failed $LIMIT 0 "the command's stderr is over the limit of 1048576 bytes"
	spoiled hang -l 500
	failed $NET 0 'the command has not ended within the limit of 500 ms'
	spoiled hanghead -l 500
	failed $NET 0 'no answer within the limit of 500 ms'
	spoiled slow -l 500
	failed $NET 0 'no answer within the limit of 500 ms'
}

@test "refusals" {
	spoiled 403
	failed $FORBIDDEN 403 'Error from server (Forbidden): forbidden: '
	spoiled 500
	failed $NET 500 'Error from server (InternalError): oops'
	spoiled 503
	failed $NET 503 'Error from server (InternalError): oops'
	spoiled 502html
	failed $NET 502 'Error from server (UnexpectedServerError): pods/exec "p": '
	spoiled 404text
	failed $NET 404 'Error from server (NotFound): the server could not find the requested resource, and did not answer'
	spoiled close
	failed $NET 0 'the connection was closed before a whole answer'
	spoiled reset
	failed $NET 0 'the connection broke before a whole answer'
	# of all of them, one request each
	requests 7
	spoiled json
	failed $ABSENT 404 'Error from server (NotFound): "/api/v1/namespaces/ns/pods/p/exec" not found'
}

@test "429 is obeyed" {
	SECONDS=0
	ran -j 1 p q -- echo hi :: --fault 429ra2@1
	[ "$output" = $'p exit=0 class=0 http=0 bytes=2 hi|\nq exit=0 class=0 http=0 bytes=2 hi|' ]
	requests 3
	[ $SECONDS -ge 2 ]
	# nobody else is begun meanwhile
	rm "$D/log"
	ran -j 2 -r 4 p q -- echo hi :: --fault 429ra2@1
	[ "$(sed 's|.*/pods/\(.\)/exec?.*|\1|' "$D/log" | tr '\n' ' ')" = 'p p q ' ]
	# as long as there is time for it
	rm "$D/log"
	spoiled 429ra20
	failed $THROTTLED 429 'Error from server (TooManyRequests): busy'
	requests 1
	rm "$D/log"
	spoiled 429 -l 2500
	failed $THROTTLED 429 'Error from server (TooManyRequests): busy'
	requests 3
}

@test "a 401 once, with new credentials" {
	exec_entry
	ran -j 1 p q r s -- echo hi :: --old-token t1@3
	[ "$(grep -c 'exit=0 .*hi|' "$D/out")" -eq 4 ]
	[ "$(wc -l <"$D/runs")" -eq 2 ]
	requests 5
	# all of them at once, and the plugin runs once more
	rm "$D/log" "$D/runs"
	ran -p 20 p -- echo hi :: --accept-token t2
	[ "$(grep -c 'exit=0 .*hi|' "$D/out")" -eq 20 ]
	[ "$(wc -l <"$D/runs")" -eq 2 ]
	# refused again: it is over for all
	rm "$D/log" "$D/runs"
	ran -j 1 p q -- echo hi :: --accept-token none
	expect 1
	[ "$stderr" = 'You must be logged in to the server (Unauthorized)' ]
	[ -z "$output" ]
	requests 2
}

@test "many: each has its own, whatever becomes of the others" {
	SECONDS=0
	ran -l 2000 -j 8 -p 100 p -- echo hi :: --fault hang@/p-3/ \
	    --fault midreset@/p-5/ --fault nothttp@/p-7/ \
	    --fault hanghead@/p-9/ --fault hugeclaim@/p-11/ \
	    --fault 500@/p-13/ --fault stderrflood@/p-99/
	expect 0
	[ $SECONDS -lt 30 ]
	[ "$(wc -l <"$D/out")" -eq 100 ]
	[ "$(cut -d ' ' -f 1 "$D/out" | sort -u | wc -l)" -eq 100 ]
	[ "$(grep -v ' exit=0 class=0 http=0 bytes=2 hi|$' "$D/out" |
	    cut -d ' ' -f 1 | sort -V | tr '\n' ' ')" = \
	    'p-3 p-5 p-7 p-9 p-11 p-13 p-99 ' ]
	requests 100
}

@test "no more at once, and no faster, than asked for" {
	SECONDS=0
	ran -l 1000 -j 2 -p 6 p -- echo hi :: --fault hang@/p-
	[ "$(grep -c 'within the limit of 1000 ms' "$D/out")" -eq 6 ]
	[ $SECONDS -ge 3 ] && [ $SECONDS -lt 20 ]
	SECONDS=0
	# it is three seconds and a half, but for what may be caught up
	ran -r 10 -p 35 p -- echo hi ::
	[ "$(grep -c 'exit=0 ' "$D/out")" -eq 35 ]
	[ $SECONDS -ge 3 ] && [ $SECONDS -lt 20 ]
}

@test "a callback that fails, and a server that is not there, end it" {
	ran -j 4 -x 3 -p 50 p -- echo hi ::
	expect 1
	[ "$stderr" = 'the callback failed' ]
	[ "$(wc -l <"$D/out")" -eq 3 ]
	served "$D/answers" bash -c 'sed -i "s|:$PORT|:1|" "$KUBECONFIG"
		exec "$KUBEEXEC" -p 5 p -- echo hi' ::
	expect 1
	[ "$stderr" = 'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?' ]
	[ -z "$output" ]
}

@test "a certificate of somebody else's" {
	export CLUSTER=', tls-server-name: elsewhere'
	ran p -- echo hi ::
	expect 1
	[[ $stderr == 'Unable to connect to the server: tls: failed to verify certificate: '* ]]
	[ ! -e "$D/log" ]
}
