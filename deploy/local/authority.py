"""Certificates and passwords made with nothing installed: of this machine's Kafka, and of the containers."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.local.tokens import write
from shared.secrets.files import require_closed

_DAYS = 3650
BROKER = "broker"  # the name in its certificate, by which it is known to itself


@dataclass(frozen=True, slots=True)
class Authority:
    """Files in one folder: `authority.pem` signs, `ca.pem` is what clients trust, `broker.pem` is of the broker.

    Safe to make again and by several programs at once: the first one made is the one.
    """

    folder: Path

    @property
    def own(self) -> Path:
        """The key that signs, and its certificate."""
        return self.folder / "authority.pem"

    @property
    def ca(self) -> Path:
        """What clients trust."""
        return self.folder / "ca.pem"

    @property
    def broker(self) -> Path:
        """The broker's key and certificates."""
        return self.folder / "broker.pem"

    def password_file(self, principal: str) -> Path:
        """The file with the password of a principal."""
        return self.folder / f"{principal}.password"

    def found(self) -> bytes:
        """Make the authority unless it is there, and return its key and certificate."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.own.exists():
            write(self.own, _signed_by_itself(), 0o600)
        require_closed(self.own)
        own = self.own.read_bytes()
        if not self.ca.exists():
            write(self.ca, _certificate(own), 0o644)
        return own

    def make(self, principals: Iterable[str]) -> None:
        """Make what is missing. Raises ReadableByOthers for a key file that others may read."""
        own = self.found()
        if not self.broker.exists():
            write(self.broker, signed(own, BROKER, ["localhost"]), 0o600)
        for each in principals:
            if not self.password_file(each).exists():
                write(self.password_file(each), secrets.token_urlsafe(24), 0o600)
        for file in (self.broker, *map(self.password_file, principals)):
            require_closed(file)

    def environment(self, principal: str) -> dict[str, str]:
        """The variables by which a program is this principal."""
        return {
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_MECHANISM": "SCRAM-SHA-512",
            "KAFKA_USER": principal,
            "KAFKA_PASSWORD_FILE": str(self.password_file(principal)),
            "KAFKA_CA_FILE": str(self.ca),
        }


def _signed_by_itself() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("carrousel local authority")
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return _pem(key) + _text(made)


def signed(authority: bytes, name: str, hosts: Iterable[str]) -> str:
    """A key and a certificate of that name, for these hosts and the loopback address, signed by an authority."""
    signer = serialization.load_pem_private_key(authority, None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)  # noqa: S101 - the kind that is made above
    issuer = x509.load_pem_x509_certificate(authority)
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), *map(x509.DNSName, hosts)]
    made = (
        _builder(_name(name), issuer.subject, key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    return _pem(key) + _text(made) + _text(issuer)


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(authority: bytes) -> str:
    return _text(x509.load_pem_x509_certificate(authority))


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    encoding, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, kind, serialization.NoEncryption()).decode()
