"""One figure as a row: its value, what that is a part of, and what it consists of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypedDict

from services.reporting.queries.figures import Figure
from services.reporting.report import texts
from shared.i18n.text import Language

_SHOWN = 3


class Row(TypedDict):
    """One indicator as printed."""

    label: str
    value: str
    note: str
    details: list[tuple[str, str]]
    definition: str


def row(language: Language, figure: Figure, whole: Figure | None) -> Row:
    """The figure in full; `whole` is the figure it is a part of."""
    return Row(
        label=figure.label.in_(language),
        value=_value(language, figure),
        note=note(language, figure, whole),
        details=_details(language, figure),
        definition=figure.definition.in_(language),
    )


def brief(language: Language, figure: Figure, whole: Figure | None) -> Row:
    """The figure with its largest reasons only, and the sum of the others."""
    full = row(language, figure, whole)
    parts = list(figure.by_reason.values())
    if figure.kind == "count" and len(parts) > _SHOWN + 1:
        rest = texts.gettext_of(language).gettext("other"), texts.number(language, sum(parts[_SHOWN:]))
        full["details"] = [*full["details"][:_SHOWN], rest]
    return full


def note(language: Language, figure: Figure, whole: Figure | None) -> str:
    """What the value is a part of; of days, how many wait how long, and how many have no wait that can be measured."""
    match figure.kind:
        case "days" | "number":
            return texts.clauses(language, [*_measured(language, figure), *_left_out(language, figure)])
        case "mean":
            if not figure.value:
                return ""
            answers = texts.counted(language, figure.value, "{n} answer", "{n} answers")
            return texts.gettext_of(language).gettext("mean of {answers}").format(answers=answers)
        case "count" | "distinct" | "standing":
            return of(language, figure.value, whole) if figure.value else ""


def _measured(language: Language, figure: Figure) -> Iterator[str]:
    if not figure.value:
        return
    say = texts.gettext_of(language).gettext
    n = texts.number(language, figure.value)
    if figure.kind == "number":
        yield say("median; measured on {n}").format(n=n)
    else:
        days = texts.days(language, figure.p90)
        yield say("median; nine in ten within {days}; measured on {n}").format(days=days, n=n)


def _left_out(language: Language, figure: Figure) -> Iterator[str]:
    if figure.left_out:
        n = texts.number(language, figure.left_out)
        yield texts.gettext_of(language).gettext("not measured on {n}").format(n=n)


def of(language: Language, n: int, whole: Figure | None) -> str:
    """Its share, with the denominator and what that counts."""
    if whole is None or not whole.value:
        return ""
    label = whole.label.in_(language)
    return (
        texts.gettext_of(language)
        .gettext("{share} of {whole} ({label})")
        .format(
            share=texts.share(language, n, whole.value),
            whole=texts.number(language, whole.value),
            label=label[:1].lower() + label[1:],
        )
    )


def _value(language: Language, figure: Figure) -> str:
    match figure.kind:
        case "days":
            return texts.days(language, figure.median)
        case "number":
            return "–" if figure.median is None else _measure(language, figure, figure.median)
        case "mean":
            return _mean(language, figure)
        case "count" | "distinct" | "standing":
            return texts.number(language, figure.value)


def _measure(language: Language, figure: Figure, n: int) -> str:
    return texts.number(language, n) if figure.unit is None else texts.measured(language, n, figure.unit)


def _mean(language: Language, figure: Figure) -> str:
    """A mean with what it is out of, where that is known."""
    if figure.mean is None:
        return "–"
    mean = texts.mean(language, figure.mean)
    return mean if figure.scale is None else f"{mean} / {texts.number(language, figure.scale)}"


def _details(language: Language, figure: Figure) -> list[tuple[str, str]]:
    """By reason, measure or band, and by sector where these are of those present."""
    shown: Iterable[tuple[str, int]]
    match figure.kind:
        case "number":
            shown = [(_measure(language, figure, int(code)), n) for code, n in figure.by_reason.items()]
        case "days":
            shown = [(texts.band(language, code), n) for code, n in figure.by_reason.items() if figure.value]
        case "count" | "distinct":
            sectors = figure.by_sector if figure.sector_means == "participant" else {}
            shown = [(texts.reason(language, code), n) for code, n in (*figure.by_reason.items(), *sectors.items())]
        case "mean" | "standing":
            shown = []
    return [(label, texts.number(language, n)) for label, n in shown]
