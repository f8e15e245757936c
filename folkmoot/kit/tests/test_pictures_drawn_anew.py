import io
import zlib

import pytest
from PIL import Image

from folkmoot.kit import pictures


def picture(form="PNG", size=(40, 30), mode="RGB", **more):
    out = io.BytesIO()
    Image.new(mode, size, 1).save(out, form, **more)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "form"), pictures.KINDS.items())
def test_a_picture_comes_out_as_what_it_was(kind, form):
    drawn = Image.open(io.BytesIO(pictures.drawn_anew(picture(form), kind)))

    assert (drawn.format, drawn.size) == (form, (40, 30))


def test_nothing_stays_of_what_a_camera_says_but_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "A camera in Bochum"

    drawn = pictures.drawn_anew(picture("JPEG", exif=exif) + b"<script>", "image/jpeg")

    assert b"Bochum" not in drawn
    assert b"<script>" not in drawn
    assert Image.open(io.BytesIO(drawn)).size == (30, 40)
    assert not Image.open(io.BytesIO(drawn)).getexif()


def test_what_shines_through_stays_so():
    drawn = Image.open(io.BytesIO(pictures.drawn_anew(picture(mode="RGBA"), "image/png")))

    assert drawn.mode == "RGBA"


def test_a_larger_one_is_made_smaller():
    drawn = pictures.drawn_anew(picture("JPEG", size=(6000, 3000)), "image/jpeg")

    assert max(Image.open(io.BytesIO(drawn)).size) <= pictures.LARGEST


def bomb():
    """A PNG of a few bytes that says it is 50,000 by 50,000."""
    head = (50_000).to_bytes(4) * 2 + b"\x08\x02\0\0\0"
    crc = zlib.crc32(b"IHDR" + head).to_bytes(4)
    data = zlib.compress(b"\0" * 1000)
    body = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + b"IHDR" + head + crc
    return body + len(data).to_bytes(4) + b"IDAT" + data + zlib.crc32(b"IDAT" + data).to_bytes(4)


def test_a_bomb_is_not_unpacked():
    with pytest.raises(pictures.TooManyPixels):
        pictures.drawn_anew(bomb(), "image/png")
    with pytest.raises(pictures.TooManyPixels):
        pictures.drawn_anew(picture(size=(8000, 7000)), "image/png")


def test_one_that_moves_is_told_apart():
    frames = [Image.new("RGB", (4, 4), shade) for shade in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])

    with pytest.raises(pictures.Moving):
        pictures.drawn_anew(out.getvalue(), "image/gif")


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, picture()[:60], picture("JPEG")])
def test_what_is_damaged_or_something_else_is_no_picture(content):
    with pytest.raises(pictures.NotAPicture):
        pictures.drawn_anew(content, "image/png")
