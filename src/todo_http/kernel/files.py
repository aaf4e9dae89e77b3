"""Files in memory with an entity tag, compressed for clients that accept gzip."""

import gzip
from collections.abc import Mapping
from hashlib import sha256

import msgspec

from todo_http.kernel.compression import takes_gzip
from todo_http.kernel.entity_tags import not_modified_since
from todo_http.kernel.responses import Field, Response


class Form(msgspec.Struct, frozen=True):
    """One representation of a file."""

    body: bytes
    etag: bytes
    described: tuple[Field, ...]

    @staticmethod
    def of(body: bytes, named: bytes, *described: Field) -> "Form":
        """The entity tag is a hash of ``named``."""
        return Form(body, b'"%s"' % sha256(named).hexdigest()[:16].encode("ascii"), described)


class File(msgspec.Struct, frozen=True):
    """``packed`` is set if it is shorter; ``always`` are header fields of every response, 304 included."""

    plain: Form
    packed: Form | None
    always: tuple[Field, ...]

    @staticmethod
    def of(body: bytes, media_type: str, policy: bytes | None = None, *, pack: bool = False) -> "File":
        """``policy`` is the Content-Security-Policy of a document or worker. Compresses at once, which is slow."""
        content_type = (b"content-type", media_type.encode("ascii"))
        always: tuple[Field, ...] = ((b"cache-control", b"no-cache"),)
        if policy is not None:
            always += ((b"content-security-policy", policy),)
        plain = Form.of(body, body, content_type)
        packed = gzip.compress(body, 9, mtime=0) if pack else body
        if len(packed) >= len(body):
            return File(plain, None, always)
        # Named by what is inside, because replicas may pack the same to different bytes.
        form = Form.of(packed, b"gzip:" + body, content_type, (b"content-encoding", b"gzip"))
        return File(plain, form, always)

    def response(self, fields: Mapping[bytes, bytes]) -> Response:
        """The file in the form that the client accepts, or 304."""
        packed = self.packed if takes_gzip(fields.get(b"accept-encoding", b"")) else None
        form = packed or self.plain
        headers = ((b"etag", form.etag), *self.always)
        if not_modified_since(fields, form.etag):
            return Response(304, headers=headers)
        return Response(200, form.body, (*form.described, *headers))
