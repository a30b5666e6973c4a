"""The records of a case through the portal: several files in one form, streamed in, and given back as files."""

import re
from collections.abc import AsyncIterator
from datetime import datetime

from booking.demo.ready import Stage
from booking.documents.models import Document, DocumentState
from tests.documents import samples
from tests.journeys.trips import a_case
from tests.web.conftest import Visit

PDF = samples.pdf(filler=150_000)
WANTED = {
    "content-type": "application/pdf",
    "content-length": str(len(PDF)),
    "content-disposition": "attachment; filename=\"R_ntgen links.pdf\"; filename*=UTF-8''R%C3%B6ntgen%20links.pdf",
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


async def test_the_portal_sends_shows_gives_back_and_removes(visit: Visit, now: datetime) -> None:
    case = await a_case(visit.world, Stage.REQUESTED, now=now)
    samuel, folake = await visit.as_("samuel"), await visit.as_("folake")
    at = f"/portal/cases/{case.code}/records"

    arrived = await samuel.post(
        at, files=[("file", ('Röntgen "links".pdf', PDF)), ("file", ("scan.dcm", samples.dicom()))]
    )
    page = (await samuel.get(at)).text
    links = re.findall(r'href="(/portal/records/[^"]+)"', page)
    got = await samuel.get(links[0])
    refused = [(await folake.get(path)).status_code for path in (at, links[0])]
    refused.append((await folake.post(at, files=[("file", ("a.pdf", PDF))])).status_code)
    removed = await samuel.post(re.findall(r'action="([^"]+/remove)"', page)[0])

    assert (arrived.status_code, len(links), refused, removed.status_code) == (303, 2, [404] * 3, 303)
    assert got.content == PDF
    assert {name: got.headers[name] for name in WANTED} == WANTED
    assert (await samuel.get(links[0])).status_code == 404


async def test_the_upload_streams_and_is_never_whole_in_memory(visit: Visit, now: datetime) -> None:
    """The form is larger than any other route takes, and it comes in pieces whose edges mean nothing."""
    case = await a_case(visit.world, Stage.REQUESTED, now=now)
    samuel = await visit.as_("samuel")
    data = samples.pdf(filler=5_000_000)
    head = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="long.pdf"\r\n\r\n'
    body = head + data + b"\r\n--xyz--\r\n"

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 7_919):
            yield body[at : at + 7_919]

    sent = await samuel.post(
        f"/portal/cases/{case.code}/records",
        content=pieces(),
        headers={"Content-Type": "multipart/form-data; boundary=xyz"},
    )

    document = await Document.get()
    assert (sent.status_code, document.size, document.state) == (303, len(data), DocumentState.READY)
