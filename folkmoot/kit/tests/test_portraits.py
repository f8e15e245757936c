import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from folkmoot.kit.errors import Refused
from folkmoot.kit.pictures import square


def picture(size=(600, 300), kind="PNG", mode="RGB", **options):
    out = BytesIO()
    Image.new(mode, size, "red").save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_becomes_a_square_of_webp(kind):
    with Image.open(BytesIO(square(picture(kind=kind), 256))) as drawn:
        assert (drawn.format, drawn.size) == ("WEBP", (256, 256))


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (4000, 3)])
def test_any_shape_will_do(size):
    with Image.open(BytesIO(square(picture(size), 64))) as drawn:
        assert drawn.size == (64, 64)


def test_what_a_file_says_beside_the_picture_does_not_come_along():
    exif = Image.Exif()
    exif[0x010E] = "home, 52.5 N 13.4 E"
    raw = picture(kind="JPEG", exif=exif, comment=b"hidden words")
    assert b"hidden words" in raw

    drawn = square(raw + b"<script>alert(1)</script>", 64)

    assert not [part for part in (b"home", b"hidden", b"script", b"EXIF") if part in drawn]


@pytest.mark.parametrize("raw", [b"", b"<svg onload='x'/>", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"%PDF-1.4"])
def test_what_is_no_picture_is_refused(raw):
    with pytest.raises(Refused):
        square(raw, 64)


def test_a_small_file_that_unfolds_to_an_enormous_picture_is_refused():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")

    with pytest.raises(Refused):
        square(bomb, 64)


def test_a_file_cut_off_in_the_middle_is_refused():
    with pytest.raises(Refused):
        square(picture(size=(900, 900), kind="JPEG", quality=95)[:700], 64)
