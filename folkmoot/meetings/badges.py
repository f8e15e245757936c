"""Name badges: ten to a page of A4, for cutting or for sheets of labels. The browser prints them, or makes a PDF.

It has the letters of its reader's languages, joins them and turns them the right way; a PDF library would need a font
for each script, and a shaper.
"""

import unicodedata
from typing import NamedTuple

SIZES = ((12, "xl"), (18, "l"), (24, "m"), (34, "s"))  # how many letters' width fits at which size, on two lines


class Badge(NamedTuple):
    name: str
    below: str

    @property
    def size(self) -> str:
        """How large the name is printed: a word of CSS."""
        longest = max((_width(word) for word in self.name.split()), default=0)
        width = max(_width(self.name) / 2, longest)
        return next((size for most, size in SIZES if width <= most), "xs")


def _width(text: str) -> int:
    """In letters; those of East Asia are twice as wide."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
