"""Random programs of two owners, as values: what they do and look at, step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hypothesis import strategies as st

from todo_core.model.kinds import Patch
from todo_core.model.task import TASKS, Priority, Task
from todo_core.model.task_filter import DueOption, TaskQuery, search_words
from todo_core.model.task_list import LISTS, TaskList
from todo_core.model.task_sort import SortField, TaskSort

Number: TypeAlias = int | str | None
"""A thing: its number in the order of their making, round and round; the name of a step; None for none."""

NAMES = ("first", "second", "list")


@dataclass(frozen=True, slots=True)
class Terms:
    """How a write is meant: under the key of this number, over what was seen so many of the owner's changes ago."""

    key: int | None = None
    seen: int | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """What a write says: new fields of tasks and lists, where a thing goes, and the id that the caller chose.

    ``chosen`` is a number for an id that exists, "new" for one that does not, None for none.
    """

    task: Patch[Task]
    task_list: Patch[TaskList]
    places: Mapping[str, Number] = field(default_factory=dict)
    anchor: Mapping[str, Number] = field(default_factory=dict)
    tags: tuple[str, str] = ("home", "x")
    chosen: Number = None


@dataclass(frozen=True, slots=True)
class Do:
    """A write by its name, to the thing of this number."""

    what: str
    which: int
    words: Words
    terms: Terms


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a batch by its name; ``seen`` as in Terms."""

    what: str
    which: int | str
    words: Words
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """A batch."""

    steps: Sequence[Step]
    terms: Terms


@dataclass(frozen=True, slots=True)
class Again:
    """The write that was asked for so many writes ago, asked for once more by somebody who has lost the answer.

    By mistake it may be about another thing, in the same words and under the same key.
    """

    ago: int
    about: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """All pages of what a query finds in the lists and below the parents of these numbers."""

    query: TaskQuery
    sort: TaskSort
    limit: int
    lists: frozenset[Number] = frozenset()
    parent: tuple[Number, ...] = ()


@dataclass(frozen=True, slots=True)
class Glance:
    """What there is beside tasks: lists, tags, counts or the trash."""

    at: str


Act: TypeAlias = Do | Together | Again | Look | Glance
Program: TypeAlias = Sequence[Act]

titles = st.sampled_from(["Buy milk", "Buy bread", "Äpfel", "apfel", "100%", "_"])
dates = st.sampled_from([None, "2026-11-20", "2026-11-20T15:00", "2026-11-20T15:00:00+01:00[Europe/Berlin]"])
tag_names = st.sampled_from(["home", "HOME", "Ärzte", "arzte", "x"])
tag_sets = st.sampled_from([[], ["home"], ["x", "HOME"], ["Ärzte", "x", "home"]])
patches = (
    st.builds(
        TASKS.patch,
        title=titles,
        description=st.sampled_from([None, "", "Milk and 50% off"]),
        priority=st.sampled_from([None, *Priority]),
        due_date=dates,
        deferred_until=dates,
        tags=tag_sets,
        completed=st.booleans(),
    )
    | st.builds(lambda title: TASKS.patch(title=title), titles)
    | st.builds(lambda tags: TASKS.patch(tags=tags), tag_sets)
)
list_patches = st.builds(
    LISTS.patch, name=titles, color=st.sampled_from([None, "#ffffff", "#00ff00"]), archived=st.booleans()
)
numbers = st.integers(0, 5)
seen = st.none() | st.integers(0, 3)
terms = st.builds(
    Terms, key=st.none() | st.integers(0, 7), seen=seen, dry_run=st.sampled_from([False, False, False, True])
)


def words(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Words]:
    """Words in which things are told by these numbers."""
    some = st.sampled_from([st.none(), of, of]).flatmap(lambda chosen: chosen)
    places = st.sampled_from([(), (), ("list_id",), ("parent_id",), ("list_id", "parent_id")])
    return st.builds(
        Words,
        task=patches,
        task_list=list_patches,
        places=places.flatmap(lambda fields: st.fixed_dictionaries(dict.fromkeys(fields, some))),
        anchor=st.sampled_from([(), ("before",), ("after",)]).flatmap(
            lambda sides: st.fixed_dictionaries(dict.fromkeys(sides, some))
        ),
        tags=st.tuples(tag_names, tag_names),
        chosen=st.sampled_from([None, None, None, None, "new", 0, 1]),
    )


ON_TASKS = ("add", "add", "add", "change", "change", "complete", "complete_alone", "reopen", "move", "move", "remove")
ON_LISTS = ("add_list", "change_list", "move_list", "remove_list", "empty_list")
ON_THE_TRASH = ("restore", "restore", "purge", "empty_trash")
ON_TAGS = ("rename_tag", "remove_tag")
writes = st.sampled_from([*ON_TASKS, *ON_LISTS, *ON_THE_TRASH, *ON_TAGS])
things = st.sampled_from([*range(6), *NAMES])
steps = st.builds(
    Step,
    st.sampled_from([*(what for what in ON_TASKS if what != "reopen"), *ON_LISTS[:4]]),
    things,
    words(things),
    seen,
)
batches = st.lists(steps, max_size=5) | st.builds(
    lambda said, others: [Step("add_list", "list", said), Step("add", NAMES[0], said), *others],
    words(numbers),
    st.lists(steps, max_size=4),
)
queries = (
    st.just(TaskQuery())
    | st.builds(TaskQuery, completed=st.booleans())
    | st.builds(
        TaskQuery,
        completed=st.none() | st.booleans(),
        priorities=st.frozensets(st.sampled_from([None, *Priority]), max_size=2),
        due=st.sampled_from([None, None, None, *DueOption]),
        words=st.sampled_from(["", "buy", "apfel", "50%"]).map(search_words),
        tags=st.frozensets(st.sampled_from(["home", "arzte"]), max_size=2),
        deferred=st.sampled_from([None, None, False, True]),
    )
    | st.just(TaskQuery(has_tags=False))
)
looks = st.builds(
    Look,
    queries,
    st.builds(TaskSort, st.sampled_from(SortField), st.booleans()),
    st.sampled_from([1, 2, 4]),
    st.frozensets(st.none() | numbers, max_size=2),
    st.sampled_from([(), (), (None,), (0,), (1,)]),
)
acts = (
    st.builds(Do, writes, numbers, words(numbers), terms)
    | st.builds(Do, writes, numbers, words(numbers), terms)
    | st.builds(Together, batches, terms)
    | st.builds(Again, numbers, st.none() | numbers)
    | looks
    | st.builds(Glance, st.sampled_from(["lists", "tags", "counts", "trash"]))
)
programs = st.builds(
    lambda said, others: [Do("add_list", 0, said, Terms()), Do("add", 0, said, Terms()), *others],
    st.builds(Words, patches, list_patches),
    st.lists(acts, min_size=10, max_size=30),
)
