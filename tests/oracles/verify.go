// Go's crypto/x509 over the cases of case.h.
package main

import (
	"bufio"
	"crypto/x509"
	"encoding/base64"
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

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
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
