"""After a training: an evaluation that knows nobody, and certificates that anybody may check."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from io import BytesIO

from pypdf import PdfReader

from shared.http.auth import Role
from tests.training.conftest import SECRET, TODAY, Desk, attendance

IMPROVE = "/trainings/t-1/evaluation/improvements"


async def test_an_evaluation_joins_nobody_and_shows_nothing_below_five(desk: Desk) -> None:
    await desk.held(6)
    asked = await desk.done("POST", "/trainings/t-1/evaluation/open", {"on": TODAY.isoformat()})
    again = await desk.done("POST", "/trainings/t-1/evaluation/open", {"on": TODAY.isoformat()})
    assert (len(asked["tokens"]), again["tokens"]) == (6, [])
    for token in asked["tokens"][:4]:
        await answer(desk, token)
    assert (await desk.ask("POST", "/public/evaluations", opinion(asked["tokens"][0]), None)).json()["code"] == (
        "link-not-valid"
    )
    await desk.done("POST", "/trainings/t-1/evaluation/close", {"on": TODAY.isoformat()})
    found = await desk.done("GET", "/trainings/t-1/evaluation")
    assert (found["answers"], found["response_rate"], found["score"]) == (4, 0.667, None)
    assert await desk.rows(IMPROVE) == []
    late = await desk.ask("POST", "/public/evaluations", opinion(asked["tokens"][5]), None)
    assert late.json()["code"] == "link-not-valid"


async def test_an_evaluation_of_five_shows_its_means_once_closed(desk: Desk) -> None:
    await desk.held(5)
    asked = await desk.done("POST", "/trainings/t-1/evaluation/open", {"on": TODAY.isoformat()})
    for token in asked["tokens"]:
        await answer(desk, token)
    assert (await desk.done("GET", "/trainings/t-1/evaluation"))["score"] is None
    assert await desk.rows(IMPROVE) == []
    await desk.done("POST", "/trainings/t-1/evaluation/close", {"on": TODAY.isoformat()})
    (found,) = await desk.rows("/evaluations", Role.STEERING)
    assert (found["invited"], found["answers"], found["response_rate"]) == (5, 5, 1.0)
    assert (found["score"], found["confidence_before"], found["confidence_after"]) == (8.0, 2.0, 4.0)
    assert [each["improve"] for each in await desk.rows(IMPROVE)] == ["Meer tijd"] * 5


async def test_a_close_that_is_refused_ends_no_link(desk: Desk) -> None:
    await desk.held(5)
    asked = await desk.done("POST", "/trainings/t-1/evaluation/open", {"on": TODAY.isoformat()})
    tomorrow = {"on": (TODAY + timedelta(days=1)).isoformat()}
    refused = await desk.ask("POST", "/trainings/t-1/evaluation/close", tomorrow)
    assert refused.json()["code"] == "date-in-future"
    await answer(desk, asked["tokens"][0])


async def test_every_answer_that_was_taken_while_it_closed_is_in_the_count(desk: Desk) -> None:
    await desk.held(20)
    asked = await desk.done("POST", "/trainings/t-1/evaluation/open", {"on": TODAY.isoformat()})
    answering = [desk.ask("POST", "/public/evaluations", opinion(token), None) for token in asked["tokens"]]
    closing = desk.ask("POST", "/trainings/t-1/evaluation/close", {"on": TODAY.isoformat()})
    *answered, closed = await asyncio.gather(*answering, closing)
    assert closed.status_code == 200
    assert {each.status_code for each in answered} <= {204, 409}
    (found,) = await desk.rows("/evaluations")
    assert found["answers"] == [each.status_code for each in answered].count(204)


async def answer(desk: Desk, token: str) -> None:
    await desk.done("POST", "/public/evaluations", opinion(token), None)


def opinion(token: str) -> dict[str, object]:
    return {"token": token, "score": 8, "confidence_before": 2, "confidence_after": 4, "improve": "Meer tijd"}


async def test_a_certificate_is_for_who_was_there_and_anybody_may_check_it(desk: Desk) -> None:
    (participant,) = await desk.held(1)
    on = {"on": TODAY.isoformat()}
    await desk.plan("t-2")
    await desk.register(0, "t-2")
    early = await desk.ask("POST", f"/trainings/t-2/participants/{participant}/certificate", on)
    assert early.json()["code"] == "training-not-held"
    code = await certified(desk, participant)
    assert (await check(desk, code), await check(desk, code[::-1]), await check(desk, "x")) == (True, False, False)


async def test_a_certificate_ends_when_attendance_is_corrected(desk: Desk) -> None:
    (participant,) = await desk.held(1)
    code = await certified(desk, participant)
    await desk.done("POST", "/trainings/t-1/correct", attendance([]))
    assert await check(desk, code) is False
    refused = await desk.ask(
        "POST", f"/trainings/t-1/participants/{participant}/certificate", {"on": TODAY.isoformat()}
    )
    assert refused.json()["code"] == "not-attended"
    await desk.done("POST", "/trainings/t-1/correct", attendance([participant]))
    assert await check(desk, code) is False
    assert await check(desk, await certified(desk, participant)) is True


async def test_a_certificate_with_another_code_or_another_name_on_it_is_not_valid(desk: Desk) -> None:
    (participant,) = await desk.held(1)
    code = await certified(desk, participant)
    altered = code[:-1] + ("A" if code[-1] != "A" else "B")
    assert [await check(desk, each) for each in (code, altered, code.swapcase())] == [True, False, False]
    assert await check_name(desk, code, f"  {SECRET.upper()} ") is True
    assert await check_name(desk, code, "Iemand Anders") is False
    assert await check_name(desk, code, "") is False
    assert await check_name(desk, altered, SECRET) is False


async def test_a_certificate_of_who_was_erased_or_renamed_holds_as_it_was_printed(desk: Desk) -> None:
    (participant,) = await desk.held(1)
    code = await certified(desk, participant)
    await desk.done("PUT", f"/people/{participant}/name", {"name": "Zebedeus Vindbaar"})
    renamed = await certified(desk, participant)
    await desk.done("DELETE", f"/people/{participant}")
    assert [await check_name(desk, code, SECRET), await check_name(desk, renamed, "Zebedeus Vindbaar")] == [True, True]
    assert await check_name(desk, renamed, SECRET) is False
    gone = await desk.ask("POST", f"/trainings/t-1/participants/{participant}/certificate", {"on": TODAY.isoformat()})
    assert gone.status_code == 404


async def test_the_check_speaks_the_language_that_a_browser_asks_for(desk: Desk) -> None:
    for said, word in (("fr-BE,fr;q=0.9", "pas valable"), ("de,en;q=0.5", "not valid"), ("de", "niet geldig")):
        page = await desk.client.get("/certificates/x", headers={"Accept-Language": said})
        assert word in page.text
        assert page.headers["cache-control"] == "no-store"


async def certified(desk: Desk, participant: str) -> str:
    """The code on the certificate, as a telephone reads it."""
    path = f"/trainings/t-1/participants/{participant}/certificate"
    answered = await desk.done("POST", path, {"on": TODAY.isoformat()})
    text = PdfReader(BytesIO(answered.content)).pages[0].extract_text()
    return str(re.findall(r"[A-Za-z0-9_-]{22}", text)[0])


async def check_name(desk: Desk, code: str, name: str) -> bool:
    page = (await desk.client.post(f"/certificates/{code}?language=en", data={"name": name})).text
    assert SECRET not in page
    return "This certificate is valid, in this name" in page


async def check(desk: Desk, code: str) -> bool:
    page = (await desk.client.get(f"/certificates/{code}?language=en")).text
    assert SECRET not in page
    return "This certificate is valid" in page
