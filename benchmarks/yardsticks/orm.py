"""Litestar as it is taught: JWTAuth, a session of SQLAlchemy's ORM for each request, dataclasses on the wire."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from litestar import Litestar, get, patch, post
from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.security.jwt import JWTAuth, Token
from sqlalchemy import DateTime, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from todo_adapters.runtime import SystemClock, UuidSevens

RANKS: Final = {None: None, "low": 1, "medium": 2, "high": 3}
PRIORITIES: Final = {rank: name for name, rank in RANKS.items()}
clock, ids = SystemClock(), UuidSevens()

engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"), pool_size=10, max_overflow=0
)
make_session = async_sessionmaker(engine, expire_on_commit=False)


class Model(DeclarativeBase):
    """The registry of mapped classes."""

    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012 - as SQLAlchemy documents it


class Task(Model):
    """A row of the service's own table."""

    __tablename__ = "tasks"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    description: Mapped[str | None]
    completed_at: Mapped[datetime | None]
    priority: Mapped[int | None]
    due_date: Mapped[str | None]
    due_kind: Mapped[str | None]
    due_at: Mapped[datetime | None]
    revision: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    title_key: Mapped[str]
    description_key: Mapped[str]


@dataclass
class NewTask:
    """What a client sends."""

    title: str
    description: str | None = None
    priority: str | None = None
    due_date: str | None = None


@dataclass
class Completion:
    """Whether a task is done."""

    completed: bool


@dataclass
class TaskOut:
    """What a client gets."""

    id: UUID
    user_id: UUID
    title: str
    description: str | None
    completed: bool
    completed_at: datetime | None
    priority: str | None
    due_date: str | None
    revision: int
    created_at: datetime
    updated_at: datetime


def wire(task: Task) -> TaskOut:
    return TaskOut(
        id=task.id,
        user_id=task.user_id,
        title=task.title,
        description=task.description,
        completed=task.completed_at is not None,
        completed_at=task.completed_at,
        priority=PRIORITIES[task.priority],
        due_date=task.due_date,
        revision=task.revision,
        created_at=task.created_at,
        updated_at=task.updated_at,
    )


async def session() -> AsyncIterator[AsyncSession]:
    """One for each request."""
    async with make_session() as opened:
        yield opened


async def retrieve_user(token: Token, connection: ASGIConnection[Any, Any, Any, Any]) -> UUID:
    user = UUID(token.sub)
    if connection.path_params.get("user_id", user) != user:
        raise PermissionDeniedException
    return user


async def found(session: AsyncSession, user_id: UUID, task_id: UUID) -> Task:
    task = await session.get(Task, (user_id, task_id))
    if task is None:
        raise NotFoundException
    return task


@get("/api/{user_id:uuid}/tasks/{task_id:uuid}")
async def get_one(user_id: UUID, task_id: UUID, session: AsyncSession) -> TaskOut:
    return wire(await found(session, user_id, task_id))


@get("/api/{user_id:uuid}/tasks")
async def get_list(user_id: UUID, session: AsyncSession, limit: int = 1000) -> list[TaskOut]:
    query = select(Task).where(Task.user_id == user_id).order_by(Task.id).limit(limit)
    return [wire(task) for task in await session.scalars(query)]


@post("/api/{user_id:uuid}/tasks")
async def create(user_id: UUID, data: NewTask, session: AsyncSession) -> TaskOut:
    now = clock.now()
    task = Task(
        user_id=user_id,
        id=ids.new(),
        title=data.title,
        description=data.description,
        priority=RANKS[data.priority],
        due_date=data.due_date,
        due_kind="day" if data.due_date else None,
        due_at=datetime.fromisoformat(data.due_date).replace(tzinfo=UTC) if data.due_date else None,
        revision=1,
        created_at=now,
        updated_at=now,
        title_key=data.title.casefold(),
        description_key=(data.description or "").casefold(),
    )
    session.add(task)
    await session.commit()
    return wire(task)


@patch("/api/{user_id:uuid}/tasks/{task_id:uuid}/complete")
async def complete(user_id: UUID, task_id: UUID, data: Completion, session: AsyncSession) -> TaskOut:
    task = await found(session, user_id, task_id)
    task.updated_at = clock.now()
    task.completed_at = task.updated_at if data.completed else None
    task.revision += 1
    await session.commit()
    return wire(task)


@get("/health/ready")
async def ready() -> None:
    return None


def create_app() -> Litestar:
    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    auth = JWTAuth[UUID](
        retrieve_user_handler=retrieve_user,
        token_secret=os.environ["BETTER_AUTH_SECRET"],
        accepted_audiences=["todo-api"],
        exclude=["/health"],
    )
    handlers = [get_one, get_list, create, complete, ready]
    return Litestar(handlers, dependencies={"session": session}, on_app_init=[auth.on_app_init], lifespan=[lifespan])
