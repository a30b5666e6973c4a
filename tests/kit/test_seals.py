import pytest

from booking.kit.seals import Tampered, derive_key, new_key, seal, sign, unseal, verify


def test_what_is_sealed_opens_with_its_key_and_its_context() -> None:
    key = new_key()

    assert unseal(key, seal(key, b"aphasia", b"case 1"), b"case 1") == b"aphasia"


@pytest.mark.parametrize("harm", ["another key", "another context", "a flipped bit", "cut short"])
def test_anything_else_is_refused(harm: str) -> None:
    key = new_key()
    sealed = seal(key, b"aphasia", b"case 1")
    spoilt = {"a flipped bit": sealed[:-1] + bytes([sealed[-1] ^ 1]), "cut short": sealed[:8]}.get(harm, sealed)

    with pytest.raises(Tampered):
        unseal(
            new_key() if harm == "another key" else key, spoilt, b"case 2" if harm == "another context" else b"case 1"
        )


def test_a_signature_carries_its_payload_and_refuses_another_key() -> None:
    key = derive_key("secret", "windows")
    signed = sign(key, b"2027-03-09")

    assert verify(key, signed) == b"2027-03-09"
    with pytest.raises(Tampered):
        verify(derive_key("secret", "links"), signed)
    with pytest.raises(Tampered):
        verify(key, "é not base 64")
