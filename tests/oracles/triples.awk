# What the plugin found in triples or in mutants of them, against what follows
# from the answers of the three verifiers.
#	awk -v kind=triples|mutants -f triples.awk
#	    KNOWN OPENSSL BORINGSSL GO OURS WORKLOADS
# Triples: the same rules.  Mutants: never without a finding where anybody
# refuses anything; the valid ones among them are judged as triples are.
function order(a,	i, s) {
	for (i = 1; i <= nrules; i++)
		if (a[rules[i]])
			s = s (s == "" ? "" : ",") rules[i]
	return s == "" ? "ok" : s
}

function agree(q) {
	if (ok["b", q] && ok["g", q] && ok["o", q])
		return ""
	if (ok["g", q])
		return "openssl-rejects"
	return ok["b", q] && ok["o", q] ? "go-rejects" : "chain-invalid"
}

function agree_trust(q) {
	if (ok["b", q] && ok["g", q])
		return ""
	return ok["g", q] ? "openssl-rejects" : ok["b", q] ? "go-rejects" : \
	    "root-not-trusted"
}

# $3 DATE, $7 OWN, $8 FORCE, $9 TRUST, $10 PAIR
function expected(	a, own, force, trust) {
	own = agree($7); force = agree($8); trust = agree_trust($9)
	if (!(ok["o", $10] && ok["b", $10] && ok["g", $10]))
		a["key-mismatch"] = 1
	if ($3 != "ok") {
		a[$3] = 1
		if (trust == "root-not-trusted")
			a[trust] = 1
		return order(a)
	}
	if (own == "" && trust == "root-not-trusted")
		force = ""
	a[own] = a[force] = a[trust] = 1
	return order(a)
}

function ours_of(s,	v, n, i, a) {
	n = split(s, v, ",")
	for (i = 1; i <= n; i++)
		a[v[i]] = 1
	return order(a)
}

# Whom a set of rules leaves to accept, as letters; the rest as it stands.
function left(s, who) {
	if (s ~ /chain-invalid|root-not-trusted|unknown|no-root/)
		return 0
	return who == "g" ? s !~ /go-rejects/ : s !~ /openssl-rejects/
}

function rest(s) {
	gsub(/(chain-invalid|root-not-trusted|go-rejects|openssl-rejects)/, "",
	    s)
	gsub(/ok|,/, "", s)
	return s
}

function stricter(want, got) {
	return left(got, "g") <= left(want, "g") &&
	    left(got, "b") <= left(want, "b") && rest(want) == rest(got)
}

# "+RULES": what was expected, and these.
function found_as(known, want, got,	v, n, i, a) {
	if (substr(known, 1, 1) != "+")
		return known == "*" || known == got
	n = split(want "," substr(known, 2), v, ",")
	for (i = 1; i <= n; i++)
		a[v[i]] = 1
	return order(a) == got
}

function explained(want, got, label,	i) {
	for (i = 1; i <= nknown; i++)
		if ((known_want[i] == "*" || known_want[i] == want) &&
		    found_as(known_got[i], want, got) &&
		    label ~ known_label[i])
			return 1
	return 0
}

function who(q,	s) {
	if (!ok["o", q]) s = s " OpenSSL(" why["o", q] ");"
	if (!ok["b", q]) s = s " BoringSSL(" why["b", q] ");"
	if (!ok["g", q]) s = s " Go(" why["g", q] ");"
	return s
}

# Counted by what was done and who refuses, with one example each.
function show(what, want, got,	key, s) {
	key = what ": " $2 ", expected " want ", found " got
	s = who($7) who($8) who($9) who($10)
	gsub(/\([^;]*\)/, "", s)
	key = key ", refused by" (s == "" ? " nobody" : s)
	if (times[key]++ == 0)
		example[key] = sprintf("workload %d (%s); own:%s force:%s " \
		    "trust:%s pair:%s", FNR, message, who($7), who($8),
		    who($9), who($10))
}

function judge_triple(	want, got) {
	want = expected(); got = ours_of(ours)
	if (want == got) {
		count[want]++
		agreed++
	} else if (got == "ok") {
		wrong++
		show("WRONG OK", want, got)
	} else if (stricter(want, got) && explained(want, got, $2))
		strict[want "->" got]++
	else {
		bad++
		show("unexplained", want, got)
	}
}

function judge_mutant(	all, got, part, target) {
	split($2, part, ":")
	all = ok["o", $7] && ok["b", $7] && ok["g", $7] &&
	    ok["o", $8] && ok["b", $8] && ok["g", $8] &&
	    ok["b", $9] && ok["g", $9] &&
	    ok["o", $10] && ok["b", $10] && ok["g", $10]
	got = ours_of(ours) == "ok" && ours != ""
	target = part[2]
	targets[target] = 1
	if (all && got) both[target]++
	else if (!all && !got) neither[target]++
	else if (all) { stricter_n[target]++; how[$2]++ }
	else {
		wrong++
		show("WRONG OK", expected(), ours_of(ours))
	}
}

BEGIN {
	nrules = split("no-root unknown expired not-yet-valid key-mismatch " \
	    "chain-invalid go-rejects openssl-rejects root-not-trusted",
	    rules, " ")
	FS = "[ \t]"
	from[2] = "o"; from[3] = "b"; from[4] = "g"
}

FNR == 1 { file++ }
file == 1 {
	if (/^#/) next
	split($0, f, "\t")
	nknown++
	known_want[nknown] = f[1]; known_got[nknown] = f[2]
	known_label[nknown] = f[3]
	next
}
file <= 4 {
	ok[from[file], $1] = $2 == "ok"
	if ($2 != "ok") {
		id = $1
		sub(/^[^ ]* no /, "")
		why[from[file], id] = $0
	}
	next
}
file == 5 { answers++; said[FNR] = $2; sub(/^[^ ]* [^ ]* /, ""); texts[FNR] = $0; next }
{
	n++
	ours = said[FNR]; message = texts[FNR]
	if ($2 ~ /^mutant:/) judge_mutant()
	else judge_triple()
}

END {
	printf "%s: %d judged, %d as expected", kind, n, agreed
	for (r in count)
		s = s sprintf(", %s %d", r, count[r])
	printf "%s; %d ok only by us, %d unexplained; we refuse more:", s == "" ? \
	    "" : " (" substr(s, 3) ")", wrong, bad
	for (r in strict) { printf " %s=%d", r, strict[r]; any = 1 }
	print any ? "" : " none"
	for (t in targets) {
		printf "  mutants of the %s: %d accepted by us and all, %d " \
		    "refused by both, %d refused only by us\n", t, both[t],
		    neither[t], stricter_n[t]
		empty += both[t] == 0
	}
	for (k in times)
		if (shown++ < 40)
			printf "  %d times %s\n    %s\n", times[k], k,
			    substr(example[k], 1, 600)
	if (n == 0 || agreed == 0 || empty) wrong++
	if (n != answers) {
		printf "  %d workloads, but %d answers\n", n, answers
		wrong++
	}
	exit wrong + bad > 0
}
