// SPDX-License-Identifier: Apache-2.0

package workload

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"time"
)

const certificateLife = 365 * 24 * time.Hour

// Authority is a certificate that signs others.
type Authority struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// servingCertificate makes a certificate for a server of the name on the host.
func (a Authority) servingCertificate(name, host string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		DNSNames:     []string{name, "localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		NotBefore:    a.Certificate.NotBefore,
		NotAfter:     time.Now().Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if address := net.ParseIP(host); address != nil {
		template.IPAddresses = append(template.IPAddresses, address)
	} else {
		template.DNSNames = append(template.DNSNames, host)
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, a.Certificate, key.Public(), a.Key)
	if err != nil {
		return nil, fmt.Errorf("sign a certificate for %s with %s: %w", name, a.Certificate.Subject, err)
	}
	return &tls.Certificate{Certificate: [][]byte{signed, a.Certificate.Raw}, PrivateKey: key}, nil
}
