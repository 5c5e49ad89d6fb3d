"""What the training service hears: the organisations, so that nobody types them twice."""

from __future__ import annotations

from services.training import organisations
from shared.contracts.referral import ORGANISATIONS
from shared.fold import Fold
from shared.inbox import Inbox

REGISTER = Fold(
    consumer="training",
    version="1",
    schemas=[organisations.SCHEMA],
    inboxes=[Inbox("training", ORGANISATIONS, organisations.apply)],
)
