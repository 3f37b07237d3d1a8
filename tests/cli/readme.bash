# What README.md shows behind "<!-- NAME -->": the indented lines, four blanks
# less.  It fails where there are none.
block() {	# NAME
	awk -v want="<!-- $1 -->" '
	$0 == want { on = 1; next }
	on && /^    / { print substr($0, 5); n++; next }
	on && n && !/^$/ { exit }
	on && n { print "" }
	END { exit n == 0 }' README.md | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
	return "${PIPESTATUS[0]}"
}
