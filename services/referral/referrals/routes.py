"""A referral comes in and goes on, over HTTP."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Response

from services.referral.access import Facilitator, Names, WhoRefers, require_may_refer, works_on
from services.referral.personal_data import PersonalData
from services.referral.persons import Person
from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.commands import (
    AcceptReferral,
    DeclineNotEligible,
    DeclineNotSuitable,
    LinkDuplicate,
    PlanIntake,
    PutReferralOnHold,
    ReceiveReferral,
    RecordIntake,
    ResumeReferral,
    RetractReferral,
    WithdrawReferral,
)
from services.referral.referrals.schemas import (
    Acceptance,
    Departure,
    Duplicate,
    Hold,
    Intake,
    IntakeAppointment,
    NewReferral,
    NotEligible,
    NotSuitable,
)
from shared.domain.clock import now
from shared.domain.messages import Dated
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.commands import Commanding, Done
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id

router = APIRouter(tags=["referrals"])


@router.post("/referrals", status_code=201, response_model=Done)
async def receive_referral(body: NewReferral, caller: WhoRefers, commands: Commanding, names: Names) -> Response:
    """A facilitator receives for his cities; a referrer only for his own organisation.

    Asked again it answers what it answered first: how the case goes on is not his who refers.
    A name that differs from the one held changes nothing; it waits for a facilitator to decide on.
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
    keep = partial(_keep_name, names, caller, command, body.person)
    return await commands.run(REFERRAL, body.referral_id, command, hooks=[keep], created=True)


def _may_receive(caller: Caller, body: NewReferral) -> bool:
    if caller.role is Role.REFERRER:
        return body.organisation_id == caller.organisation is not None
    return body.preferred_city in caller.cities


async def _keep_name(
    names: PersonalData,
    caller: Caller,
    command: ReceiveReferral,
    person: Person,
    connection: Connection,
    outcome: Outcome,
) -> None:
    if outcome.events:
        await require_may_refer(connection, caller, command.person_id)
        if await names.add_person(connection, command.person_id, "referred", person, command.received_on):
            return
    await names.propose(connection, command.person_id, person, caller.subject)


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


@router.post("/referrals/{referral_id}/hold", response_model=Done)
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


@router.post("/referrals/{referral_id}/link-duplicate", response_model=Done)
async def link_duplicate(referral_id: Id, body: Duplicate, caller: Facilitator, commands: Commanding) -> Response:
    """Say that this referral is the same as another one."""
    command = LinkDuplicate(at=now(), by=caller.subject, referral_id=referral_id, on=body.on, of=body.of)
    return await commands.run(REFERRAL, referral_id, command, check_access=works_on(caller))


@router.post("/referrals/{referral_id}/retract", response_model=Done)
async def retract_referral(referral_id: Id, body: Dated, caller: Facilitator, commands: Commanding) -> Response:
    """Take back a referral received in error."""
    command = RetractReferral(at=now(), by=caller.subject, referral_id=referral_id, on=body.on)
    return await commands.run(REFERRAL, referral_id, command, check_access=works_on(caller))
