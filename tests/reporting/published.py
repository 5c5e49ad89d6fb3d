"""Public messages about a few referrals, sessions and trainings, as the other services publish them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from shared.contracts import carousel, training
from shared.contracts.referral import (
    IntakeHeld,
    OrganisationMerged,
    OrganisationRegistered,
    OrganisationRenamed,
    OrganisationSplit,
    ReferralAccepted,
    ReferralAttributed,
    ReferralDeclined,
    ReferralPutOnHold,
    ReferralReceived,
    ReferralResumed,
    ReferralRetracted,
    ReferralStepRevoked,
    ReferralTransferred,
    ReferralWithdrawn,
)
from shared.messaging.cloudevents import Envelope, Position, PublicMessage
from shared.messaging.inbox import ReceivedMessage


def received(
    referral: str = "r1",
    on: date = date(2026, 1, 5),
    referrer: str | None = "p1",
    organisation: str | None = "o1",
    city: str = "Oostende",
    person: str | None = None,
    home: str = "Bredene",
) -> ReferralReceived:
    """Received from the police of Brugge, for a group in `city`."""
    return ReferralReceived(
        referral=referral,
        referrer=referrer,
        organisation=organisation,
        sector="police" if organisation else "self",
        referrer_city="Brugge" if referrer else None,
        city_of_residence=home,
        preferred_city=city,
        on=on,
        person=person,
    )


def intake(referral: str = "r1", on: date = date(2026, 2, 4)) -> IntakeHeld:
    """The intake, thirty days later."""
    return IntakeHeld(referral=referral, on=on)


def accepted(referral: str = "r1", on: date = date(2026, 2, 6)) -> ReferralAccepted:
    """Accepted."""
    return ReferralAccepted(referral=referral, on=on, overridden=False)


def declined(referral: str = "r1", ground: str = "not_eligible", reason: str = "language") -> ReferralDeclined:
    """Declined in February."""
    return ReferralDeclined(referral=referral, on=date(2026, 2, 6), ground=ground, reason=reason)


def on_hold(referral: str = "r1") -> ReferralPutOnHold:
    """Put on hold in March."""
    return ReferralPutOnHold(referral=referral, on=date(2026, 3, 2), review_on=date(2026, 4, 1))


def resumed(referral: str = "r1") -> ReferralResumed:
    """Resumed in April."""
    return ReferralResumed(referral=referral, on=date(2026, 4, 1))


def withdrawn(referral: str = "r1", on: date = date(2026, 3, 9)) -> ReferralWithdrawn:
    """Withdrawn: no transport."""
    return ReferralWithdrawn(referral=referral, on=on, category="practical", code="transport")


def retracted(referral: str = "r1") -> ReferralRetracted:
    """Received in error."""
    return ReferralRetracted(referral=referral, on=date(2026, 5, 4))


def attributed(referral: str = "r1", person: str = "h1") -> ReferralAttributed:
    """Of that person, as somebody saw in May."""
    return ReferralAttributed(referral=referral, on=date(2026, 5, 5), person=person)


def transferred(referral: str = "r1", city: str = "Brugge", on: date = date(2026, 2, 5)) -> ReferralTransferred:
    """Goes on in another city."""
    return ReferralTransferred(referral=referral, on=on, city=city)


def step_revoked(referral: str = "r1", step: str = "withdrawal") -> ReferralStepRevoked:
    """Taken back in May."""
    return ReferralStepRevoked(referral=referral, on=date(2026, 5, 6), step=step)


def placed(referral: str = "r1", on: date = date(2026, 2, 20)) -> carousel.ParticipantPlaced:
    """Placed in a group in Gent."""
    return carousel.ParticipantPlaced(
        referral=referral, on=on, cycle="c1", city="Gent", first_session_on=date(2026, 3, 6)
    )


def started(referral: str = "r1", on: date = date(2026, 3, 6)) -> carousel.ParticipationStarted:
    """Sixty days after the receipt."""
    return carousel.ParticipationStarted(referral=referral, on=on, cycle="c1", city="Gent")


def start_revoked(referral: str = "r1") -> carousel.StartRevoked:
    """He had not come after all."""
    return carousel.StartRevoked(referral=referral, on=date(2026, 5, 1))


def attended(
    module: int, referral: str = "r1", mark: carousel.Mark = "present", session: str = ""
) -> carousel.AttendanceRecorded:
    """The session of that module in March."""
    return carousel.AttendanceRecorded(
        referral=referral,
        on=date(2026, 3, 5 + module),
        cycle="c1",
        session=session or f"s{module}",
        module=module,
        modules=6,
        mark=mark,
        city="Gent",
    )


def attendance_revoked(referral: str = "r1", session: str = "s1") -> carousel.AttendanceRevoked:
    """The session did not take place."""
    return carousel.AttendanceRevoked(referral=referral, on=date(2026, 5, 2), session=session)


def paused(referral: str = "r1") -> carousel.ParticipationPaused:
    """Paused in March."""
    return carousel.ParticipationPaused(referral=referral, on=date(2026, 3, 20), review_on=date(2026, 4, 1))


def resumed_after_pause(referral: str = "r1") -> carousel.ParticipationResumed:
    """And goes on."""
    return carousel.ParticipationResumed(referral=referral, on=date(2026, 4, 1))


def stopped(referral: str = "r1", on: date = date(2026, 4, 3), code: str = "work") -> carousel.ParticipationStopped:
    """Stopped: work."""
    return carousel.ParticipationStopped(referral=referral, on=on, category="practical", code=code)


def stop_revoked(referral: str = "r1") -> carousel.StopRevoked:
    """It was somebody else who stopped."""
    return carousel.StopRevoked(referral=referral, on=date(2026, 4, 8))


def returned(referral: str = "r1") -> carousel.ParticipationReturned:
    """Came back."""
    return carousel.ParticipationReturned(referral=referral, on=date(2026, 4, 20))


def completed(referral: str = "r1", on: date = date(2026, 4, 10)) -> carousel.ParticipationCompleted:
    """The last module."""
    return carousel.ParticipationCompleted(referral=referral, on=on, cycle="c1", city="Gent")


def completion_revoked(referral: str = "r1") -> carousel.CompletionRevoked:
    """It was not attended after all."""
    return carousel.CompletionRevoked(referral=referral, on=date(2026, 5, 1))


def session(module: int, city: str = "Gent") -> carousel.SessionCompleted:
    """The session of that module in March took place."""
    return carousel.SessionCompleted(
        session=f"s{module}",
        cycle="c1",
        offer="g-force",
        module=module,
        on=date(2026, 3, 5 + module),
        city=city,
        place="p1",
        group_size="under_5",
        cover_used=False,
        modules=6,
    )


def session_revoked(module: int) -> carousel.SessionRevoked:
    """It did not take place."""
    return carousel.SessionRevoked(session=f"s{module}", cycle="c1", on=date(2026, 5, 2))


def cycle(on: date = date(2026, 4, 10)) -> carousel.CycleCompleted:
    """The cycle was closed."""
    return carousel.CycleCompleted(
        cycle="c1", offer="g-force", city="Gent", place="p1", first_on=date(2026, 3, 6), on=on, sessions_held=6
    )


def training_held(
    name: str = "t1",
    on: date = date(2026, 1, 2),
    kind: training.Kind = "basic",
    organisations: tuple[str, ...] = ("o1",),
    by_sector: dict[str, int] | None = None,
    *,
    pitched: bool = True,
    city: str = "Brugge",
) -> training.TrainingHeld:
    """A training in Brugge by the CAW."""
    sectors = {"police": 10, "welfare": 6} if by_sector is None else by_sector
    return training.TrainingHeld(
        training=name,
        kind=kind,
        on=on,
        days=(on,),
        city=city,
        online=False,
        organiser="caw",
        co_presenter=None,
        pitched=pitched,
        participants=sum(sectors.values()),
        by_sector=sectors,
        organisations=organisations,
    )


def training_revoked(name: str = "t1") -> training.TrainingRevoked:
    """It did not take place."""
    return training.TrainingRevoked(training=name, on=date(2026, 6, 1))


def evaluated(name: str = "t1", answers: int = 8, score: float | None = 8.5) -> training.TrainingEvaluated:
    """Asked of sixteen."""
    return training.TrainingEvaluated(
        training=name,
        on=date(2026, 2, 1),
        invited=16,
        answers=answers,
        score=score,
        confidence_before=None if score is None else 2.5,
        confidence_after=None if score is None else 4.0,
    )


def took_part(
    participant: str = "q1",
    name: str = "t1",
    *,
    present: bool = True,
    organisation: str | None = "o1",
    on: date = date(2026, 1, 2),
) -> training.ParticipationRecorded:
    """Whether a police officer was at that training."""
    return training.ParticipationRecorded(
        training=name,
        participant=participant,
        kind="basic",
        on=on,
        city="Brugge",
        organisation=organisation,
        sector="police",
        present=present,
    )


def network_event(
    name: str = "n1", police: int = 80, city: str = "Oostende", organisations: tuple[str, ...] = ("o1",)
) -> training.NetworkEventHeld:
    """A network event in June."""
    return training.NetworkEventHeld(
        event=name,
        on=date(2026, 6, 4),
        city=city,
        participants=police + 40,
        by_sector={"police": police, "health": 40},
        organisations=organisations,
    )


def network_event_revoked(name: str = "n1") -> training.NetworkEventRevoked:
    """It did not take place."""
    return training.NetworkEventRevoked(event=name, on=date(2026, 6, 8))


def steering_revoked(name: str = "m1") -> training.SteeringMeetingRevoked:
    """It did not take place."""
    return training.SteeringMeetingRevoked(meeting=name, on=date(2026, 6, 12))


def steering(name: str = "m1", partners: tuple[str, ...] = ("o1", "o2")) -> training.SteeringMeetingHeld:
    """The steering group met in June."""
    return training.SteeringMeetingHeld(meeting=name, on=date(2026, 6, 9), partners=partners, release=None)


def joined(partner: str = "o1", since: date = date(2025, 1, 1)) -> training.PartnerJoined:
    """A partner of the steering group."""
    return training.PartnerJoined(partner=partner, role="steering", since=since)


def left(partner: str = "o1", until: date = date(2026, 3, 1)) -> training.PartnerLeft:
    """No longer."""
    return training.PartnerLeft(partner=partner, until=until)


def registered(
    organisation: str = "o1", name: str = "Eerstelijnszone Oostende-Bredene", city: str = "Oostende"
) -> OrganisationRegistered:
    """In the register since 2024."""
    return OrganisationRegistered(
        organisation=organisation, name=name, sector="primary_care_zone", city=city, since=date(2024, 1, 1)
    )


def renamed(
    organisation: str = "o1", name: str = "Eerstelijnszone Middenkust", since: date = date(2026, 5, 1)
) -> OrganisationRenamed:
    """Another name."""
    return OrganisationRenamed(organisation=organisation, name=name, since=since)


def merged(organisation: str = "o1", into: str = "o2") -> OrganisationMerged:
    """Part of another since July."""
    return OrganisationMerged(organisation=organisation, into=into, since=date(2026, 7, 1))


def split(organisation: str = "o2", into: tuple[str, ...] = ("o3", "o4")) -> OrganisationSplit:
    """Two others since October."""
    return OrganisationSplit(organisation=organisation, into=into, since=date(2026, 10, 1))


def in_envelopes(messages: Iterable[PublicMessage]) -> list[ReceivedMessage]:
    """The messages in the envelopes of one partition."""
    return [
        ReceivedMessage(
            Envelope(
                "/carrousel/referral",
                Position(nth, nth - 1),
                type(each).type_name(),
                "r",
                datetime(2026, 6, 1, tzinfo=UTC),
            ),
            each,
        )
        for nth, each in enumerate(messages, 1)
    ]
