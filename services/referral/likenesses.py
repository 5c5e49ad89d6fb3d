"""Whether two ids may be one person: keyed digests of the name with telephone, e-mail or year of birth, compared.

A digest tells nothing by itself, and confirms a guess only to who has the keys. Writing a name otherwise (order,
accents, capitals, signs) makes no difference; a name or number that is mistyped is not found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from services.referral.persons import Person
from shared.eventstore.event_store import Connection
from shared.privacy.encryption import FieldCipher

_ABROAD = re.compile(r"^(?:\+|00)")
_BELGIUM = "32"


async def keep(connection: Connection, cipher: FieldCipher, person_id: str, person: Person) -> None:
    """Keep what this person is compared by, in place of what was kept."""
    await forget(connection, person_id)
    await connection.executemany(
        "insert into likenesses (person, kind, digest) values ($1, $2, $3) on conflict do nothing",
        [
            (person_id, kind, digest)
            for kind, value in compared_by(person)
            for digest in cipher.digests(kind, normal_name(person.name), value)
        ],
    )


async def forget(connection: Connection, person_id: str) -> None:
    """Compare nobody with this person any more."""
    await connection.execute("delete from likenesses where person = $1", person_id)


async def kinds(connection: Connection, person_id: str) -> list[str]:
    """What the person is compared by, one for each digest that is kept."""
    rows = await connection.fetch("select kind from likenesses where person = $1 order by kind", person_id)
    return [row["kind"] for row in rows]


def compared_by(person: Person) -> Iterator[tuple[str, str]]:
    """What is compared together with the name, as it is written however people write it."""
    if person.phone and (phone := normal_phone(person.phone)):
        yield "phone", phone
    if person.email:
        yield "email", person.email.casefold()
    if person.birth_year:
        yield "birth_year", str(person.birth_year)


def normal_name(name: str) -> str:
    """The words of a name without accents, capitals and signs, in order of the alphabet."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    return " ".join(sorted(re.findall(r"\w+", plain.casefold())))


def normal_phone(phone: str) -> str:
    """The digits of a number, with a zero in place of the code of Belgium."""
    abroad, digits = _ABROAD.match(phone.strip()), re.sub(r"\D", "", phone)
    if not abroad:
        return digits
    number = digits.removeprefix("00") if phone.strip().startswith("00") else digits
    return "0" + number.removeprefix(_BELGIUM).removeprefix("0") if number.startswith(_BELGIUM) else f"+{number}"
