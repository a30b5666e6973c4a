"""A record as the browser gets it: a file to keep, and never a page that could act in our name."""

from collections.abc import AsyncIterator
from urllib.parse import quote

from starlette.responses import StreamingResponse

from booking.journeys.read_record import OpenRecord

# Even opened in a tab of ours, a file may run nothing, load nothing and reach nothing.
SANDBOX = "sandbox; default-src 'none'"


async def file_response(opened: OpenRecord) -> StreamingResponse:
    """The file, streamed. A store that is down says so before anything was answered."""
    first = await anext(opened.chunks, b"")
    record = opened.record
    plain = record.name.encode("ascii", "replace").decode().replace("?", "_").replace("\\", "_")
    return StreamingResponse(
        _from(first, opened.chunks),
        media_type=record.media_type,
        headers={
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(record.name, safe='')}",
            "Content-Length": str(record.size),
            "Content-Security-Policy": SANDBOX,
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        },
    )


async def _from(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk
