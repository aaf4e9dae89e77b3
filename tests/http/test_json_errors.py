"""What is wrong with a body that is not JSON is told with its line and column."""

import pytest

from tests.http.service import Person, problem

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ('{"a" 1}', "line 1, column 6: expected a colon."),
        ("{'a': 1}", "line 1, column 2: expected a name in double quotes."),
        ('{"a": tru}', "line 1, column 7: expected a value."),
        ('{"a": 1', "line 1, column 8: expected a comma, or the end of the object or list."),
        ('{"a": [1 2]}', "line 1, column 10: expected a comma, or the end of the object or list."),
        ('{"a": 1}}', "line 1, column 9: expected nothing after the end of the value."),
        ('{"a": "x\ny"}', "line 1, column 9: expected control characters to be escaped."),
        ('{"a": "\\q"}', "line 1, column 8: expected a valid escape sequence."),
        ('{"a": "x}', "line 1, column 7: expected a closing quotation mark for this text."),
        ("\ufeff{}", "line 1, column 1: expected no byte order mark."),
        ('{\n  "title": "Äpfel 🍎",\r\n  "priority": high}', "line 3, column 15: expected a value."),
        ('{"title": NaN}', "it has a number such as NaN or 1e999, or half of a surrogate pair."),
        ('{"title": "\\ud800"}', "it has a number such as NaN or 1e999, or half of a surrogate pair."),
    ],
)
async def test_a_syntax_error_is_told_with_its_place(ada: Person, body: str, detail: str) -> None:
    refused = await ada.ask("POST", ada.tasks, content=body.encode(), headers=JSON)
    assert problem(refused, 400, "malformed")["detail"] == f"The body is not JSON: {detail}"


@pytest.mark.parametrize("path", ["tasks", "batch"])
async def test_columns_count_code_points_up_to_bytes_that_are_no_text(ada: Person, path: str) -> None:
    body = '{\n "title": "🍎🍎'.encode() + b'\xff"}'
    refused = await ada.ask("POST", f"/api/{ada.id}/{path}", content=body, headers=JSON)
    assert problem(refused, 400, "malformed")["detail"] == "The body is not UTF-8: line 2, column 14."


async def test_an_error_in_a_batch_is_told_with_its_place_in_the_body(ada: Person) -> None:
    body = b'{"operations": [\n  {"op": "add", "task": {"title": "x"}},\n  {"op": "add" "task": {}}]}'
    refused = await ada.ask("POST", f"/api/{ada.id}/batch", content=body, headers=JSON)
    detail = "The body is not JSON: line 3, column 16: expected a comma, or the end of the object or list."
    assert problem(refused, 400, "malformed")["detail"] == detail


@pytest.mark.parametrize(("body", "detail"), [
    (b"", "The body is empty, but must be JSON."),
    (b" \n", "The body is empty, but must be JSON."),
    (b"[" * 100_000, "The body is nested too deeply."),
    (b'{"title": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", "The body is nested too deeply."),
    (b'{"title": NaN, "x": ' + b"[" * 100_000, "The body is nested too deeply."),
], ids=["nothing", "spaces", "open lists", "closed lists", "open lists behind another error"])  # fmt: skip
async def test_empty_and_deep_bodies_have_their_own_sentences(ada: Person, body: bytes, detail: str) -> None:
    refused = await ada.ask("POST", ada.tasks, content=body, headers=JSON)
    assert problem(refused, 400, "malformed")["detail"] == detail


async def test_nothing_of_the_body_is_repeated(ada: Person) -> None:
    refused = await ada.ask("POST", ada.tasks, content=b'{"title": secret-word}', headers=JSON)
    assert "secret" not in problem(refused, 400, "malformed")["detail"]
