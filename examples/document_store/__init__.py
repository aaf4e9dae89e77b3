"""A storage adapter as an example: documents in one SQLite file. See docs/write-a-storage-adapter.md."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from tempfile import TemporaryDirectory

from document_store.documents import Documents
from document_store.store import DocumentStore
from todo_core.model.quota import Quota
from todo_core.ports.storage import Store


@asynccontextmanager
async def open_store(path: Path, quota: Quota) -> AsyncIterator[Store]:
    """Opens the storage in a file, which is created if necessary."""
    with closing(Documents(path)) as documents:
        yield DocumentStore(documents, quota)


@asynccontextmanager
async def open_empty(*, quota: Quota) -> AsyncIterator[Store]:
    """Opens an empty storage: what ``--todo-store`` names."""
    with TemporaryDirectory() as folder:
        async with open_store(Path(folder, "documents.db"), quota) as store:
            yield store
