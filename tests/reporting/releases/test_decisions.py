"""What may be done with a release, by whom, and in which order."""

from __future__ import annotations

import pytest

from services.reporting.refusals import Refusal
from services.reporting.releases.aggregate import RELEASES
from services.reporting.releases.canonical import digest
from services.reporting.releases.commands import ReleaseCommand
from services.reporting.releases.document import document_of
from services.reporting.releases.events import ReleasePublished, ReleaseSuperseded
from services.reporting.releases.state import Releases
from shared.contracts.released import Period
from shared.domain.messages import Refused
from tests.reporting.releases.samples import (
    CONTENT,
    UNSAFE,
    after,
    approve,
    audit,
    hand_over,
    prepare,
    publish,
    send_back,
    write,
)

HANDED_OVER = (prepare(), audit(), hand_over())
PUBLISHED = (*HANDED_OVER, approve(), publish())


def refused(state: Releases, command: ReleaseCommand) -> str:
    with pytest.raises(Refused) as refusal:
        RELEASES.decide(state, command)
    return refusal.value.code


@pytest.mark.parametrize("done", [PUBLISHED[: nth + 1] for nth in range(len(PUBLISHED))])
def test_asked_twice_nothing_changes(done: tuple[ReleaseCommand, ...]) -> None:
    assert RELEASES.decide(after(*done), done[-1]) == []


def test_what_is_not_audited_or_not_safe_is_not_handed_over() -> None:
    assert refused(after(prepare()), hand_over()) == Refusal.RELEASE_NOT_AUDITED
    assert refused(after(prepare(), audit(found=UNSAFE)), hand_over()) == Refusal.RELEASE_NOT_SAFE


def test_a_new_draft_has_to_be_audited_again() -> None:
    other = CONTENT.model_copy(update={"catalogue": 6})
    state = after(prepare(), audit(), prepare(content=other))
    assert refused(state, hand_over()) == Refusal.RELEASE_NOT_AUDITED
    assert refused(state, audit()) == Refusal.RELEASE_OUTDATED


def test_whoever_prepared_or_handed_over_neither_approves_nor_sends_back() -> None:
    state = after(prepare(by="anna"), audit(), hand_over(by="chris"))
    for by in ("anna", "chris"):
        assert refused(state, approve(by=by)) == Refusal.APPROVER_PREPARED
        assert refused(state, send_back(by=by)) == Refusal.APPROVER_PREPARED


def test_a_coordinator_approves_for_another_city_only() -> None:
    state = after(*HANDED_OVER)
    assert refused(state, approve(steering=False, cities=("Oostende",))) == Refusal.APPROVER_OF_SAME_CITY
    assert RELEASES.decide(state, approve(steering=False, cities=("Brugge",)))


def test_what_is_sent_back_is_prepared_again_and_keeps_its_text() -> None:
    state = after(prepare(), write(), audit(), hand_over(), send_back())
    assert refused(state, approve()) == Refusal.RELEASE_NOT_HANDED_OVER
    again = RELEASES.fold(RELEASES.decide(state, prepare()), state)
    assert again.by_id["r1"].status == "draft"
    assert again.by_id["r1"].narrative


def test_only_what_is_approved_is_published_and_never_changes() -> None:
    assert refused(after(*HANDED_OVER), publish()) == Refusal.RELEASE_NOT_APPROVED
    state = after(*PUBLISHED)
    for command in (prepare(based_on=1), write("Other words.")):
        assert refused(state, command) == Refusal.RELEASE_NOT_DRAFT
    assert refused(state, send_back()) == Refusal.RELEASE_NOT_HANDED_OVER


def test_what_was_published_meanwhile_makes_every_draft_outdated() -> None:
    state = after(prepare(), audit(), hand_over(), approve(), prepare("r2", "chris"), publish())
    assert refused(state, prepare("r2", based_on=0)) == Refusal.RELEASE_OUTDATED
    waiting = after(
        prepare(),
        audit(),
        hand_over(),
        approve(),
        prepare("r2"),
        audit("r2"),
        hand_over("r2"),
        approve("r2"),
        publish(),
    )
    assert refused(waiting, publish("r2")) == Refusal.RELEASE_OUTDATED


def test_the_published_document_is_whole_and_its_digest_is_of_its_bytes() -> None:
    [event] = RELEASES.decide(after(*HANDED_OVER, approve()), publish())
    assert isinstance(event, ReleasePublished)
    assert event.document == document_of(after(*PUBLISHED).by_id["r1"].prepared, event.on)
    assert event.digest == digest(event.document)
    assert event.document.tables == CONTENT.tables


def test_a_release_replaces_an_earlier_one_of_the_same_period() -> None:
    base = after(*PUBLISHED)
    assert refused(base, prepare("r2", based_on=1, supersedes=7)) == Refusal.RELEASE_UNKNOWN
    other = CONTENT.model_copy(update={"period": Period(**CONTENT.period.model_dump() | {"kind": "year"})})
    assert refused(base, prepare("r2", based_on=1, supersedes=1, content=other)) == Refusal.RELEASE_OF_ANOTHER_PERIOD
    ready = after(
        *PUBLISHED,
        prepare("r2", based_on=1, supersedes=1),
        audit("r2", based_on=1),
        hand_over("r2"),
        approve("r2"),
    )
    published, superseded = RELEASES.decide(ready, publish("r2"))
    assert isinstance(published, ReleasePublished)
    assert published.document.number == 2
    assert superseded == ReleaseSuperseded(release_id="r1", on=published.on, by="anna", superseded_by=2)
    assert after(*PUBLISHED).by_id["r1"].prepared == ready.by_id["r1"].prepared


@pytest.mark.parametrize(
    "command", [audit(), hand_over(), approve(), send_back(), publish(), write()], ids=lambda each: type(each).__name__
)
def test_nothing_is_done_with_a_release_that_there_is_not(command: ReleaseCommand) -> None:
    assert refused(RELEASES.initial, command) == Refusal.RELEASE_UNKNOWN
