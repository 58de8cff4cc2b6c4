import socket

from aftercare.demo.ports import LOCALHOST, free_port, is_free


def test_a_free_port_that_is_preferred_is_taken() -> None:
    port = free_port()
    assert free_port(preferred=port) == port


def test_an_occupied_port_gives_way_to_another() -> None:
    with socket.socket() as other:
        other.bind((LOCALHOST, 0))
        other.listen()
        occupied = other.getsockname()[1]
        assert not is_free(occupied)
        assert free_port(preferred=occupied) != occupied
