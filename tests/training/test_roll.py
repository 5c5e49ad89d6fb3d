"""A roll says who is on it in the order they came, whoever else grew from it, and grows without being copied."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.training.roll import People
from services.training.trainings.aggregate import TRAINING
from services.training.trainings.events import ProfessionalPutOnWaitingList, TrainingPlanned
from services.training.values import Professional
from tests.training.examples import event, professional

steps = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["with", "without", "again"]), st.integers(0, 6)), max_size=40
)


def plain(people: People) -> dict[str, Professional]:
    return dict(people.items())


@given(steps)
def test_it_is_as_an_ordered_mapping_that_is_copied_each_time(told: list[tuple[int, str, int]]) -> None:
    """From any of those that there were, as when a command is decided twice on one state."""
    there: list[tuple[People, dict[str, Professional]]] = [(People(), {})]
    for since, what, who in told:
        people, model = there[since % len(there)]
        one = professional(f"p-{who}", sector="health" if what == "again" else "police")
        if what == "without":
            following = {each: him for each, him in model.items() if each != one.participant_id}
            there.append((people.without(one.participant_id), following))
        else:
            there.append((people.with_(one), {**model, one.participant_id: one}))
    for people, model in there:
        assert list(plain(people).items()) == list(model.items())
        assert (len(people), people == People.of(model.values())) == (len(model), True)
        assert all((f"p-{who}" in people) == (f"p-{who}" in model) for who in range(7))


def test_ten_thousand_who_come_one_after_another_stand_in_one_list() -> None:
    came = [event(ProfessionalPutOnWaitingList, professional=professional(f"p-{nth}")) for nth in range(10_000)]
    first = TRAINING.fold([event(TrainingPlanned), came[0]])
    last = TRAINING.fold(came[1:], first)
    assert last.roll.waiting.order is first.roll.waiting.order
    assert (len(first.roll.waiting), len(last.roll.waiting)) == (1, 10_000)
    assert last.roll.promote("p-0").waiting.order is last.roll.waiting.order
