"""Lists of tasks by list, parent, tag and deferral, and in manual order."""

import pytest

from tests.http.service import NOBODY, Api, Person, faults


async def test_tasks_are_found_by_list_and_inbox(api: Api, ada: Person) -> None:
    work, home = (await ada.add_list("Work"))["id"], (await ada.add_list("Home"))["id"]
    for title, list_id in (("w", work), ("h", home), ("i", None)):
        await ada.add(title, list_id=list_id)
    assert await ada.titles(list=work) == ["w"]
    assert await ada.titles(list="inbox") == ["i"]
    assert await ada.titles(list=[work, "inbox"]) == ["w", "i"]
    theirs = (await (await api.person()).add_list())["id"]
    assert await ada.titles(list=[theirs, NOBODY]) == []


async def test_tasks_are_found_by_parent_and_top_level(ada: Person) -> None:
    top = await ada.add("top")
    below = await ada.add("below", parent_id=top["id"])
    await ada.add("deep", parent_id=below["id"])
    assert await ada.titles(parent=top["id"]) == ["below"]
    assert await ada.titles(parent="none") == ["top"]
    assert await ada.titles(parent=NOBODY) == []


async def test_tasks_are_found_by_all_of_the_given_tags(ada: Person) -> None:
    for title, tags in (("a", ["Émile", "x"]), ("b", ["x"]), ("c", ["None"]), ("d", [])):
        await ada.add(title, tags=tags)
    assert await ada.titles(tag="emile") == ["a"]
    assert await ada.titles(tag="X") == ["a", "b"]
    assert await ada.titles(tag=["x", "EMILE"]) == ["a"]
    assert await ada.titles(tag="none") == ["d"]
    assert await ada.titles(tag="None") == ["c"]
    assert await ada.titles(tag=["none", "x"]) == []
    assert await ada.titles(tag=" x") == []


async def test_deferred_tasks_are_hidden_or_the_only_ones(api: Api, ada: Person) -> None:
    await ada.add("now")
    await ada.add("tomorrow", deferred_until="2026-11-21")
    await ada.add("past", deferred_until="2026-11-20T11:59:00Z")
    assert await ada.titles() == ["now", "tomorrow", "past"]
    assert await ada.titles(deferred="hide") == ["now", "past"]
    assert await ada.titles(deferred="only") == ["tomorrow"]
    tag = (await ada.get(f"{ada.tasks}?deferred=hide")).headers["etag"]
    api.clock.advance(seconds=86_400)
    ada = await api.log_in(ada)
    later = await ada.get(f"{ada.tasks}?deferred=hide", headers={"If-None-Match": tag})
    api.clock.advance(seconds=-86_400)
    assert (later.status_code, len(later.json())) == (200, 3), "time alone has changed it"


@pytest.mark.check("H4")
async def test_what_is_no_filter_is_refused(ada: Person) -> None:
    for query, told in (
        ("list=x", {"list": "invalid-id"}),
        (f"list={NOBODY.upper()}&parent=inbox", {"list": "invalid-id", "parent": "invalid-id"}),
        (f"parent=none&parent={NOBODY}", {"parent": "repeated"}),
        ("tag=&tag=x", {"tag": "blank"}),
        (f"tag={'x' * 65}", {"tag": "too-long"}),
        ("&".join([f"tag={'x' * 63}{n}" for n in range(4)]), {"tag": "too-long"}),
        ("tag=%CC%81&tag=x", {"tag": "blank"}),
        ("deferred=yes", {"deferred": "unknown-value"}),
        ("&".join(["tag=x"] * 17), {"tag": "repeated"}),
        ("&".join(["list=inbox"] * 17), {"list": "repeated"}),
        ("sort=place", {"sort": "unknown-value"}),
    ):
        assert faults(await ada.get(f"{ada.tasks}?{query}")) == told, query


@pytest.mark.parametrize("sort", ["position", "-position"])
async def test_pages_lead_through_the_manual_order(ada: Person, sort: str) -> None:
    a, *_, e = [await ada.add(title) for title in "abcde"]
    await ada.ask("POST", f"{ada.task(e)}/move", json={"before": a["id"]})
    found, target = "", f"{ada.tasks}?sort={sort}&limit=2"
    while target:
        answer = await ada.get(target)
        found += "".join(task["title"] for task in answer.json())
        target = answer.links.get("next", {}).get("url", "")
    assert found == ("eabcd" if sort == "position" else "dcbae")
    cursor = (await ada.get(f"{ada.tasks}?sort={sort}&limit=2")).headers["x-next-cursor"]
    assert faults(await ada.get(f"{ada.tasks}?cursor={cursor}")) == {"cursor": "invalid-cursor"}


async def test_a_link_keeps_the_filters(ada: Person) -> None:
    for title in "abc":
        await ada.add(title, tags=["a/b c"])
    answer = await ada.get(ada.tasks, params={"tag": "a/b c", "list": "inbox", "limit": 2})
    following = await ada.get(answer.links["next"]["url"])
    assert [task["title"] for task in following.json()] == ["c"]
