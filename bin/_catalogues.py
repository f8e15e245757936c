"""Read the messages out of the sources, and keep the catalogues of other languages. Needs Babel and no GNU gettext."""

import re
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "folkmoot"
LOCALE = PACKAGE / "locale"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def extracted():
    """All messages of the sources."""
    catalogue = Catalog(project="Folkmoot", fuzzy=False)
    for path in sources():
        for _line, function, words, _comments in extract_python(BytesIO(python_of(path)), KEYWORDS, [], {}):
            add(catalogue, function, words)
    return catalogue


def sources():
    """Code and templates, without tests and what Django wrote."""
    paths = [path for suffix in ("py", "html", "txt") for path in sorted(PACKAGE.rglob(f"*.{suffix}"))]
    return [path for path in paths if not {"tests", "migrations", "locale", "static"} & set(path.parts)]


def python_of(path):
    """The file as Python; Django makes that of a template, whose indents then mean nothing."""
    text = path.read_text()
    if path.suffix != ".py":
        text = re.sub(r"(?m)^\s+", "", templatize(text))
    return text.encode()


def add(catalogue, function, words):
    """Add one call's message. A call with something else than words in it is none."""
    words = [words] if isinstance(words, str) else list(words)
    context = words.pop(0) if function.startswith(("p", "np")) else None
    count = 2 if "ngettext" in function or "npgettext" in function else 1
    said = [word for word in words[:count] if isinstance(word, str) and word]
    if len(said) == count:
        catalogue.add(tuple(said) if count == 2 else said[0], context=context)


def languages():
    """Those that have a catalogue."""
    return sorted(path.parent.parent.name for path in LOCALE.glob("*/LC_MESSAGES/django.po"))


def file_of(language, suffix):
    return LOCALE / language / "LC_MESSAGES" / f"django.{suffix}"


def read(language):
    """A language's catalogue as it is kept."""
    with file_of(language, "po").open("rb") as file:
        return read_po(file, locale=language)


def update(language):
    """Bring a catalogue up to date: new messages come in untranslated, those that are gone go. Returns it."""
    catalogue, found = read(language), extracted()
    found.creation_date = catalogue.creation_date  # the file changes only where a message does
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.project, catalogue.version, catalogue.msgid_bugs_address = "Folkmoot", "", ""
    catalogue.last_translator = catalogue.language_team = ""
    written = BytesIO()
    write_po(written, catalogue, width=120, sort_output=True, no_location=True)
    file_of(language, "po").write_bytes(written.getvalue())
    with file_of(language, "mo").open("wb") as file:
        write_mo(file, catalogue)
    return catalogue


def untranslated(catalogue):
    """The messages that nobody has put into the language yet."""
    return [message for message in catalogue if message.id and not is_complete(message)]


def is_complete(message):
    forms = message.string if message.pluralizable else [message.string]
    return not message.fuzzy and bool(forms) and all(forms)
