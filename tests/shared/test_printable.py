"""What is said to be printable is what Typst prints by its own check, and nothing that it cannot."""

from __future__ import annotations

import json
import random
import unicodedata
from pathlib import Path

import pytest
import typst

from shared.i18n import printable
from shared.i18n.printable import described, shown, unprintable

_TEXT = '#set text(font: "Libertinus Serif")\n#for sign in json(bytes(sys.inputs.page)) [#text(sign) ]\n'
NAMES = [
    "Zoë Łukasz-Ștefănescu", "Nguyễn Thị Hồng Đặng", "İbrahim Yıldız", "Ẹ̀bùn Ọládélé", "Þórður Ægir", "Ƙofa Ɓala",
    "Αθηνά Παπαδοπούλου", "Ёжик Їжак", "Վարդան", "ნინო", "محمد علی\u200cرضا", "אברהם כהן",
    "O'Neill–D’Haese", "J. (An) & Co",
]  # fmt: skip


def known() -> list[str]:
    told = json.loads(Path(printable.__file__).with_suffix(".json").read_bytes())["ranges"]
    ranges = [each.partition("-") for each in told]
    return [chr(code) for first, _, last in ranges for code in range(int(first, 16), int(last or first, 16) + 1)]


def prints(folder: Path, signs: list[str]) -> bool:
    page = folder / "page.typ"
    page.write_text(_TEXT)
    inputs = {"page": json.dumps(signs)}
    try:
        typst.compile(str(page), format="pdf", ignore_system_fonts=True, pdf_standards=["a-2b"], sys_inputs=inputs)
    except typst.TypstError:
        return False
    return True


def test_every_sign_that_is_listed_prints(tmp_path: Path) -> None:
    """One compilation: a sign that no font has stops it."""
    assert prints(tmp_path, known())


def test_signs_of_scripts_that_no_font_has_do_not_print(tmp_path: Path, chance: random.Random) -> None:
    """When they do, there is a font for them: then they can be listed."""
    scripts = (range(0x3400, 0x9FFF), range(0xAC00, 0xD7A3), range(0x0E01, 0x0E2F), range(0x0B85, 0x0BB9))
    letters = [chr(chance.choice(codes)) for codes in scripts for _ in range(6)]
    for sign in (each for each in letters if unicodedata.category(each)[0] == "L"):
        assert not prints(tmp_path, [sign]), described(sign)
        assert unprintable(sign)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_people_here_print(name: str) -> None:
    assert unprintable(name) is None
    assert shown(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("山田", "山 (U+5C71)"), ("김", "김 (U+AE40)"), ("สมชาย", "ส (U+0E2A)"), ("Zoë🙂", "🙂 (U+1F642)"),
        ("Van\u202eden", "U+202E"), ("Van\u200bden", "U+200B"), ("\u200cVan", "U+200C"), ("Van\tden", "U+0009"),
    ],
)  # fmt: skip
def test_a_sign_that_does_not_print_is_named(name: str, sign: str) -> None:
    found = unprintable(name)
    assert found is not None
    assert described(found) == sign
    assert unprintable(shown(name)) is None
