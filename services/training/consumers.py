"""What the training service consumes: the organisations and what becomes of them, so that nobody types them twice."""

from __future__ import annotations

from services.training.projections import organisations
from shared.contracts.referral import ORGANISATIONS
from shared.messaging.inbox import Inbox
from shared.projections.topic import TopicProjection

KNOWN_ORGANISATIONS = TopicProjection(
    consumer="training",
    version="2",
    schemas=[organisations.SCHEMA],
    inboxes=[Inbox("training", ORGANISATIONS, organisations.apply)],
)
