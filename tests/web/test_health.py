from tests.web.conftest import Visit


async def test_the_process_is_alive_and_ready(visit: Visit) -> None:
    answers = [await visit.anonymous.get(path) for path in ("/healthz", "/readyz")]

    assert [answer.status_code for answer in answers] == [200, 200]


async def test_a_page_that_is_not_there_is_told_in_the_products_voice(visit: Visit) -> None:
    answer = await visit.anonymous.get("/no/such/page")

    assert answer.status_code == 404
    assert "<h1" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_nul_byte_in_a_path_is_a_bad_request_not_a_fault(visit: Visit) -> None:
    answer = await visit.anonymous.get("/programmes/%00")

    assert answer.status_code == 400


async def test_a_form_that_another_site_sent_is_refused(visit: Visit) -> None:
    answer = await visit.anonymous.post(
        "/language", data={"language": "es"}, headers={"Origin": "https://evil.example"}
    )

    assert answer.status_code == 403
