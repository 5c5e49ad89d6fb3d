"""What the reporting service publishes: `reporting.releases`, with protected tables and no person in them."""

from __future__ import annotations

from shared.contracts.fields import Day
from shared.contracts.released import Digest, Number, OpenCounts, Period, Sums, Tables, Waits
from shared.domain.bounds import Count
from shared.i18n.code_lists import Id
from shared.messaging.cloudevents import PublicMessage, Topic


class ReportReleased(PublicMessage):
    """The figures of a period were released, whole: a subscriber needs nothing else. They never change.

    A cell without `n` is not shown: it protects small numbers, a zero among them. A table whose `printed_in` is an
    earlier release is as of then. `supersedes` is the number of an earlier release that this one corrects.
    `digest` is the SHA-256 of the JSON of all other fields with sorted names and without spaces, in UTF-8.
    """

    release: Id
    number: Number
    supersedes: Number | None
    on: Day
    period: Period
    plan: Count
    catalogue: Count
    sums: Sums
    tables: Tables
    waits: Waits
    counts: OpenCounts
    digest: Digest


RELEASES = Topic(
    name="reporting.releases",
    source="/carrousel/reporting",
    messages=(ReportReleased,),
    restricted=False,
)
