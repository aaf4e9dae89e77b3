"""Refresh tokens: session id and generation with a keyed digest, so that nothing secret is stored."""

import struct
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from todo_adapters.security.signed_records import SignedRecords
from todo_core.ids import SessionId

RECORD: Final = struct.Struct(">16sI")
"""Session id and generation."""


class HmacRefreshTokens:
    """Derives tokens from session and generation. All secrets are accepted, the first one signs."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._records = SignedRecords("rt1.", RECORD.size, secrets)

    def issue(self, session_id: SessionId, generation: int) -> str:
        return self._records.close(RECORD.pack(session_id.bytes, generation))

    def read(self, token: str) -> tuple[SessionId, int]:
        session, generation = RECORD.unpack(self._records.open(token))
        return SessionId(UUID(bytes=session)), generation
