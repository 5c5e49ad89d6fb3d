"""What the claims of a token say of somebody here: his role, organisation and cities, by a mapping that is data.

`claims.json` is the mapping unless a file says otherwise: the claims carry our own words. An issuer that has its own
words gets a file: where each claim is, and what its values mean.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.bounds import Line
from shared.domain.messages import Message
from shared.http.auth import Caller, Role, Unauthenticated
from shared.i18n.code_lists import Id
from shared.i18n.municipalities import by_code
from shared.i18n.text import Language
from shared.secrets.files import read_secret

_MOST_CITIES = 1000
_MOST_VALUES = 200
_KBO_DIGITS = 10
_SHORTEST_KEY = 32


class NoRole(Unauthenticated):
    """The issuer knows him, and no claim gives him a role here."""


class Mapped(Message):
    """One claim: the path to it, how its values are written, and what they mean where they are not ours."""

    claim: str | tuple[str, ...]
    form: Literal["plain", "kbo", "nis"] = "plain"
    values: Mapping[str, str] | None = None
    language: Language = "nl"

    def found(self, claims: Mapping[str, object]) -> object:
        """The claim as it was sent, or None."""
        here: object = claims
        for part in (self.claim,) if isinstance(self.claim, str) else self.claim:
            here = here.get(part) if isinstance(here, Mapping) else None
        return here

    def meanings(self, claims: Mapping[str, object]) -> list[str]:
        """What the values mean, in the order of `values`, else as they were sent; what means nothing is left out."""
        sent = self.found(claims)
        listed = sent if isinstance(sent, list) else [sent]
        written = [self._written(each) for each in listed[:_MOST_VALUES] if isinstance(each, str)]
        if self.values is None:
            return [each for each in written if each]
        return [meaning for value, meaning in self.values.items() if self._written(value) in written]

    def _written(self, value: str) -> str:
        """The same number however it is punctuated; the name of the municipality of a NIS code."""
        match self.form:
            case "kbo":
                return kbo_number(value)
            case "nis" if self.values is None:
                known = by_code().get(value)
                return known.names[self.language] if known else ""
            case _:
                return value


class ClaimMapping(Message):
    """Where an issuer says who somebody is. Of several roles the first in the order of `values` holds."""

    role: Mapped
    organisation: Mapped
    cities: Mapped

    def caller(self, claims: Mapping[str, object], subject: str) -> Caller:
        """Who it is; raises NoRole, and ValueError where a claim has not the form it should have."""
        roles = self.role.meanings(claims)
        if not roles:
            raise NoRole
        said = _Said.model_validate(
            {
                "role": roles[0],
                "organisation": _one(self.organisation, claims),
                "cities": _all(self.cities, claims),
            }
        )
        return Caller(subject, said.role, said.organisation, frozenset(said.cities))


class _Said(BaseModel):
    model_config = ConfigDict(strict=True)

    role: Annotated[Role, Field(strict=False)]
    organisation: Id | None
    cities: Annotated[list[Line], Field(max_length=_MOST_CITIES)]


def _one(mapped: Mapped, claims: Mapping[str, object]) -> object:
    """A claim that is one value; of one that is mapped, its meaning or nothing."""
    sent = mapped.found(claims)
    if mapped.form == "plain" and mapped.values is None and not isinstance(sent, list):
        return sent
    return next(iter(mapped.meanings(claims)), None)


def _all(mapped: Mapped, claims: Mapping[str, object]) -> object:
    """A claim that is a list; of one that is mapped, what its values mean."""
    sent = mapped.found(claims)
    if sent is None:
        return []
    own = mapped.form == "plain" and mapped.values is None
    return sent if own or not isinstance(sent, list | str) else mapped.meanings(claims)


def kbo_number(value: str) -> str:
    """Ten digits of a Belgian enterprise number whose check digits are right, however it is punctuated; else empty."""
    digits = re.sub(r"(?i)^BE|[ .\-]", "", value)
    if not re.fullmatch(r"[01]?[0-9]{9}", digits, re.ASCII):
        return ""
    digits = digits.rjust(_KBO_DIGITS, "0")
    return digits if 97 - int(digits[:8]) % 97 == int(digits[8:]) else ""


@lru_cache(maxsize=8)
def mapping_of(file: str) -> ClaimMapping:
    """The mapping of a file; without one, our own claims. Raises OSError, and ValueError for a file that is no mapping.

    Each number and code in it must be one.
    """
    path = Path(file) if file else Path(__file__).with_name("claims.json")
    mapping = ClaimMapping.model_validate_json(path.read_bytes())
    for each in (mapping.role, mapping.organisation, mapping.cities):
        if each.form == "kbo" and not all(kbo_number(value) for value in each.values or ()):
            raise ValueError("an enterprise number that is none")
    unknown = set((mapping.role.values or {}).values()) - set(Role)
    if unknown:
        raise ValueError("a role that is none")
    return mapping


class SubjectDigest:
    """In place of the subject of an issuer, which may be a national number: a digest under a key, and nothing else."""

    def __init__(self, key: bytes) -> None:
        if len(key) < _SHORTEST_KEY:
            raise ValueError("the key of subjects is too short")
        self._key = key

    @classmethod
    def of_file(cls, file: str) -> SubjectDigest:
        """Under the key in a file. Raises OSError and ValueError."""
        return cls(read_secret(file).encode())

    def of(self, *parts: str) -> str:
        """A pseudonym of 32 letters and digits: the same for the same issuer and subject."""
        told = b"".join(len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)
        return b32encode(hmac.new(self._key, told, hashlib.sha256).digest()[:20]).decode().lower()


def string(claims: Mapping[str, object], name: str) -> str:
    """A claim that is text; raises Unauthenticated."""
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise Unauthenticated
    return value


def strings(value: object) -> Sequence[str]:
    """A claim that is a text or a list of texts, as an audience is."""
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, str)]
