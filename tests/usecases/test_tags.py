"""Tags: kept as they are spelled, compared without case and accents, renamed and merged everywhere."""

import pytest

from tests.usecases.person import somebody
from todo_adapters.contracts.kit import together
from todo_core.errors import Invalid, NotFound
from todo_core.limits import TAG_MAX, TAGS_MAX
from todo_core.model.counts import TagUse
from todo_core.model.rules import Broken
from todo_core.model.task import TASKS, tag_name
from todo_core.ports.storage import Store
from todo_core.usecases.tags import list_tags, remove_tag, rename_tag

FAULTY_NAMES = (
    ("", "blank"),
    (" ", "blank"),
    ("\u0301", "blank"),
    ("x" * 65, "too-long"),
    ("a\0", "control-character"),
    ("a\u2028b", "control-character"),
)


async def test_tags_are_given_back_as_sent_and_in_the_order_sent(store: Store) -> None:
    ada = await somebody(store)
    task = await ada.add(tags=["zebra", " Ärzte ", "a b", "\U0001f600"])
    assert task.tags == ("zebra", " Ärzte ", "a b", "\U0001f600")
    assert await ada.now(task) == task
    assert (await ada.change(task, tags=["a b", "zebra"])).tags == ("a b", "zebra")
    assert (await ada.change(task, tags=[])).tags == ()


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        (["home", "x", "HOME"], "repeated"),
        (["Ärzte", "arzte"], "repeated"),
        (["straße", "STRASSE"], "repeated"),
        (["e\u0301", "é"], "repeated"),
        ([" "], "blank"),
        (["x" * (TAG_MAX + 1)], "too-long"),
        (["a\nb"], "control-character"),
        ([str(number) for number in range(TAGS_MAX + 1)], "too-many"),
    ],
)
def test_tags_that_break_a_rule_are_refused(tags: list[str], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        TASKS.patch(tags=tags)
    assert [(each.field, each.code) for each in refusal.value.violations] == [("tags", code)]


def test_so_many_tags_of_such_length_are_accepted() -> None:
    tags = [f"{number:0{TAG_MAX}}" for number in range(TAGS_MAX)]
    assert TASKS.patch(tags=tags).values["tags"] == tuple(tags)


async def test_another_spelling_is_a_change(store: Store) -> None:
    ada = await somebody(store)
    task = await ada.add(tags=["home"])
    assert await ada.change(task, tags=["home"]) == task
    assert (await ada.change(task, tags=["Home"])).tags == ("Home",)
    assert [use.name for use in (await ada.see(list_tags)).items] == ["Home"]


async def test_tasks_are_found_by_all_of_several_tags_or_by_none(store: Store) -> None:
    ada = await somebody(store)
    for title, tags in (("both", ["Home", "x"]), ("one", ["HOME"]), ("other", ["x"]), ("none", [])):
        await ada.add(title, tags=tags)
    assert await ada.found(tags=frozenset({"home"})) == ["both", "one"]
    assert await ada.found(tags=frozenset({"home", "x"})) == ["both"]
    assert await ada.found(has_tags=False) == ["none"]
    assert await ada.found(tags=frozenset({"hom"})) == []


async def test_tags_are_listed_by_name_with_their_open_and_all_tasks(store: Store) -> None:
    ada, bob = await somebody(store), await somebody(store)
    await bob.add(tags=["theirs"])
    await ada.add(tags=["zebra", "Home"])
    await ada.add(tags=["home", "Ärzte"], completed=True)
    await ada.add(tags=["HOME"])
    page = await ada.see(list_tags)
    assert page.items == (TagUse("Ärzte", 0, 1), TagUse("HOME", 2, 3), TagUse("zebra", 1, 1))
    assert page.as_of == 3


async def test_a_renamed_tag_keeps_its_place_on_every_task(store: Store) -> None:
    ada, bob = await somebody(store), await somebody(store)
    theirs = await bob.add(tags=["home"])
    first, second = await ada.add(tags=["x", "Home", "y"]), await ada.add(tags=["HOME"], completed=True)
    untouched = await ada.add(tags=["homes"])
    ada.clock.advance(seconds=60)
    assert await ada.do(rename_tag, "hOmE", "Garden") == 2
    now = await ada.everything()
    assert now[first.id].tags == ("x", "Garden", "y")
    assert now[second.id].tags == ("Garden",)
    assert now[first.id].updated_at == ada.clock.now()
    assert now[untouched.id] == untouched
    assert await bob.now(theirs) == theirs


async def test_a_tag_that_takes_the_name_of_another_is_merged_with_it(store: Store) -> None:
    ada = await somebody(store)
    made = [await ada.add(tags=tags) for tags in (["a", "x", "b"], ["b", "x", "A"], ["b"], ["a", "y"])]
    assert await ada.do(rename_tag, "a", "B") == 3
    now = await ada.everything()
    assert [now[task.id].tags for task in made] == [("B", "x"), ("x", "B"), ("b",), ("B", "y")]
    assert [(use.name, use.total) for use in (await ada.see(list_tags)).items] == [("B", 4), ("x", 2), ("y", 1)]


async def test_another_spelling_of_a_tag_is_given_to_all_tasks_that_have_it(store: Store) -> None:
    ada = await somebody(store)
    made = [await ada.add(tags=tags) for tags in (["home", "x"], ["Home"], ["HOME"])]
    assert await ada.do(rename_tag, "home", "Home") == 2, "one task has it spelled like this already"
    now = await ada.everything()
    assert [now[task.id].tags for task in made] == [("Home", "x"), ("Home",), ("Home",)]
    assert now[made[1].id] == made[1]
    assert await ada.do(rename_tag, "home", "Home") == 0
    assert len(await ada.feed()) == 5


async def test_a_removed_tag_is_on_no_task_and_the_others_stay(store: Store) -> None:
    ada = await somebody(store)
    made = [await ada.add(tags=tags) for tags in (["x", "Home", "y"], ["HOME"], ["y"])]
    assert await ada.do(remove_tag, "home") == 2
    now = await ada.everything()
    assert [now[task.id].tags for task in made] == [("x", "y"), (), ("y",)]
    assert now[made[2].id] == made[2]


async def test_a_tag_that_no_task_has_is_not_found(store: Store) -> None:
    ada, bob = await somebody(store), await somebody(store)
    await bob.add(tags=["theirs"])
    await ada.remove(await ada.add(tags=["thrown"]))
    for name in ("nothing", "theirs", "thrown", "", "x" * 1_000):
        await ada.refused(ada.do(rename_tag, name, "new"), NotFound)
        await ada.refused(ada.do(remove_tag, name), NotFound)


async def test_what_lies_in_the_trash_keeps_its_tags(store: Store) -> None:
    ada = await somebody(store)
    thrown = await ada.add(tags=["home"])
    await ada.add(tags=["home"])
    await ada.remove(thrown)
    assert await ada.do(rename_tag, "home", "garden") == 1
    assert (await ada.restore(thrown)).tags == ("home",)


async def test_renamings_and_changes_at_once_all_happen(store: Store) -> None:
    ada = await somebody(store)
    made = [await ada.add(tags=["a", f"{number}"]) for number in range(4)]
    outcomes = await together(
        ada.do(rename_tag, "a", "b"),
        *(ada.change(task, title="changed") for task in made),
        ada.add(tags=["a"]),
    )
    assert outcomes == {"done": 6}
    now = await ada.everything()
    assert [now[task.id].tags for task in made] == [("b", f"{number}") for number in range(4)]
    assert {now[task.id].title for task in made} == {"changed"}


def test_the_name_of_a_tag_is_one_line_and_kept_as_it_is() -> None:
    assert tag_name(" home ") == " home "
    for text, code in FAULTY_NAMES:
        with pytest.raises(Broken) as broken:
            tag_name(text)
        assert broken.value.code == code
