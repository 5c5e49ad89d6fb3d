"""What is printed on certificates and sheets is a text that our paper can show."""

from __future__ import annotations

from services.training.refusals import Refusal
from shared.domain.messages import Refused
from shared.i18n.printable import described, unprintable


def prints(**texts: str | None) -> None:
    """Raises Refused, with the field and the sign, for a text that holds one which cannot be printed."""
    for field, text in texts.items():
        if text and (sign := unprintable(text)):
            raise Refused(Refusal.SIGN_NOT_PRINTABLE, field=field, sign=described(sign))
