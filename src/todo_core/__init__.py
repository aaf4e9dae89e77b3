"""The domain of a to-do service, on the standard library alone. Scripts import everything they need from here.

    errors, ids, limits, paging    definitions shared by all modules
    model/                         entities, values and their rules
    ports/                         protocols that adapters implement
    usecases/                      one module per capability
    runner                         the transaction boundary
    workspace, workspace_tasks     Workspace, all that one user has and can do
    todo                           Todo, the facade for scripts and drivers

Nothing here reads a clock, generates random numbers, opens user files or uses a network: times and ids come
from ports. The model has no ``async``. ``todo_adapters.bootstrap.open_todo`` opens a ``Todo`` over a database.
"""

from todo_core.errors import (
    Conflict,
    Contention,
    CursorExpired,
    EmailTaken,
    FieldConflict,
    Forbidden,
    Invalid,
    InvalidCredentials,
    InvalidToken,
    KeyReused,
    LimitReached,
    MovedOn,
    NotFound,
    OutcomeUnknown,
    OwnerBusy,
    PreconditionRequired,
    RequestInProgress,
    Stale,
    StepFailed,
    TodoError,
    TooMany,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UndoConflict,
    Violation,
)
from todo_core.ids import ListId, SessionId, TaskId, UserId
from todo_core.model.change import Action, Change, FeedPage, FeedPosition
from todo_core.model.completion import COMPLETIONS, Completion, Done
from todo_core.model.counts import Counts, TagUse
from todo_core.model.due import DueDate, DueKind
from todo_core.model.recurrence import Recurrence, RecurrenceFields, Repetition
from todo_core.model.recurrence_occurrences import occurrences
from todo_core.model.recurrence_rule import Rule
from todo_core.model.recurrence_series import Anchor, CatchUp, Series
from todo_core.model.recurrence_words import in_words
from todo_core.model.rules import Broken, Reference, fold
from todo_core.model.session import LoginSession
from todo_core.model.task import TASKS, NewTaskFields, Priority, Task, TaskFields
from todo_core.model.task_filter import DueOption, TaskFilter, TaskQuery
from todo_core.model.task_list import LISTS, ListFields, NewListFields, TaskList
from todo_core.model.task_sort import SortField, SortName, TaskPosition, TaskSort
from todo_core.model.trash import Trashed
from todo_core.model.user import Actor, ProfilePatch, Registration, User
from todo_core.model.write_options import Expected, Key, WriteOptions
from todo_core.paging import Page
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.ports.runtime import Clock, EventLog, IdSource
from todo_core.ports.storage import Store, UnitOfWork, View
from todo_core.runner import Outcome, Runner
from todo_core.todo import Todo
from todo_core.usecases.accounts import Accounts
from todo_core.usecases.batch import AddStep, ChangeStep, CompleteStep, MoveStep, RemoveStep, Step
from todo_core.usecases.export import AccountExport
from todo_core.usecases.moving import Move
from todo_core.usecases.sessions import Sessions, SignedIn
from todo_core.usecases.sync import SnapshotPage
from todo_core.workspace import Lists, Tags, Trash, Workspace
from todo_core.workspace_tasks import Tasks

__all__ = [
    "COMPLETIONS",
    "LISTS",
    "TASKS",
    "AccountExport",
    "Accounts",
    "AccountsUnitOfWork",
    "Action",
    "Actor",
    "AddStep",
    "Anchor",
    "Broken",
    "CatchUp",
    "Change",
    "ChangeStep",
    "Clock",
    "CompleteStep",
    "Completion",
    "Conflict",
    "Contention",
    "Counts",
    "CursorExpired",
    "Done",
    "DueDate",
    "DueKind",
    "DueOption",
    "EmailTaken",
    "EventLog",
    "Expected",
    "FeedPage",
    "FeedPosition",
    "FieldConflict",
    "Forbidden",
    "IdSource",
    "Invalid",
    "InvalidCredentials",
    "InvalidToken",
    "Key",
    "KeyReused",
    "LimitReached",
    "ListFields",
    "ListId",
    "Lists",
    "LoginSession",
    "Move",
    "MoveStep",
    "MovedOn",
    "NewListFields",
    "NewTaskFields",
    "NotFound",
    "Outcome",
    "OutcomeUnknown",
    "OwnerBusy",
    "Page",
    "PreconditionRequired",
    "Priority",
    "ProfilePatch",
    "Recurrence",
    "RecurrenceFields",
    "Reference",
    "Registration",
    "RemoveStep",
    "Repetition",
    "RequestInProgress",
    "Rule",
    "Runner",
    "Series",
    "SessionId",
    "Sessions",
    "SignedIn",
    "SnapshotPage",
    "SortField",
    "SortName",
    "Stale",
    "Step",
    "StepFailed",
    "Store",
    "TagUse",
    "Tags",
    "Task",
    "TaskFields",
    "TaskFilter",
    "TaskId",
    "TaskList",
    "TaskPosition",
    "TaskQuery",
    "TaskSort",
    "Tasks",
    "Todo",
    "TodoError",
    "TooMany",
    "TooManyRequests",
    "Trash",
    "Trashed",
    "Unauthenticated",
    "Unavailable",
    "UndoConflict",
    "UnitOfWork",
    "User",
    "UserId",
    "View",
    "Violation",
    "Workspace",
    "WriteOptions",
    "fold",
    "in_words",
    "occurrences",
]
