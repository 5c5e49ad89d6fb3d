"""Whatever comes first, and however often it is said: the same figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.counting import Changes, FigureKey, MemberKey, advance
from services.reporting.rows import GRAINS, TOPICS
from services.reporting.rows.grain import Said
from shared.contracts import referral
from shared.contracts.envelope import PublicMessage
from tests.reporting import telling as say

FIRST = date(2025, 9, 1)
DAYS = st.integers(0, 400).map(lambda nth: FIRST + timedelta(days=nth))
ORGANISATIONS = st.sampled_from(("o1", "o2", "o3"))


class Shelf:
    """The rows and figures in memory, folded as the database folds them."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {grain.table: {} for grain in GRAINS}
        self.figures: Counter[FigureKey] = Counter()
        self.members: Counter[MemberKey] = Counter()

    def hear(self, batch: Sequence[PublicMessage]) -> None:
        said: list[Said] = list(batch)
        changes = Changes()
        for grain in GRAINS:
            after, told = advance(grain, self.rows[grain.table], grain.addressed(said), changes)
            self.rows[grain.table].update(after)
            said.extend(told)
        self.figures.update(changes.figures)
        self.members.update(changes.members)

    def counted(self) -> tuple[dict[FigureKey, int], dict[MemberKey, int]]:
        return {key: n for key, n in self.figures.items() if n}, {key: n for key, n in self.members.items() if n}


def counted(*batches: Sequence[PublicMessage]) -> tuple[dict[FigureKey, int], dict[MemberKey, int]]:
    shelf = Shelf()
    for batch in batches:
        shelf.hear(batch)
    return shelf.counted()


@st.composite
def roads(draw: st.DrawFn) -> dict[tuple[str, str], list[PublicMessage]]:
    """What is said by (topic, key): three referrals, three trainings, the rest of the programme, in any story."""
    told: dict[tuple[str, str], list[PublicMessage]] = {}
    for name in ("r1", "r2", "r3"):
        told["referral.cases", name] = draw(_referral(name))
        told["carousel.cases", name] = draw(
            st.lists(
                st.sampled_from(
                    [
                        say.placed(name),
                        say.started(name),
                        say.started(name, date(2026, 4, 1)),
                        say.start_revoked(name),
                        say.stopped(name),
                        say.returned(name),
                        say.completed(name),
                        say.completion_revoked(name),
                        *(say.attended(nth, name, mark) for nth in (1, 2) for mark in ("present", "absent")),
                    ]
                ),
                max_size=8,
            )
        )
    for name in ("t1", "t2", "t3"):
        told["training.activities", name] = draw(_training(name))
        told["training.participations", name] = draw(
            st.lists(
                st.builds(say.took_part, st.sampled_from(("q1", "q2")), st.just(name), present=st.booleans()),
                max_size=3,
            )
        )
    told["training.activities", "o1"] = [say.joined(), say.left()]
    told["training.activities", "n1"] = [say.network_event(), say.network_event(police=draw(st.integers(0, 9)))]
    told["training.activities", "m1"] = [say.steering(), say.steering(partners=("o2",))]
    told["referral.organisations", "o1"] = [say.registered(), say.renamed()]
    told["carousel.sessions", "c1"] = [say.session(1), say.session(2), say.session(2, city="Brugge"), say.cycle()]
    return told


@st.composite
def _referral(draw: st.DrawFn, name: str) -> list[PublicMessage]:
    again = st.builds(
        say.received,
        st.just(name),
        DAYS,
        st.sampled_from(("p1", "p2", None)),
        st.one_of(ORGANISATIONS, st.none()),
        st.sampled_from(("Oostende", "Brugge")),
    )
    others = [
        say.intake(name),
        say.accepted(name),
        say.declined(name),
        say.on_hold(name),
        say.withdrawn(name),
        say.resumed(name),
        say.retracted(name),
    ]
    return [draw(again), *draw(st.lists(st.one_of(again, st.sampled_from(others)), max_size=5))]


def _training(name: str) -> st.SearchStrategy[list[PublicMessage]]:
    held = st.builds(
        say.training_held,
        st.just(name),
        DAYS,
        st.sampled_from(("basic", "in_depth")),
        st.lists(ORGANISATIONS, unique=True).map(tuple),
        st.fixed_dictionaries({"police": st.integers(0, 20)}),
        pitched=st.booleans(),
    )
    evaluation = st.builds(say.evaluated, st.just(name), st.integers(0, 9))
    return st.lists(st.one_of(held, evaluation), max_size=4)


@st.composite
def interleaved(draw: st.DrawFn, told: dict[tuple[str, str], list[PublicMessage]]) -> list[list[PublicMessage]]:
    """All of it in batches: between keys in any order, within a key in its own."""
    waiting = {key: list(messages) for key, messages in told.items() if messages}
    order = draw(st.permutations([key for key, messages in waiting.items() for _ in messages]))
    messages = [waiting[key].pop(0) for key in order]
    batches: defaultdict[int, list[PublicMessage]] = defaultdict(list)
    size = draw(st.integers(1, 12))
    for nth, message in enumerate(messages):
        batches[nth // size].append(message)
    return list(batches.values())


@given(st.data())
def test_the_interleaving_of_topics_and_keys_changes_no_figure(data: st.DataObject) -> None:
    told = data.draw(roads())
    one, other = data.draw(interleaved(told)), data.draw(interleaved(told))
    assert counted(*one) == counted(*other)


@given(st.data())
def test_everything_said_twice_counts_once(data: st.DataObject) -> None:
    batches = data.draw(interleaved(data.draw(roads())))
    assert counted(*batches, *batches) == counted(*batches)


@given(st.data())
def test_retracted_referrals_leave_no_trace(data: st.DataObject) -> None:
    told = data.draw(roads())
    for (topic, name), messages in told.items():
        if topic == referral.CASES.name:
            messages.append(say.retracted(name))
    without = {key: messages for key, messages in told.items() if key[0] != referral.CASES.name}
    assert counted(*data.draw(interleaved(told))) == counted(*data.draw(interleaved(without)))


def test_every_message_of_every_topic_is_heard_by_a_row() -> None:
    heard = {kind for grain in GRAINS for kind in grain.hears}
    assert {message for topic in TOPICS for message in topic.messages} <= heard
