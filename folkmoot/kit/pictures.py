"""Pictures that people send, drawn anew: what comes out is a picture and nothing else."""

import io
import warnings

from PIL import Image, ImageOps

KINDS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
LARGEST = 4096  # pixels of either side; larger ones are made smaller
MOST_PIXELS = 50_000_000  # that are unpacked at all: a small file can say that it is a city wall
_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError, MemoryError)


class NotAPicture(Exception):
    """What was sent can't be shown as a picture."""


class Moving(NotAPicture):
    """It has more than one frame."""


class TooManyPixels(NotAPicture):
    """It would take too much memory to unpack."""


def drawn_anew(content: bytes, kind: str) -> bytes:
    """Return the picture in the same format, upright and without what else its file said: places, names, thumbnails."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we count ourselves
            return _drawn(io.BytesIO(content), KINDS[kind])
    except Image.DecompressionBombError as error:
        raise TooManyPixels from error
    except _UNREADABLE as error:
        raise NotAPicture from error


def _drawn(file: io.BytesIO, form: str) -> bytes:
    with Image.open(file, formats=[form]) as picture:
        if getattr(picture, "n_frames", 1) > 1:
            raise Moving
        if picture.width * picture.height > MOST_PIXELS:
            raise TooManyPixels
        picture.draft("RGB", (LARGEST, LARGEST))  # a large JPEG is unpacked at a half or a quarter of its size
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((LARGEST, LARGEST))
        return _saved(upright, form)


def _saved(picture: Image.Image, form: str) -> bytes:
    mode = "RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB"
    clean = Image.new(mode if form != "JPEG" else "RGB", picture.size)
    clean.paste(picture.convert(clean.mode))
    out = io.BytesIO()
    clean.save(out, form, quality=88)
    return out.getvalue()
