"""Code in colours: words in classes of our own, few enough for a style sheet."""

from functools import cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, String, _TokenType
from pygments.util import ClassNotFound

from folkmoot.kit.prose import escaped

LONGEST = 10_000  # characters that are coloured; more is shown plain
# Not "console", "make" and the like: their patterns take many seconds over lines that were made for it.
LANGUAGES = frozenset(
    "bash c cmake cpp csharp css diff docker dockerfile elixir erlang go haskell html http ini java javascript js json"
    " julia kotlin lua nginx perl php powershell py python r rb ruby rust sh shell sql swift toml ts typescript xml"
    " yaml yml zig".split()
)
_KINDS: dict[_TokenType, str] = {
    Comment: "c",
    Keyword: "k",
    Operator.Word: "k",
    Name.Tag: "k",
    Name.Builtin: "f",
    Name.Function: "f",
    Name.Class: "f",
    Name.Decorator: "f",
    Name.Attribute: "f",
    Number: "n",
    String: "s",
}
_LINES = {"+": "ins", "-": "del", "@": "k"}  # of a diff, by their first character
CLASSES = frozenset(f"code-{kind}" for kind in [*_KINDS.values(), *_LINES.values()])


def coloured(code: str, language: str) -> str:
    """Return code as HTML, its parts marked; plain where the language is unknown or there is too much of it."""
    if language.lower() not in LANGUAGES or len(code) > LONGEST:
        return escaped(code)
    if language.lower() == "diff":
        return "".join(_span(_LINES.get(line[0], ""), line) for line in code.splitlines(keepends=True))
    marked: list[list[str]] = []
    for token, text in _lexer(language.lower()).get_tokens(code):
        kind = _kind(token)
        if marked and marked[-1][0] == kind:
            marked[-1][1] += text
        else:
            marked.append([kind, text])
    return "".join(_span(kind, text) for kind, text in marked)


@cache
def _lexer(language: str) -> Lexer:
    """Guess nothing, add nothing, take nothing away: the code is somebody's own."""
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return get_lexer_by_name("text", stripnl=False, ensurenl=False)


@cache
def _kind(token: _TokenType) -> str:
    if token in Error:
        return ""
    while token not in _KINDS and token.parent is not None:
        token = token.parent
    return _KINDS.get(token, "")


def _span(kind: str, text: str) -> str:
    return f'<span class="code-{kind}">{escaped(text)}</span>' if kind else escaped(text)
