"""Pictures that strangers send, drawn anew: what comes out is only what one sees."""

import warnings
from io import BytesIO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from folkmoot.kit.errors import Refused

LARGEST_FILE = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000  # a phone's camera makes 12 to 50 million
KINDS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
FORMATS = tuple(KINDS.values())
LARGEST = 4096  # pixels of either side; larger ones are made smaller
_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, MemoryError)


def square(content: bytes, side: int) -> bytes:
    """Return the middle of a picture as WebP of this size, without anything that was hidden in the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise Refused(_("This picture is too large. Make it smaller than 50 megapixels."))
                picture.draft("RGB", (side * 2, side * 2))
                upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning) as error:
        raise Refused(_("This is no picture that we can read. PNG, JPEG, GIF and WebP work.")) from error
    return _as_webp(ImageOps.fit(upright, (side, side), Image.Resampling.LANCZOS))


def _as_webp(picture: Image.Image) -> bytes:
    """Draw the pixels on a fresh picture, so that no metadata comes along."""
    fresh = Image.new("RGBA", picture.size)
    fresh.paste(picture)
    out = BytesIO()
    fresh.save(out, "WEBP", quality=86, method=4)
    return out.getvalue()


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
            return _drawn(BytesIO(content), KINDS[kind])
    except Image.DecompressionBombError as error:
        raise TooManyPixels from error
    except _UNREADABLE as error:
        raise NotAPicture from error


def _drawn(file: BytesIO, form: str) -> bytes:
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
    out = BytesIO()
    clean.save(out, form, quality=88)
    return out.getvalue()
