# What README.md shows, see readme.py.
block() {	# NAME
	"$BATS_TEST_DIRNAME/../cli/readme.py" block "$1"
}

# Each command that README.md shows for this mesh, by a function that sets
# output; and what it prints is what is shown.
all_shown() {	# MESH FUNCTION
	local dir=$BATS_TEST_TMPDIR/shown c
	local readme=$BATS_TEST_DIRNAME/../cli/readme.py
	rm -rf "$dir"
	mkdir "$dir"
	"$readme" commands "$1" "$dir"
	for c in "$dir"/*.sh; do
		cat "$c"
		"$2" "$(cat "$c")"
		printf '%s\n' "$output" >"$dir/printed"
		"$readme" same "${c%.sh}.out" "$dir/printed"
	done
}
