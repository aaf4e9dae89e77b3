"""FastAPI with SQLModel on uvicorn: what most people would write, after the two tutorials."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import DateTime
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from todo_adapters.runtime import SystemClock, UuidSevens

RANKS: Final = {None: None, "low": 1, "medium": 2, "high": 3}
PRIORITIES: Final = {rank: name for name, rank in RANKS.items()}
INSTANT: Final[Any] = DateTime(timezone=True)
clock, ids = SystemClock(), UuidSevens()

engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"), pool_size=10, max_overflow=0
)
app = FastAPI()


class Task(SQLModel, table=True):
    """A row of the service's own table."""

    __tablename__ = "tasks"

    user_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    title: str
    description: str | None
    completed_at: datetime | None = Field(sa_type=INSTANT)
    priority: int | None
    due_date: str | None
    due_kind: str | None
    due_at: datetime | None = Field(sa_type=INSTANT)
    revision: int
    created_at: datetime = Field(sa_type=INSTANT)
    updated_at: datetime = Field(sa_type=INSTANT)
    title_key: str
    description_key: str


class NewTask(SQLModel):
    """What a client sends."""

    title: str
    description: str | None = None
    priority: str | None = None
    due_date: str | None = None


class Completion(SQLModel):
    """Whether a task is done."""

    completed: bool


class TaskOut(SQLModel):
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
    changed = {"completed": task.completed_at is not None, "priority": PRIORITIES[task.priority]}
    return TaskOut.model_validate(task, update=changed)


async def get_session() -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine) as session:
        yield session


async def get_user(user_id: UUID, credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> UUID:
    try:
        secret = os.environ["BETTER_AUTH_SECRET"]
        claims = jwt.decode(credentials.credentials, secret, ["HS256"], audience="todo-api")
    except jwt.PyJWTError:
        raise HTTPException(401) from None
    if UUID(claims["sub"]) != user_id:
        raise HTTPException(403)
    return user_id


Session = Annotated[AsyncSession, Depends(get_session)]
User = Annotated[UUID, Depends(get_user)]


@app.get("/api/{user_id}/tasks/{task_id}", response_model=TaskOut)
async def get_one(user: User, task_id: UUID, session: Session) -> TaskOut:
    task = await session.get(Task, (user, task_id))
    if task is None:
        raise HTTPException(404)
    return wire(task)


@app.get("/api/{user_id}/tasks", response_model=list[TaskOut])
async def get_list(user: User, session: Session, limit: int = 1000) -> list[TaskOut]:
    tasks = await session.exec(select(Task).where(Task.user_id == user).order_by(Task.id).limit(limit))
    return [wire(task) for task in tasks]


@app.post("/api/{user_id}/tasks", response_model=TaskOut, status_code=201)
async def create(user: User, wish: NewTask, session: Session) -> TaskOut:
    now = clock.now()
    task = Task(
        user_id=user,
        id=ids.new(),
        title=wish.title,
        description=wish.description,
        completed_at=None,
        priority=RANKS[wish.priority],
        due_date=wish.due_date,
        due_kind="day" if wish.due_date else None,
        due_at=datetime.fromisoformat(wish.due_date).replace(tzinfo=UTC) if wish.due_date else None,
        revision=1,
        created_at=now,
        updated_at=now,
        title_key=wish.title.casefold(),
        description_key=(wish.description or "").casefold(),
    )
    session.add(task)
    await session.commit()
    await session.refresh(task)
    return wire(task)


@app.patch("/api/{user_id}/tasks/{task_id}/complete", response_model=TaskOut)
async def complete(user: User, task_id: UUID, wish: Completion, session: Session) -> TaskOut:
    task = await session.get(Task, (user, task_id))
    if task is None:
        raise HTTPException(404)
    task.updated_at = clock.now()
    task.completed_at = task.updated_at if wish.completed else None
    task.revision += 1
    session.add(task)
    await session.commit()
    await session.refresh(task)
    return wire(task)


@app.get("/health/ready")
async def ready() -> None:
    return None
