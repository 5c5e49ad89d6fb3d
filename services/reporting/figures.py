"""The figures in PostgreSQL: kept up to date by differences, read for any period, city, partner and sector."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil
from pathlib import Path
from typing import Literal, TypeVar

from services.reporting.indicators import Indicator, catalogue, catalogue_version
from services.reporting.journeys import (
    FigureKey,
    Journey,
    MemberKey,
    contributions,
    fold,
    from_json,
    membership,
    to_json,
)
from shared.contracts import referral as said
from shared.event_store import Connection
from shared.inbox import Heard
from shared.messages import Message, Refused
from shared.texts import Text

SCHEMA = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
VERSION = 1  # of the folding: it goes up when the same messages give other rows
Key = TypeVar("Key", FigureKey, MemberKey)


def version() -> str:
    """Of the folding and of the catalogue: when either goes up, the figures are built again."""
    return f"{VERSION}.{catalogue_version()}"


class Figure(Message):
    """One indicator over a period.

    `value` counts referrals, or different members; for a kind "days" it is how many were measured,
    and `median` and `p90` are the days within which half, and nine in ten, of them fall.
    `denominator` is the value of the indicator `denominator_code`, over the same period and filter.
    """

    code: str
    kind: Literal["count", "distinct", "days"]
    label: Text
    definition: Text
    city_means: Literal["residence", "referrer", "preferred"]
    protected: bool
    value: int
    by_reason: dict[str, int]
    denominator_code: str | None
    denominator: int | None
    median: int | None = None
    p90: int | None = None


async def apply(connection: Connection, heard: Sequence[Heard]) -> None:
    """Fold what was heard into its journeys, and write what that changes in the figures: the Inbox calls this."""
    before = await _journeys(connection, {_referral(each) for each in heard})
    after: dict[str, Journey] = dict(before)
    for each in heard:
        referral = _referral(each)
        after[referral] = fold(after.get(referral), each.message)
    figures: Counter[FigureKey] = Counter()
    members: Counter[MemberKey] = Counter()
    for referral, journey in after.items():
        figures.update(contributions(journey))
        figures.subtract(contributions(before.get(referral)))
        members.update(membership(journey))
        members.subtract(membership(before.get(referral)))
    await _keep(connection, after)
    await _add(connection, "figures", "reason", figures)
    await _add(connection, "members", "member", members)


def _referral(heard: Heard) -> str:
    match heard.message:
        case (
            said.ReferralReceived(referral=referral)
            | said.IntakeHeld(referral=referral)
            | said.ReferralAccepted(referral=referral)
            | said.ReferralDeclined(referral=referral)
            | said.ReferralPutOnHold(referral=referral)
            | said.ReferralResumed(referral=referral)
            | said.ReferralWithdrawn(referral=referral)
            | said.ReferralRetracted(referral=referral)
        ):
            return referral
    raise Refused("message-unknown")


async def _journeys(connection: Connection, referrals: set[str]) -> dict[str, Journey]:
    rows = await connection.fetch(
        "select referral, data::text as data from journeys where referral = any($1)", list(referrals)
    )
    return {row["referral"]: from_json(row["data"]) for row in rows}


async def _keep(connection: Connection, journeys: Mapping[str, Journey]) -> None:
    await connection.execute(
        "insert into journeys select referral, data::jsonb from unnest($1::text[], $2::text[]) as h (referral, data)"
        " on conflict (referral) do update set data = excluded.data",
        list(journeys),
        [to_json(journey) for journey in journeys.values()],
    )


async def _add(
    connection: Connection,
    table: Literal["figures", "members"],
    last: Literal["reason", "member"],
    changes: Counter[Key],
) -> None:
    """Add the differences in the order of their keys, so that two partitions never wait for each other in a circle."""
    changed = sorted((key, n) for key, n in changes.items() if n)
    if not changed:
        return
    keys = [list(column) for column in zip(*(key for key, _ in changed), strict=True)]
    columns = f"month, city, partner, sector, indicator, {last}"
    given = "unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]"
    await connection.execute(
        f"insert into {table} as kept ({columns}, n) select * from {given}, $7::bigint[])"
        f" on conflict ({columns}) do update set n = kept.n + excluded.n",
        *keys,
        [n for _, n in changed],
    )
    await connection.execute(
        f"delete from {table} where n = 0 and ({columns}) in (select * from {given}))",
        *keys,
    )


async def cities(connection: Connection) -> set[str]:
    """The cities whose groups people were referred to."""
    rows = await connection.fetch("select distinct city from figures where indicator = 'referrals_received'")
    return {row["city"] for row in rows}


async def find(
    connection: Connection,
    *,
    since: date,
    until: date,
    city: str | None = None,
    partner: str | None = None,
    sector: str | None = None,
) -> list[Figure]:
    """Every indicator over the whole months from that of `since` to that of `until`, both included.

    `city`, `partner` (an organisation id) and `sector` narrow it; None is all.
    """
    asked = (since.replace(day=1), until, city, partner, sector)
    where = (
        "month between $1 and $2 and ($3::text is null or city = $3)"
        " and ($4::text is null or partner = $4) and ($5::text is null or sector = $5)"
    )
    counts: dict[str, Counter[str]] = {}
    for row in await connection.fetch(
        f"select indicator, reason, sum(n)::bigint as n from figures where {where} group by indicator, reason"
        " union all"
        f" select indicator, '', count(distinct member) from members where {where} group by indicator",
        *asked,
    ):
        counts.setdefault(row["indicator"], Counter())[row["reason"]] = row["n"]
    return [_figure(indicator, counts) for indicator in catalogue()]


def _figure(indicator: Indicator, counts: Mapping[str, Counter[str]]) -> Figure:
    counted = counts.get(indicator.code, Counter())
    days = {int(text): n for text, n in counted.items()} if indicator.kind == "days" else {}
    reasons = {reason: n for reason, n in counted.most_common() if reason and not days}
    whole = indicator.denominator
    return Figure(
        code=indicator.code,
        kind=indicator.kind,
        label=indicator.label,
        definition=indicator.definition,
        city_means=indicator.city,
        protected=indicator.protected,
        value=counted.total(),
        by_reason=reasons,
        denominator_code=whole,
        denominator=counts.get(whole, Counter()).total() if whole else None,
        median=_within(days, 50),
        p90=_within(days, 90),
    )


def _within(days: Mapping[int, int], percent: int) -> int | None:
    """The days within which `percent` of the persons fall: the nearest rank, a number of days that occurred."""
    nth = ceil(sum(days.values()) * percent / 100)
    for day in sorted(days):
        nth -= days[day]
        if nth <= 0:
            return day
    return None
