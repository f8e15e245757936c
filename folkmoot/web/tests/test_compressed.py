import gzip

from tests import make


def test_a_page_goes_compressed_to_whoever_takes_it(client):
    topic = make.topic(make.group(make.person("Ann")), body="Words and words. " * 100)
    plain = client.get(topic.get_absolute_url())
    packed = client.get(topic.get_absolute_url(), headers={"Accept-Encoding": "br, gzip"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Words and words." in gzip.decompress(packed.content).decode()
    assert int(packed.headers["Content-Length"]) == len(packed.content) < len(plain.content) / 2
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_what_is_small_goes_as_it_is(client):
    answer = client.get("/robots.txt", headers={"Accept-Encoding": "gzip"})

    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
