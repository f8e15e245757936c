"""Joins the style sheets into the one that pages link. After a change: python -m folkmoot.web.bundle"""

import re
from pathlib import Path

HERE = Path(__file__).parent / "static" / "web"
BUNDLE = HERE / "folkmoot.css"
PARTS = """
tokens hues reset base layout
bar group-head tabs marks sign face count button form notice prose fold post compose
row groups people pager empty filters next
states
""".split()
# Linked by the one page that needs them, or shown in the gallery until a page does.
APART = [
    "manage",
    "table",
    "home",
    "topic",
    "trace",
    "inbox",
    "inbox-row",
    "found",
    "help",
    "menu",
    "talk",
    "bulk",
    "time",
    "meeting",
    "matrix",
    "tree",
    "own",
    "agenda",
    "over",
    "badges",
    "near",
    "gallery",
]


def bundled() -> str:
    """The parts in their order, without comments and spare space; fonts are one folder nearer."""
    css = "".join((HERE / "css" / f"{name}.css").read_text() for name in PARTS)
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r"\s?([{};,<>])\s?", r"\1", css).replace(": ", ":").replace(";}", "}").replace(" !", "!")
    before, layer, parts = css.partition("@layer parts{")
    css = before + layer + parts.replace("}@layer parts{", "")
    return css.replace("../fonts/", "fonts/").strip() + "\n"


if __name__ == "__main__":
    BUNDLE.write_text(bundled())
    print(f"{BUNDLE.name}: {BUNDLE.stat().st_size} bytes")
