"""The loops over all pages in the guide to the API, run as they stand there."""

import json
import re
import sys
from pathlib import Path

import httpx

from tests.clients.programs import printed_by
from tests.http.service import PASSWORD
from tests.support.node import node

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"
COUNT = 205
"""Two full pages of 100 tasks, and a third."""


def block(language: str, contains: str) -> str:
    """The block of code with this text."""
    found: list[str] = re.findall(rf"^```{language}\n(.*?)^```", GUIDE.read_text("utf-8"), re.M | re.S)
    (code,) = [each for each in found if contains in each]
    return code


async def person_with_tasks(address: str, email: str) -> tuple[str, str, list[str]]:
    """The id and token of somebody with many tasks, and the ids of these."""
    async with httpx.AsyncClient(base_url=address) as client:
        wish = {"email": email, "password": PASSWORD, "name": "Ada"}
        session = (await client.post("/api/auth/register", json=wish)).json()
        user_id, token = session["user"]["id"], session["token"]
        steps = [{"op": "add", "task": {"title": f"task {number}"}} for number in range(COUNT)]
        headers = {"Authorization": f"Bearer {token}"}
        answer = await client.post(f"/api/{user_id}/batch", json={"operations": steps}, headers=headers)
        return user_id, token, [result["task"]["id"] for result in answer.json()]


async def test_the_python_loop_reads_every_page(address: str, tmp_path: Path) -> None:
    user_id, token, ids = await person_with_tasks(address, "loop-python@example.org")
    code = block("python", "def all_tasks") + (
        f'\nclient = httpx.Client(base_url="{address}", headers={{"Authorization": "Bearer {token}"}})'
        f'\nprint(json.dumps([task["id"] for task in all_tasks(client, "{user_id}")]))\nclient.close()\n'
    )
    script = tmp_path / "loop.py"
    script.write_text("import json\nimport httpx\n" + code)
    assert json.loads(await printed_by(sys.executable, script)) == ids


async def test_the_javascript_loop_reads_every_page(address: str, tmp_path: Path) -> None:
    program = node()
    user_id, token, ids = await person_with_tasks(address, "loop-js@example.org")
    script = tmp_path / "loop.mjs"
    show = (
        f'\nconsole.log(JSON.stringify((await allTasks("{address}/api", "{user_id}", "{token}")).map(({{id}}) => id)));'
    )
    script.write_text(block("js", "async function allTasks") + show)
    assert json.loads(await printed_by(program, script)) == ids
