import socket

from booking.demo.ports import free_port, is_free


def test_a_port_on_which_somebody_listens_is_not_free() -> None:
    port = free_port()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", port))
        listening.listen()
        assert not is_free(port)
    assert is_free(port)
