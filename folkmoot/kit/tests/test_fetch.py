import pytest

from folkmoot.kit.fetch import Unfetchable, fetch, public_address


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


@pytest.mark.parametrize("ip", ["9.9.9.9", "2620:fe::fe"])
def test_what_is_of_it_keeps_the_address_that_was_looked_at(ip):
    assert public_address(ip, 443) == ip
