// Go's crypto/x509 over the cases of case.h, and over the triples of triple.h
// if that is asked for.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

func parse(s string) *x509.Certificate {
	der, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil
	}
	return c
}

func pool(s string) *x509.CertPool {
	p := x509.NewCertPool()
	if s == "-" {
		return p
	}
	for _, one := range strings.Split(s, ",") {
		if c := parse(one); c != nil {
			p.AddCert(c)
		}
	}
	return p
}

// chain reads cert-chain.pem as tls.X509KeyPair does: what is no certificate
// is passed over, what is one must parse.
func chain(text []byte) (*x509.Certificate, *x509.CertPool, error) {
	var leaf *x509.Certificate
	inters := x509.NewCertPool()
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil && leaf == nil {
			return nil, nil, err
		}
		if err != nil {
			continue
		}
		if leaf == nil {
			leaf = c
		} else if known(c) {
			inters.AddCert(c)
		}
	}
	if leaf == nil {
		return nil, nil, fmt.Errorf("decode")
	}
	return leaf, inters, nil
}

// known says whether Go knows this kind of key.  One that it does not know, in
// a pool, made Verify() fall over before Go 1.21.8 (CVE-2024-24783); since then
// such a certificate issues nothing.
func known(c *x509.Certificate) bool {
	return c.PublicKey != nil
}

// roots is AppendCertsFromPEM().
func roots(text []byte) *x509.CertPool {
	p := x509.NewCertPool()
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return p
		}
		if block.Type != "CERTIFICATE" || len(block.Headers) != 0 {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err == nil && known(c) {
			p.AddCert(c)
		}
	}
}

func question(text, anchors []byte, at int64) error {
	leaf, inters, err := chain(text)
	if err != nil {
		return err
	}
	pool := roots(anchors)
	for _, usage := range []x509.ExtKeyUsage{
		x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth} {
		if _, err = leaf.Verify(x509.VerifyOptions{
			Roots:         pool,
			Intermediates: inters,
			CurrentTime:   time.Unix(at, 0),
			KeyUsages:     []x509.ExtKeyUsage{usage},
		}); err != nil {
			return err
		}
	}
	return nil
}

func answer(out *bufio.Writer, id string, err error) {
	if err == nil {
		fmt.Fprintln(out, id, "ok")
		return
	}
	fmt.Fprintf(out, "%s no %q\n", id, err.Error())
}

func triples(in *bufio.Reader, out *bufio.Writer) {
	var blobs [][]byte
	get := func(s string) []byte {
		i, _ := strconv.Atoi(s)
		return blobs[i]
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		w := strings.Fields(line)
		switch w[0] {
		case "R":
			blobs = nil
		case "B":
			text, _ := base64.StdEncoding.DecodeString(w[1])
			blobs = append(blobs, text)
		case "Q":
			at, _ := strconv.ParseInt(w[2], 10, 64)
			answer(out, w[1], question(get(w[3]), get(w[4]), at))
		case "K":
			_, err := tls.X509KeyPair(get(w[2]), get(w[3]))
			answer(out, w[1], err)
		}
	}
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	if len(os.Args) > 1 && os.Args[1] == "triples" {
		triples(in, out)
		return
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		w := strings.Fields(line)
		at, _ := strconv.ParseInt(w[2], 10, 64)
		usage := x509.ExtKeyUsageAny
		switch w[1] {
		case "s":
			usage = x509.ExtKeyUsageServerAuth
		case "c":
			usage = x509.ExtKeyUsageClientAuth
		}
		leaf := parse(w[3])
		if leaf == nil {
			fmt.Fprintln(out, w[0], "no decode")
			continue
		}
		_, err = leaf.Verify(x509.VerifyOptions{
			Roots:         pool(w[5]),
			Intermediates: pool(w[4]),
			CurrentTime:   time.Unix(at, 0),
			KeyUsages:     []x509.ExtKeyUsage{usage},
		})
		if err != nil {
			fmt.Fprintln(out, w[0], "no", strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Fprintln(out, w[0], "ok")
		}
	}
}
