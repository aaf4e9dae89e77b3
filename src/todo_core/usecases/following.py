"""Follows the feed of an owner as it grows."""

from collections.abc import AsyncGenerator
from dataclasses import replace

from todo_core.ids import UserId
from todo_core.limits import PAGE_MAX
from todo_core.model.change import FeedPage, FeedPosition
from todo_core.runner import Runner
from todo_core.usecases.sync import read_changes


async def follow_feed(
    run: Runner, owner: UserId, after: FeedPosition, idle: float, limit: int = PAGE_MAX
) -> AsyncGenerator[FeedPage, None]:
    """Yields the changes after a position as they happen, page by page, without end.

    Yields a page without changes whenever nothing has happened for ``idle`` seconds, without reading anything. Raises
    CursorExpired, also at the first change after the epoch has been renewed; NotFound when the account is gone.
    """
    view = run.store.view(owner)
    with run.hub.follow(owner) as follower:
        while True:
            page = await read_changes(view, after, limit)
            after = page.position
            follower.seen = after.seq
            if page.items:
                yield page
            while not page.more and not await follower.wait(idle):
                yield replace(page, items=())
