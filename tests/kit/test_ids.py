import re

from booking.kit.ids import new_code, new_token, token_hash


def test_a_code_can_be_read_aloud_and_is_not_repeated() -> None:
    codes = {new_code() for _ in range(2_000)}

    assert len(codes) == 2_000
    assert all(re.fullmatch(r"LW-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)


def test_only_the_hash_of_a_token_needs_keeping() -> None:
    token = new_token()

    assert (len(token_hash(token)), token_hash(token) == token_hash(token)) == (32, True)
