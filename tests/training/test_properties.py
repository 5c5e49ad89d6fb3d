"""What holds for a training after any sequence of commands, however many people register and leave."""

from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from services.training.commands import training as ask
from services.training.domain.training import Training, decide, evolve, initial
from services.training.events import training as told
from shared.domain.messages import Refused
from tests.chance import examples
from tests.training import examples as x
from tests.training.examples import command, professional

people = st.integers(1, 8).map(lambda number: f"p-{number}")
groups = st.lists(people, min_size=1, max_size=6).map(lambda names: tuple(professional(name) for name in names))
present = st.lists(people, max_size=4).map(tuple)
counts = st.dictionaries(st.sampled_from(["welfare", "health"]), st.integers(0, 3))
attendance = st.tuples(present, st.one_of(st.just(()), groups), counts)
commands: st.SearchStrategy[ask.TrainingCommand] = st.one_of(
    st.builds(lambda group: command(ask.RegisterProfessionals, professionals=group), groups),
    st.builds(lambda name: command(ask.CancelRegistration, participant_id=name), people),
    st.builds(lambda places: command(ask.SetCapacity, capacity=places), st.integers(1, 6)),
    st.sampled_from([command(ask.OpenRegistration), command(ask.CloseRegistration), command(ask.MoveTraining)]),
    st.sampled_from([command(ask.CancelTraining), command(ask.OpenEvaluation, on=x.AFTER)]),
    st.builds(lambda a: command(ask.HoldTraining, present=a[0], walk_ins=a[1], counted=a[2]), attendance),
    st.builds(lambda a: command(ask.CorrectAttendance, present=a[0], walk_ins=a[1], counted=a[2]), attendance),
    st.builds(lambda name: command(ask.IssueCertificate, participant_id=name), people),
)
begun: list[ask.TrainingCommand] = [command(ask.PlanTraining), command(ask.OpenRegistration)]
filled = [*begun, command(ask.RegisterProfessionals, professionals=tuple(professional(f"p-{n}") for n in range(1, 6)))]
given_already = [*filled, command(ask.HoldTraining, present=("p-1", "p-2"))]
lives = st.builds(
    lambda first, more: [*first, *more],
    st.sampled_from([begun, filled, given_already]),
    st.lists(commands, max_size=15),
)
bounded = examples(150)


def asked(state: Training, one: ask.TrainingCommand) -> list[told.TrainingEvent]:
    try:
        return decide(state, one)
    except Refused:
        return []


def lived(life: list[ask.TrainingCommand]) -> list[tuple[Training, list[told.TrainingEvent], Training]]:
    steps, state = [], initial
    for one in life:
        facts = asked(state, one)
        after = reduce(evolve, facts, state)
        steps.append((state, facts, after))
        state = after
    return steps


@bounded
@given(lives)
def test_places_never_exceed_capacity_and_nobody_waits_while_one_is_free(life: list[ask.TrainingCommand]) -> None:
    for _, _, after in lived(life):
        assert len(after.roll.places) <= after.roll.capacity
        assert not (after.roll.waiting and after.roll.free)
        assert not set(after.roll.places) & set(after.roll.waiting)


@bounded
@given(lives)
def test_nobody_who_registered_is_lost(life: list[ask.TrainingCommand]) -> None:
    for before, facts, after in lived(life):
        gone = {fact.participant_id for fact in facts if isinstance(fact, told.RegistrationCancelled)}
        assert {*before.roll.places, *before.roll.waiting} - gone <= {*after.roll.places, *after.roll.waiting}


@bounded
@given(lives)
def test_the_waiting_keep_their_order_and_the_first_go_first(life: list[ask.TrainingCommand]) -> None:
    for before, facts, after in lived(life):
        gone = {fact.participant_id for fact in facts if isinstance(fact, told.RegistrationCancelled)}
        stayed = [each for each in before.roll.waiting if each not in gone]
        up = [fact.participant_id for fact in facts if isinstance(fact, told.PlaceGiven)]
        assert stayed[: len(up)] == up
        assert list(after.roll.waiting)[: len(stayed) - len(up)] == stayed[len(up) :]


@bounded
@given(lives)
def test_the_counts_are_those_present_and_only_they_hold_certificates(life: list[ask.TrainingCommand]) -> None:
    for _, _, after in lived(life):
        if after.held:
            assert sum(after.held.by_sector.values()) == len(after.present) + sum(after.held.counted.values())
            assert all(number > 0 for number in after.held.by_sector.values())
        assert {each for each, digests in after.certificates.items() if digests} <= set(after.present)
        assert after.invited <= set(after.recorded)


@bounded
@given(lives)
def test_what_was_held_or_cancelled_stays_so(life: list[ask.TrainingCommand]) -> None:
    for before, _, after in lived(life):
        if before.status in {"held", "cancelled"}:
            assert after.status == before.status
            assert after.roll == before.roll


@bounded
@given(lives)
def test_each_command_asked_twice_equals_once(life: list[ask.TrainingCommand]) -> None:
    for one, (_, _, after) in zip(life, lived(life), strict=True):
        assert asked(after, one) == []


@bounded
@given(lives)
def test_the_stored_history_folds_to_the_same_training(life: list[ask.TrainingCommand]) -> None:
    steps = lived(life)
    history = [fact for _, facts, _ in steps for fact in facts]
    stored = [type(fact).model_validate_json(fact.model_dump_json()) for fact in history]
    assert reduce(evolve, stored, initial) == steps[-1][2]
