"""Lists of registrations as organisations write them, and the register they are read with."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from services.training.documents.registration_list import Faulty, Register, read

ORGANISATIONS = ("caw-nwv", "pz-oostende")
REGISTER = Register.of((each, each) for each in ORGANISATIONS)
HEADER = ("voornaam", "achternaam", "e-mail", "organisatie", "sector", "functie", "taal")
GOOD = ("Zoë", "Van den Bossche", "zoe@caw.example", "caw-nwv", "welfare", "nurse", "nl")
COLUMNS = ("first_name", "last_name", "email", "organisation", "sector", "function", "language")
ATTACKS = ("=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠A", "'=1", '"=1', " =1", "\u00a0=1")


def file(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER, separator: str = ";", quote: bool = False) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL)
    writer.writerows([header, *rows])
    return text.getvalue()


def faults(data: bytes | str, register: Register = REGISTER) -> list[tuple[int, str | None, str]]:
    with pytest.raises(Faulty) as refused:
        read(data.encode() if isinstance(data, str) else data, register)
    return [(fault.line, fault.column, fault.code) for fault in refused.value.faults]


def changed(column: str, value: str) -> tuple[str, ...]:
    return tuple(value if name == column else cell for name, cell in zip(COLUMNS, GOOD, strict=True))


def many(number: int) -> str:
    return file(*((*GOOD[:2], f"p{n}@caw.example", *GOOD[3:]) for n in range(number)))
