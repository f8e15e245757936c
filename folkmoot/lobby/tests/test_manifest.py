from django.contrib.staticfiles import finders
from django.templatetags.static import static
from PIL import Image


def test_the_manifest_names_icons_that_are_there_in_the_sizes_it_says(client, db):
    icons = client.get("/manifest.json").json()["icons"]

    assert [icon["sizes"] for icon in icons] == ["192x192", "512x512", "512x512"]
    for icon in icons[:2]:
        name = f"web/icon-{icon['sizes'].partition('x')[0]}.png"
        assert icon["src"] == static(name)
        with Image.open(finders.find(name)) as image:
            assert "x".join(map(str, image.size)) == icon["sizes"]


def test_pages_name_the_manifest(client, db):
    assert '<link rel="manifest" href="/manifest.json">' in client.get("/help").content.decode()
