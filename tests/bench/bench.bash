# For tests/bench/{pods,secrets}: what is measured on a cluster of many objects.
# Before: dir (the programs' and everything else's), runs, encoding, url, the
# array tool and its name.
# shellcheck disable=SC2154,SC2034	# set by who sources this, or used there

cp=${CLUSTER_DIR:-}
server=https://127.0.0.1:$(cat "$cp/port")
missed=0
set -o pipefail

versions() {
	echo "kube-apiserver 1.20.2, medians of $runs runs in turn," \
	    "cores $(nproc)," \
	    "$(curl --version | head -n 1 | cut -d ' ' -f 1,2)," \
	    "kubectl $(kubectl version --client -o json |
	    jq -r .clientVersion.gitVersion), $(jq --version)," \
	    "Accept-Encoding ${encoding:-none}"
}

# Lines of it, as JSON, into the API server.
load() {	# WHAT FIRST LAST COMMAND...
	local what=$1 first=$2 last=$3 began=$SECONDS took
	shift 3
	# no head: one that goes early breaks the pipe of who is before it
	"$@" | sed -n "$first,${last}p" |
	    "$dir/loadpods" "$cp" "$server" 2>"$dir/$name.err" || {
		cat "$dir/$name.err" >&2
		exit 1
	}
	took=$((SECONDS - began))
	echo "$what $first to $last loaded in $took s," \
	    "$(((last - first + 1) / (took + 1))) a second"
}

measure() {	# FIGURES OBJECTS: NAME cpu-ms wall-ms KiB of each, in turn
	"$dir/rusage" "$runs" \
	    "$name" "${tool[@]}" -- \
	    sequential "$dir/lists" "$cp" sequential "$encoding" "$url" -- \
	    pipelined "$dir/lists" "$cp" pipelined "$encoding" "$url" -- \
	    floor-again "$dir/lists" "$cp" sequential "$encoding" "$url" \
	    >"$1" 2>"$dir/$name.err" || {
		cat "$dir/$name.err" >&2
		exit 1
	}
	# What each run of a floor says that it has read.  A selector that other
	# objects follow may leave an empty page at the end.
	awk -v pages=$((($2 + 499) / 500)) '
	/ pages, / { bad = bad || $1 < pages || $1 > pages + 1; last = $0 }
	END { print last; exit bad || last == "" }' "$dir/$name.err" || {
		echo "bench: a floor has not read all pages" >&2
		exit 1
	}
	awk '{ printf "%-12s %9.2f ms CPU %9.2f ms wall %7d KiB\n",
	    $1, $2, $3, $4 }' "$1"
}

figure() {	# FIGURES NAME COLUMN
	awk -v n="$2" -v c="$3" '$1 == n { print $c }' "$1"
}

least() {	# FIGURES COLUMN: of the two floors
	awk -v c="$2" '($1 == "sequential" || $1 == "pipelined") &&
	    (m == "" || $c < m) { m = $c } END { print m }' "$1"
}

over() {	# FIGURES: KiB over the floor
	echo $(($(figure "$1" "$name" 4) - $(least "$1" 4)))
}

floor_again() {	# FIGURES
	echo "the floor over itself: $(ratio \
	    "$(figure "$1" floor-again 3)" "$(figure "$1" sequential 3)")"
}

bar() {		# WHAT VALUE most|least LIMIT UNIT
	awk -v what="$1" -v v="$2" -v side="$3" -v limit="$4" -v unit="$5" '
	BEGIN {
		bad = side == "most" ? v > limit : v < limit
		printf "%s: %.*f%s (at %s %s)%s\n", what,
		    unit == "" ? 2 : 0, v, unit, side, limit,
		    bad ? ": MISSED" : ""
		exit bad
	}' || missed=1
}

ratio() {	# A B
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f\n", a / b }'
}

# Once is enough to see a factor of ten: no warming up, and wall time alone.
clock() {	# FUNCTION: ms
	local began=$EPOCHREALTIME
	"$1" >/dev/null || {
		echo "bench: $1 failed" >&2
		return 1
	}
	awk -v a="$began" -v b="$EPOCHREALTIME" \
	    'BEGIN { printf "%.2f\n", (b - a) * 1000 }'
}

median_of_3() {	# FUNCTION: ms
	local _
	for _ in 1 2 3; do
		clock "$1" || return 1
	done | sort -n | sed -n 2p
}
