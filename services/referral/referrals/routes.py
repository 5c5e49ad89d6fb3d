"""A referral comes in and goes on, over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Response

from services.referral.access import Facilitator, Names, WhoRefers, require_may_refer, works_on
from services.referral.personal_data import PersonalData
from services.referral.persons import Person
from services.referral.queries import referrals
from services.referral.queries.referrals import Attention
from services.referral.references import require_known
from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.commands import (
    AcceptReferral,
    DeclineNotEligible,
    DeclineNotSuitable,
    PlanIntake,
    PutReferralOnHold,
    ReceiveReferral,
    RecordIntake,
    ResumeReferral,
    WithdrawReferral,
)
from services.referral.referrals.schemas import (
    Acceptance,
    Departure,
    Hold,
    Intake,
    IntakeAppointment,
    NewReferral,
    NotEligible,
    NotSuitable,
    Received,
)
from shared.domain.clock import now, today
from shared.domain.messages import Dated
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.commands import Commanding, Done
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id

router = APIRouter(tags=["referrals"])


@router.post("/referrals", status_code=201, response_model=Received)
async def receive_referral(body: NewReferral, caller: WhoRefers, commands: Commanding, names: Names) -> Response:
    """A facilitator receives for his cities; a referrer only for his own organisation.

    Asked again it answers what it answered first: how the case goes on is not his who refers.
    A name that differs from the one held changes nothing; it waits for a facilitator to decide on. A facilitator is
    told at once which other referrals that he sees are open for the same person, or likely of the same person.
    """
    if not _may_receive(caller, body):
        raise NotVisible
    command = ReceiveReferral(
        at=now(),
        by=caller.subject,
        referral_id=body.referral_id,
        person_id=body.person_id,
        referrer_id=body.referrer_id,
        organisation_id=body.organisation_id,
        sector=body.sector,
        referrer_city=body.referrer_city,
        city_of_residence=body.city_of_residence,
        preferred_city=body.preferred_city,
        received_on=body.received_on,
        informed_on=body.informed_on,
        informed_by=body.informed_by,
        not_informed_reason=body.not_informed_reason,
        availability=body.availability,
        feedback_agreed=body.feedback_agreed,
        language=body.language,
    )
    receiving = _Receiving(names, caller, command, body.person)
    return await commands.run(
        REFERRAL, body.referral_id, command, hooks=[receiving.keep], content=receiving.answer, created=True
    )


def _may_receive(caller: Caller, body: NewReferral) -> bool:
    if caller.role is Role.REFERRER:
        return body.organisation_id == caller.organisation is not None
    return body.preferred_city in caller.cities


@dataclass(slots=True)
class _Receiving:
    """What is written and answered beside the event; who refers is never told of anybody else."""

    names: PersonalData
    caller: Caller
    command: ReceiveReferral
    person: Person
    attention: Attention = field(default_factory=dict)

    async def keep(self, connection: Connection, outcome: Outcome) -> None:
        """The names in it lead somewhere; that of the person is kept, or waits."""
        command = self.command
        added = outcome.events and await self._added(connection)
        if not added:
            await self.names.propose(connection, command.person_id, self.person, self.caller.subject)
        if self.caller.role is Role.FACILITATOR:
            self.attention = await referrals.attention(connection, self.caller, today(), command.referral_id)

    async def _added(self, connection: Connection) -> bool:
        command, cities = self.command, self.caller.cities if self.caller.role is Role.FACILITATOR else ()
        await require_known(connection, command, cities)
        await require_may_refer(connection, self.caller, command.person_id)
        since = command.received_on
        return await self.names.add_person(connection, command.person_id, "referred", self.person, since)

    def answer(self, _: Outcome) -> dict[str, Any]:
        """The version of then, and to a facilitator which other referrals may be of the same person."""
        return {"version": 1, **self.attention}


@router.post("/referrals/{referral_id}/plan-intake", response_model=Done)
async def plan_intake(referral_id: Id, body: IntakeAppointment, caller: Facilitator, commands: Commanding) -> Response:
    """Plan the intake, or plan it again for another day."""
    command = PlanIntake(at=now(), by=caller.subject, referral_id=referral_id, on=body.on, planned_for=body.planned_for)
    return await commands.run(REFERRAL, referral_id, command, check_access=works_on(caller))


@router.post("/referrals/{referral_id}/intake", response_model=Done)
async def record_intake(referral_id: Id, body: Intake, caller: Facilitator, commands: Commanding) -> Response:
    """Record the intake, with a result for every criterion of the checklist."""
    command = RecordIntake(
        at=now(),
        by=caller.subject,
        referral_id=referral_id,
        on=body.on,
        checklist_version=body.checklist_version,
        results=body.results,
        held_by=body.held_by,
    )
    return await commands.run(REFERRAL, referral_id, command, check_access=works_on(caller))


@router.post("/referrals/{referral_id}/accept", response_model=Done)
async def accept_referral(referral_id: Id, body: Acceptance, caller: Facilitator, commands: Commanding) -> Response:
    """Accept the person; a criterion that was not met needs an override."""
    command = AcceptReferral(at=now(), by=caller.subject, referral_id=referral_id, on=body.on, override=body.override)
    return await commands.run(REFERRAL, referral_id, command, check_access=works_on(caller))


@router.post("/referrals/{referral_id}/decline-not-eligible", response_model=Done)
async def decline_not_eligible(
    referral_id: Id, body: NotEligible, caller: Facilitator, commands: Commanding
) -> Response:
    """Decline because a criterion was not met."""
    command = DeclineNotEligible(
        at=now(), by=caller.subject, referral_id=referral_id, on=body.on, criterion=body.criterion
    )
    return await commands.run(REFERRAL, referral_id, command, check_access=works_on(caller))


@router.post("/referrals/{referral_id}/decline-not-suitable", response_model=Done)
async def decline_not_suitable(
    referral_id: Id, body: NotSuitable, caller: Facilitator, commands: Commanding
) -> Response:
    """Decline on a judgement."""
    command = DeclineNotSuitable(at=now(), by=caller.subject, referral_id=referral_id, on=body.on, reason=body.reason)
    return await commands.run(REFERRAL, referral_id, command, check_access=works_on(caller))


@router.post("/referrals/{referral_id}/put-on-hold", response_model=Done)
async def put_referral_on_hold(referral_id: Id, body: Hold, caller: Facilitator, commands: Commanding) -> Response:
    """Pause the referral until a review date, or move that date."""
    command = PutReferralOnHold(
        at=now(), by=caller.subject, referral_id=referral_id, on=body.on, review_on=body.review_on
    )
    return await commands.run(REFERRAL, referral_id, command, check_access=works_on(caller))


@router.post("/referrals/{referral_id}/resume", response_model=Done)
async def resume_referral(referral_id: Id, body: Dated, caller: Facilitator, commands: Commanding) -> Response:
    """Go on after a hold, a withdrawal or a stop."""
    command = ResumeReferral(at=now(), by=caller.subject, referral_id=referral_id, on=body.on)
    return await commands.run(REFERRAL, referral_id, command, check_access=works_on(caller))


@router.post("/referrals/{referral_id}/withdraw", response_model=Done)
async def withdraw_referral(referral_id: Id, body: Departure, caller: Facilitator, commands: Commanding) -> Response:
    """Record that the person leaves before the first session."""
    command = WithdrawReferral(
        at=now(), by=caller.subject, referral_id=referral_id, on=body.on, category=body.category, code=body.code
    )
    return await commands.run(REFERRAL, referral_id, command, check_access=works_on(caller))
