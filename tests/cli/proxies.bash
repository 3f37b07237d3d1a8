# What a proxy's Envoy says at $AT, of certificates in mesh/.

# one certificate as /certs has it: PEM PATH SPIFFE-ID
spoken() {
	local t serial from to
	t=$(openssl x509 -in "mesh/$1" -noout -serial -startdate -enddate \
	    -dateopt iso_8601)
	serial=$(sed -n 's/^serial=//p' <<<"$t" | tr 'A-F' 'a-f')
	from=$(sed -n 's/^notBefore=\(.*\) /\1T/p' <<<"$t")
	to=$(sed -n 's/^notAfter=\(.*\) /\1T/p' <<<"$t")
	jq -n --arg path "$2" --arg serial "$serial" --arg from "$from" \
	    --arg to "$to" --arg uri "$3" --arg days $((($(date -d "$to" +%s) - \
	    $(date -d "$AT" +%s)) / 86400)) '{$path, serial_number: $serial,
	    subject_alt_names: (if $uri == "" then [] else [{$uri}] end),
	    days_until_expiration: $days, valid_from: $from,
	    expiration_time: $to}'
}

# ROOT LEAF SPIFFE-ID [PATH]
certs() {
	local dir=/etc/certs root leaf
	root=$(spoken "$1" "${4:-$dir/root-cert.pem}" '')
	leaf=$(spoken "$2" "${4:-$dir/cert-chain.pem}" "$3")
	# once for each listener
	jq -n --argjson r "$root" --argjson l "$leaf" '{certificates:
	    [range(3) | {ca_cert: [$r], cert_chain: [$l]}]}'
}
