"""Finds text that a reader would see and no translator would: in templates, and in modules."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import DebugLexer, Token, TokenType

WORD = re.compile(r"[^\W\d_]{2,}")
"""What could need a translation: two letters side by side."""

SHOWN_ATTRIBUTES = {"alt", "title", "placeholder", "aria-label", "aria-description", "label"}
SHOWN_ATTRIBUTES |= {"aria-roledescription", "aria-valuetext", "summary", "content"}
BUTTONS = {"submit", "button", "reset"}
SHOWN_META = {"description", "og:title", "og:description"}
MUTE = {"script", "style", "code", "kbd"}
ICONS = "material-symbols-outlined"  # the staff's pages write a drawing's name where it shows
CODE_BLOCKS = {"current", "card_class"}  # blocks that fill an attribute

QUOTED = re.compile(r"""(_\()?("[^"]*"|'[^']*')""")
MARKING = {"translate", "trans", "blocktranslate", "blocktrans"}
PLAIN_TAGS = {"url", "static", "load", "extends", "block", "endblock", "icon", "now", "get_media"}
TALKING = re.compile(r"^[A-ZÀ-Ý][a-zà-ÿ]+(?:[ .,!?…:].*)?$|[a-zà-ÿ]{2,} .*[.!?…]$", re.S)
"""A literal in a tag that reads like a sentence or a label, not like a name of the code."""

GAP = "\u2060"  # stands for a variable: no letter, no blank, and nothing that HTML reads


CELL = re.compile(r"\{\w+\}")
"""What the tag `each` fills from a row, as a variable."""


class Texts(HTMLParser):
    """Collects what a reader sees: text between tags and in the attributes that show."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self.mute: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in MUTE or ICONS in (values.get("class") or ""):
            self.mute.append(tag)
        shown = SHOWN_ATTRIBUTES - ({"content"} if not _is_shown_meta(tag, values) else set())
        shown |= {name for name in values if name.startswith(("data-confirm", "data-label"))}
        if tag == "input" and values.get("type") in BUTTONS:
            shown |= {"value"}
        for name in shown & set(values):
            self._keep(values[name] or "")

    def handle_endtag(self, tag: str) -> None:
        if self.mute and self.mute[-1] == tag:
            self.mute.pop()

    def handle_data(self, data: str) -> None:
        if not self.mute:
            self._keep(data)

    def _keep(self, text: str) -> None:
        if WORD.search(text):
            line = self.getpos()[0] + len(text) - len(text.lstrip("\n"))
            self.found.append((line, " ".join(text.replace(GAP, "…").split())))


def _is_shown_meta(tag: str, values: dict[str, str | None]) -> bool:
    return tag == "meta" and (values.get("name") or values.get("property")) in SHOWN_META


def in_template(source: str, *, html: bool = True) -> list[tuple[int, str]]:
    """The unmarked texts of a template, each with its line. `html=False` for one of plain text."""
    read, found = [], []
    closing = ""
    for token in DebugLexer(source).tokenize():
        lines = "\n" * source[slice(*token.position)].count("\n")
        name = token.contents.split(" ", 1)[0] if token.token_type == TokenType.BLOCK else ""
        if closing:
            closing = "" if name == closing else closing
            read.append(lines)
        elif name in ("blocktranslate", "blocktrans", "comment"):
            closing = f"end{name}"
            read.append(GAP + lines)
        elif name == "block" and token.contents.split()[1] in CODE_BLOCKS:
            closing = "endblock"
        elif token.token_type == TokenType.TEXT:
            read.append(CELL.sub(GAP, token.contents))
        else:
            read.append(
                (GAP if token.token_type == TokenType.VAR or name in MARKING else "") + lines
            )
            found += [(token.lineno, text) for text in _in_token(token, name)]
    if html:
        texts = Texts()
        texts.feed("".join(read))
        texts.close()
        return sorted(found + texts.found)
    rows = enumerate("".join(read).splitlines(), 1)
    return sorted(found + [(number, row.strip()) for number, row in rows if WORD.search(row)])


def _in_token(token: Token, name: str) -> Iterator[str]:
    """Literals in a tag or a filter that read like text: `with title="No product"`."""
    if token.token_type == TokenType.COMMENT or name in MARKING | PLAIN_TAGS:
        return
    for marked, literal in QUOTED.findall(token.contents):
        if not marked and TALKING.search(literal[1:-1]) and "/" not in literal:
            yield literal[1:-1]


# ---- Modules -------------------------------------------------------------------------------

MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
MARKS |= {"npgettext", "npgettext_lazy"}
SHOWN_KEYWORDS = {"label", "help_text", "verbose_name", "verbose_name_plural", "title", "subject"}
SHOWN_KEYWORDS |= {"description", "short_description", "empty_label", "why", "paragraphs", "after"}
SHOWN_KEYWORDS |= {"greeting", "facts", "lead", "placeholder", "error_messages", "choices", "hint"}
SHOWN_KEYWORDS |= {"action", "other_action", "labels", "help_texts", "violation_error_message"}
SHOWN_KEYS = {"placeholder", "aria-label", "title", "label", "alt", "data-confirm"}
SHOWN_NAMES = {"verbose_name", "verbose_name_plural", "short_description", "help_text", "label"}
MESSAGES = {"success", "error", "info", "warning", "add_message", "message_user"}
REFUSING = {"ValidationError", "PermissionDenied"}


class Unmarked(ast.NodeVisitor):
    """Collects literals where the reader's words belong. `refusals` are the names of the
    exceptions whose first argument a reader sees."""

    def __init__(self, refusals: frozenset[str] = frozenset()) -> None:
        self.refusals = refusals | REFUSING
        self.found: list[tuple[int, str]] = []

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func)
        shown: list[ast.expr] = []
        if name in MESSAGES and _is_messages(node.func):
            shown += node.args[1:]
        elif name in self.refusals or name == "ActForbidden":
            shown += node.args[:1]
        elif name in ("format_html", "mark_safe") and node.args:
            self._read_html(node.args[0])
        if name not in MARKS:
            shown += [word.value for word in node.keywords if word.arg in SHOWN_KEYWORDS]
        for one in shown:
            self._look(one)
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if any(_name(base) in ("TextChoices", "IntegerChoices") for base in node.bases):
            for line in node.body:
                if isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple):
                    self._look(line.value.elts[-1])
                elif isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
                    self.found.append((line.lineno, f"{node.name}: no label of its own"))
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if any(_name(target) in SHOWN_NAMES for target in node.targets):
            self._look(node.value)
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in SHOWN_KEYS:
                self._look(value)
        self.generic_visit(node)

    def _look(self, node: ast.expr) -> None:
        """Literals that reach the reader through `node`; what is called speaks for itself."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self._keep(node.lineno, node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
            self._keep(node.lineno, "…".join(map(str, parts)))
        elif isinstance(node, ast.BinOp):
            self._look(node.left)
        elif isinstance(node, ast.IfExp):
            self._look(node.body)
            self._look(node.orelse)
        elif isinstance(node, ast.BoolOp | ast.Dict):
            for one in node.values:
                self._look(one)
        elif isinstance(node, ast.List | ast.Set | ast.Tuple):
            for one in node.elts:
                self._look(one)
        elif isinstance(node, ast.Starred):
            self._look(node.value)

    def _keep(self, line: int, text: str) -> None:
        if TALKING.search(text) or (" " in text.strip() and len(WORD.findall(text)) > 1):
            self.found.append((line, " ".join(text.split())))

    def _read_html(self, node: ast.expr) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "<" in node.value:
            texts = Texts()
            texts.feed(re.sub(r"\{\w*\}", GAP, node.value))
            texts.close()
            self.found += [(node.lineno, text) for _line, text in texts.found]


def in_module(source: str, refusals: frozenset[str] = frozenset()) -> list[tuple[int, str]]:
    """The unmarked texts of a module, each with its line."""
    finder = Unmarked(refusals)
    finder.visit(ast.parse(source))
    return sorted(set(finder.found))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_messages(node: ast.expr) -> bool:
    if not isinstance(node, ast.Attribute):
        return False
    return node.attr == "message_user" or _name(node.value) == "messages"
