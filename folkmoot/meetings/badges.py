"""Name badges as one PDF, ten to a page of A4, for cutting or for sheets of labels."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

WIDTH, HEIGHT, ACROSS, DOWN = 85, 54, 2, 5  # millimetres of one, and how many
LARGEST, SMALLEST = 28, 9  # points
FONTS = (  # the system's, which know more scripts than those that come with the PDF library
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/dejavu/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/TTF/DejaVuSans-Bold.ttf",
    "/Library/Fonts/DejaVuSans-Bold.ttf",
)
PLAIN = "VeraBd.ttf"  # comes with the library; Latin letters only


class Badge(NamedTuple):
    name: str
    below: str


def badges(people: Iterable[Badge], title: str) -> bytes:
    """Return the PDF. A name that the font can't write has a line to write it on, and what identifies it below."""
    from reportlab.lib.pagesizes import A4  # here, since it takes a tenth of a second that no other page needs
    from reportlab.lib.units import mm  # for the same reason
    from reportlab.pdfgen.canvas import Canvas  # for the same reason

    canvas = Canvas(BytesIO(), pagesize=A4)
    canvas.setTitle(title)
    font = _font()
    for number, badge in enumerate(people):
        place = number % (ACROSS * DOWN)
        if number and place == 0:
            canvas.showPage()
        left = (A4[0] - ACROSS * WIDTH * mm) / 2 + place % ACROSS * WIDTH * mm
        top = A4[1] - (A4[1] - DOWN * HEIGHT * mm) / 2 - place // ACROSS * HEIGHT * mm
        _draw(canvas, badge, font, (left, top - HEIGHT * mm, WIDTH * mm, HEIGHT * mm), title)
    made: bytes = canvas.getpdfdata()
    return made


def can_be_written(name: str) -> bool:
    """Whether our font has all letters of a name, in a script that runs from left to right and joins nothing."""
    return _has_all(_font(), name)


def _font() -> Any:
    from reportlab.pdfbase import pdfmetrics  # here, as above
    from reportlab.pdfbase.ttfonts import TTFont  # for the same reason

    if "Badge" not in pdfmetrics.getRegisteredFontNames():
        file = next((path for path in FONTS if Path(path).exists()), PLAIN)
        pdfmetrics.registerFont(TTFont("Badge", file))
    return pdfmetrics.getFont("Badge")


def _has_all(font: Any, text: str) -> bool:
    return all(ord(char) in font.face.charToGlyph and not _needs_shaping(ord(char)) for char in text)


def _needs_shaping(code: int) -> bool:
    """Letters that run from right to left, join, or stand around each other; the library sets one after the other."""
    return (0x0590 <= code <= 0x10FF and not code >= 0x10A0) or 0x1780 <= code <= 0x18AF or 0xFB1D <= code <= 0xFEFC


def _draw(canvas: Any, badge: Badge, font: Any, box: tuple[float, float, float, float], title: str) -> None:
    left, bottom, width, height = box
    middle, room = left + width / 2, width * 0.88
    canvas.setStrokeGray(0.8)
    canvas.rect(left, bottom, width, height)
    if _has_all(font, badge.name):
        size = _fitting(font, badge.name, room)
        canvas.setFont("Badge", size)
        canvas.drawCentredString(middle, bottom + height * 0.5, _shortened(font, badge.name, size, room))
    else:
        canvas.line(middle - room / 2, bottom + height * 0.45, middle + room / 2, bottom + height * 0.45)
    canvas.setFont("Badge", SMALLEST)
    canvas.setFillGray(0.35)
    for words, at in ((badge.below, 0.28), (title, 0.1)):
        plain = "".join(char for char in words if _has_all(font, char))
        canvas.drawCentredString(middle, bottom + height * at, _shortened(font, plain, SMALLEST, room))
    canvas.setFillGray(0)


def _fitting(font: Any, text: str, room: float) -> float:
    width = font.stringWidth(text, 1) or 1
    return max(SMALLEST, min(LARGEST, room / width))


def _shortened(font: Any, text: str, size: float, room: float) -> str:
    while text and font.stringWidth(text, size) > room:
        text = text[:-1]
    return text
