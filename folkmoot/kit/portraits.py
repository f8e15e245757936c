"""Pictures that strangers send, drawn anew: what comes out is only what one sees."""

import warnings
from io import BytesIO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from folkmoot.kit.errors import Refused

LARGEST_FILE = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000  # a phone's camera makes 12 to 50 million
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


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
