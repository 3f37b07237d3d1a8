# What proxies say of the certificates in mesh/*.pem, as of AT: by openssl, for
# tests of certverify --envoy.

# with a root in force, one of another key, and one of the same
put_mesh() {	# TIME
	mkdir -p mesh
	cat >spec <<-E
	at $1
	cert root from=-100d to=+3000d
	cert old key=k5 from=-400d to=+100d
	cert twin from=-300d to=+100d
	secret istio-system/istio-ca-secret type=istio.io/ca-root ca-cert.pem=root ca-key.pem=pkcs1:k1
	configmap istio-system/istio-security caTLSRootCert=b64:root
	workload istio-system/default issuer=root root=root
	workload kube-system/default issuer=root root=root
	workload shop/default issuer=root root=root from=-20d to=+70d
	workload zoo/default issuer=root root=root from=-20d to=+70d
	workload zoo/was issuer=root root=twin from=-60d to=+30d
	pem root.pem root
	pem old.pem old
	pem twin.pem twin
	pem shop.pem shop/default
	pem zoo.pem zoo/default
	pem was.pem zoo/was
	E
	"$MKMESH" spec mesh
}

# one certificate as /certs has it: PEM PATH SPIFFE-ID
spoken() {
	openssl x509 -in "mesh/$1" -noout -serial -startdate -enddate \
	    -dateopt iso_8601 | jq -Rn --arg path "$2" --arg uri "$3" \
	    --arg at "$AT" '[inputs | sub("^[^=]*="; "") | sub(" "; "T")]
	    as [$serial, $from, $to] | {$path,
	    serial_number: ($serial | ascii_downcase),
	    subject_alt_names: (if $uri == "" then [] else [{$uri}] end),
	    days_until_expiration: ((($to | fromdate) - ($at | fromdate)) /
	    86400 | trunc), valid_from: $from, expiration_time: $to}'
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

# what Istio 1.0 says: ROOT LEAF
text() {
	local _ r l say='Certificate Path: /etc/certs/\(.path), Serial Number: \(.serial_number), Days until Expiration: \(.days_until_expiration)'
	r=$(spoken "$1" root-cert.pem '' | jq -r "\"$say\"")
	l=$(spoken "$2" cert-chain.pem '' | jq -r "\"$say\"")
	for _ in 1 2; do
		printf '{\n\t"ca_cert": "%s",\n\t"cert_chain": "%s"\n}' "$r" "$l"
	done
}

# ROOT LEAF SPIFFE-ID
ztunnel() {
	jq -n --arg id "$3" --arg r "$(base64 -w0 "mesh/$1")" \
	    --arg l "$(base64 -w0 "mesh/$2")" '{certificates: [
	    {identity: $id, state: "Available", certChain: [{pem: $l}],
	    rootCerts: [{pem: $r}]}]}'
}

dump() {	# ROOT-PEM... , a bundle
	local t=type.googleapis.com/envoy
	jq -n --arg t $t --arg b "$(cd mesh && cat "$@" | base64 -w0)" \
	    --arg l "$(base64 -w0 mesh/shop.pem)" '{configs: [{"@type":
	    "\($t).admin.v3.SecretsConfigDump", dynamic_active_secrets: [
	    {name: "default", secret: {name: "default", tls_certificate:
		{certificate_chain: {inline_bytes: $l}}}},
	    {name: "ROOTCA", secret: {name: "ROOTCA", validation_context:
		{trusted_ca: {inline_bytes: $b}}}}]}]}'
}
