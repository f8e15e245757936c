import socket
import ssl
import subprocess
import threading
import time
from contextlib import suppress
from http.client import HTTPException

import pytest

from folkmoot.kit.fetch import Pinned, Unfetchable, Why, fetch, public_address


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/x.ics",
        "file:///etc/passwd",
        "ftp://example.org/",
        "https://",
        "https://[::1/",
        "https://example.org:99999/",
        "https://user:password@example.org/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.1.2.3/",
        "https://192.168.0.1:8443/x",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fd00::1]/",
        "https://[fe80::1%25lo]/",
        "https://2130706433/",
        "https://0x7f.1/",
    ],
)
def test_what_is_not_of_the_public_internet_is_not_fetched(address):
    with pytest.raises(Unfetchable):
        fetch(address, largest=100)


def test_why_it_can_not_be_had_is_told_apart():
    with pytest.raises(Unfetchable) as of_our_own:
        fetch("https://10.1.2.3/", largest=100)
    with pytest.raises(Unfetchable) as without_tls:
        fetch("http://tarn.example/", largest=100)

    assert (of_our_own.value.why, of_our_own.value.detail) == (Why.NOT_PUBLIC, "10.1.2.3")
    assert (without_tls.value.why, without_tls.value.detail) == (Why.NO_ADDRESS, "")


@pytest.mark.parametrize("ip", ["9.9.9.9", "2620:fe::fe"])
def test_what_is_of_it_keeps_the_address_that_was_looked_at(ip):
    assert public_address(ip, 443) == ip


@pytest.mark.parametrize("ip", ["64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:a00:1::1", "::10.0.0.1", "::ffff:10.0.0.1"])
def test_what_a_gateway_would_lead_into_our_network_is_not_of_it(ip):
    with pytest.raises(Unfetchable):
        public_address(ip, 443)


@pytest.fixture
def certificate(tmp_path):
    names = {"key": tmp_path / "key.pem", "out": tmp_path / "cert.pem"}
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    said = [*made.split(), "-keyout", str(names["key"]), "-out", str(names["out"])]
    subprocess.run(said, check=True, capture_output=True)
    return names


def dripping(certificate, beginning):
    """A server that says something, and then one byte a moment; its port."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate["out"], certificate["key"])
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        plain, _from = listening.accept()
        try:
            with tls.wrap_socket(plain, server_side=True) as line:
                line.sendall(beginning)
                for _turn in range(100):
                    line.sendall(b"1")
                    time.sleep(0.05)
        except OSError:
            pass
        listening.close()

    threading.Thread(target=serve, daemon=True).start()
    return listening.getsockname()[1]


@pytest.mark.parametrize(
    "beginning", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"]
)
def test_a_server_that_drips_is_left_when_the_time_is_over(certificate, beginning):
    began = time.monotonic()
    trusting = ssl.create_default_context(cafile=str(certificate["out"]))
    connection = Pinned("localhost", dripping(certificate, beginning), "127.0.0.1", began + 0.5, trusting)

    with suppress(OSError, HTTPException):  # or it looks as if it had ended, and the clock tells
        connection.request("GET", "/")
        connection.getresponse().read1(100)
    connection.release()

    assert time.monotonic() - began < 2
