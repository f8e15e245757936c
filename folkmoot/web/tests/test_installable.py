import json

from PIL import Image

from folkmoot.web.bundle import HERE


def test_the_manifest_names_pictures_that_are_there_in_the_sizes_it_says():
    manifest = json.loads((HERE / "manifest.json").read_text())
    drawn = [icon for icon in manifest["icons"] if icon["type"] == "image/png"]

    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in drawn}
    for icon in drawn:
        with Image.open(HERE / icon["src"]) as image:
            assert "x".join(map(str, image.size)) == icon["sizes"]


def test_pages_name_the_manifest(client, db):
    page = client.get("/help").content.decode()

    assert 'rel="manifest"' in page
    assert 'rel="apple-touch-icon"' in page
