"""``papernotes import`` of anybody's folder: nothing from outside, nothing run, no traceback."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import get_args

import pytest
from click.testing import Result
from commands import files, run, start
from sites import PNG, Site

from papernotes.cli.importer import foreign, tree
from papernotes.cli.importer.collection import Kind
from papernotes.cli.importer.foreign import guard
from papernotes.cli.importer.protected import spans

OUTSIDE = "a secret outside"


class Folders:
    """A folder to import, a file outside of it, and the site that is made."""

    def __init__(self, path: Path) -> None:
        self.source, self.site = Site(path / "source"), Site(path / "site")
        self.outside = Site(path / "outside")
        self.nowhere = Site(path / "nowhere")
        self.outside.write("s.md", f"# T\n\n{OUTSIDE}\n")
        self.outside.write("s.bib", f"@misc{{s, title={{{OUTSIDE}}}}}")
        self.outside.write("s.png", OUTSIDE)
        self.result: Result | None = None

    def link(self, name: str, target: str) -> None:
        path = self.source.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)

    def run(self, kind: str = "mkdocs") -> dict[str, str]:
        """Import the folder, and return the texts of the new site."""
        arguments = ["import", kind, str(self.source.folder), "--to", str(self.site.folder)]
        self.result = run(self.nowhere, *arguments)
        assert self.result.exit_code == 0, self.result.output
        return {
            name: content.decode("utf-8", "replace")
            for name, content in files(self.site.folder).items()
        }

    def report(self) -> str:
        assert self.result is not None
        return self.result.stdout.replace(f"{self.source.folder}/", "")


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


def test_nothing_from_outside_the_folder_is_imported(folders: Folders) -> None:
    folders.link("l.md", "../outside/s.md")
    folders.link("l.bib", "../outside/s.bib")
    folders.link("l.png", "../outside/s.png")
    folders.link("dir", "../outside")
    folders.link("self.md", "self.md")
    folders.link("loop", ".")
    folders.source.write("sub/p.png", PNG)
    folders.link("sublink", "sub")
    targets = ["l.png", "dir/s.png", "../outside/s.png", "..%2foutside/s.png", r"..\outside\s.png"]
    targets += [f"{folders.outside.folder}/s.png", "~/s.png", "%2e%2e/outside/s.png", "dir/s.md"]
    text = "# T\n\n" + " ".join(f"![a]({name}) [b]({name})" for name in targets)
    folders.source.write("a.md", f"{text}\n\n![in](sublink/p.png) ![in](sub\\p.png)\n")
    written = folders.run()
    assert OUTSIDE not in "".join(written.values())
    assert [name for name in written if name.startswith("pictures/")] == ["pictures/p.png"]
    assert "![in](</pictures/p.png>) ![in](</pictures/p.png>)" in written["pages/a.md"]
    for name in ("l.md", "l.bib", "l.png", "dir"):
        told = f"{name}:1: is a link that leads out of the folder; it is left out\n"
        assert folders.report().count(told) == 1
    assert "self.md:1: is a link that leads nowhere; it is left out\n" in folders.report()
    assert folders.report().count("leads out") == 4


def test_a_link_within_the_folder_is_followed(folders: Folders) -> None:
    folders.source.write("notes/a.md", "# A\n\n[B](b.md)\n")
    folders.source.write("notes/b.md", "# B\n")
    folders.link("docs", "notes")
    assert "[B](</pages/b.md>)" in folders.run()["pages/a.md"]
    assert "left out" not in folders.report()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_file_that_is_none_is_left_out(folders: Folders) -> None:
    folders.source.write("a.md", "# A\n\n![p](pipe.png)\n")
    for name in ("pipe.md", "pipe.bib", "pipe.png"):
        os.mkfifo(folders.source.folder / name)
    arguments = ("mkdocs", str(folders.source.folder), "--to", str(folders.site.folder))
    folders.nowhere.folder.mkdir()
    with start(folders.nowhere, "import", *arguments) as process:
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    for name in ("pipe.md", "pipe.bib", "pipe.png"):
        assert f"{name}:1: is not a plain file; it is left out\n" in output


def test_scripts_and_pages_are_not_copied(folders: Folders) -> None:
    kept = ["a.pdf", "b.PNG", "c.csv", "d.zip", "e.svg"]
    dropped = ["a.js", "b.html", "c.htm", "d.php", "e.exe", "f", "g.svg", "h.svg", "i.svg", "j.css"]
    svg = '<svg xmlns="http://www.w3.org/2000/svg">%s</svg>'
    for name in kept + dropped:
        folders.source.write(name, "x")
    folders.source.write("e.svg", svg % '<path d="M0 0"/>')
    folders.source.write("g.svg", svg % "<script>x()</script>")
    folders.source.write("h.svg", svg % "<g OnLoad = 'x()'/>")
    folders.source.write("i.svg", svg % '<a href="java&#115;cript:x()"/>')
    links = " ".join(f"[{name}]({name}) ![{name}]({name})" for name in kept + dropped)
    folders.source.write("n.md", f"# N\n\n{links}\n")
    written = folders.run()
    copied = sorted(name for name in written if name.startswith("pictures/"))
    assert copied == [f"pictures/{name}" for name in ("a.pdf", "b.png", "c.csv", "d.zip", "e.svg")]
    for name in dropped:
        assert f'the link to "{name}", which is not copied, becomes text' in folders.report()
        assert f"{name}:1: is " in folders.report()


# What would run in MyST, and what stays to be read of it.
ALIVE = {
    "in a quote": "> ```{include} ../outside/s.md\n> ```",
    "in a list": "- ```{include} ../outside/s.md\n  ```",
    "in a list in a list": "- a\n  - ````{literalinclude} ../outside/s.md\n    ````",
    "in a quote in a list": "1. > ~~~{include} ../outside/s.md\n   > ~~~",
    "behind five backticks": "> `````{raw} html\n> <b>secret</b>\n> `````",
    "behind a space": "> ``` {eval-rst}\n> .. include:: ../outside/s.md\n> ```",
    "in colons": ":::{include} ../outside/s.md\n:::",
    "in colons in a quote": "> ::::{include} ../outside/s.md\n> ::::",
    "in colons in a list": "- :::{include} ../outside/s.md\n  :::",
    "in a definition": "Term\n: ```{include} ../outside/s.md\n  ```",
    "in a footnote": "x[^1]\n\n[^1]: a\n\n    ```{include} ../outside/s.md\n    ```",
    "at the start of a footnote": "x[^1]\n\n[^1]: ```{include} ../outside/s.md\n    ```",
    "in an admonition": "!!! note\n    > ```{include} ../outside/s.md\n    > ```",
    "in a title": '!!! note "{download}`../outside/s.md`"\n    x',
    "in a tab": (
        '=== "{download}`../outside/s.md`"\n    :sync: x\n    > ```{code-cell} x\n    > ```'
    ),
    "a role": "x {download}`../outside/s.md` y",
    "a role in two backticks": "**{raw}``../outside/s.md``**",
    "a role with signs": "{c:expr}`x` {a+b}`x` {a-b_c}`x`",
    "a role behind backslashes": r"\\{download}`../outside/s.md`",
    "a role in a cell": "| a |\n|---|\n| {download}`../outside/s.md` |",
    "a role in a heading": "## {download}`../outside/s.md`\n\nx",
    "a role in an alternative text": "![{download}`x`](https://x.example/a.png)",
    "a role behind a citation": "x @{a`} {download}`../outside/s.md` y",
    "a role in the address of a link": "[a](b{download}`../outside/s.md`c)",
    "a role in HTML": '<b title="`">x</b> {download}`../outside/s.md`',
    "a link": "[a\\]b](../outside/s.md) [x](\n../outside/s.md)",
    "a link by its label": "> [a][b] ![c][b]\n>\n> [b]: ../outside/s.png",
    "an address": "<path:../outside/s.md> <project:/index.md>",
    "a comment": "> % secret\n>\n> +++\n>\n> (a)=",
    "another end of a line": "!!! note\n    a\u2028```{include} ../outside/s.md\u2028```",
    "an old end of a line": "a\r> ```{include} ../outside/s.md\r> ```\r",
    "behind what is none": (
        "\\begin{equation}\n```\n\\end{equation}\n```{include} ../outside/s.md\n```"
    ),
    "behind a definition": "[a]:\n> ```{include} ../outside/s.md\n> ```",
}


def is_foreign(text: str) -> bool:
    """Return whether something in *text* is alive that has no mark."""
    nonce = foreign._unused(text)
    return bool(guard(())._alive(foreign._numbered(text, nonce), nonce))


def test_nothing_is_alive_that_the_author_did_not_write_for_myst(folders: Folders) -> None:
    for number, text in enumerate(ALIVE.values()):
        folders.source.write(f"{number}.md", f"# T\n\n{text}\n\nAnd the end.\n")
    folders.outside.write("s.rst", OUTSIDE)
    written = folders.run()
    for number, (name, text) in enumerate(ALIVE.items()):
        page = written[f"pages/{number}.md"].partition("\n---\n")[2]
        # The importer's own directives have no mark any more.
        ours = re.sub(r":\{(?=admonition|tab)", ":{\ufdd8", page)
        assert not is_foreign(ours), (name, page)
        words = set(re.findall(r"\w+", text)) - {"b", "title", "c"}
        assert words <= set(re.findall(r"\w+", page + folders.report())), (name, page)
        assert page.endswith("And the end.\n"), (name, page)
    build = folders.site.build()
    assert build.messages == []
    built = ""
    for number in range(len(ALIVE)):
        built += build.read(f"pages/{number}.html")
    assert OUTSIDE not in built
    assert "<b>secret</b>" not in built
    assert not (build.outdir / "_downloads").exists()


@pytest.mark.parametrize(
    "front",
    [
        'title: "x\\n```{include} y\\n```"',
        'title: "{include}`y`"',
        'title: T\nsummary: "{include}`y`"',
        'title: T\nsummary: "~~~{include} y"',
        'title: T\nsummary: "a\\n\\n:::{include} y\\n"',
        'title: "\\ufdd8include"\nsummary: "{\\ufdd8include}`y`"',
    ],
)
def test_front_matter_holds_nothing_alive(folders: Folders, front: str) -> None:
    folders.source.write("a.md", f"---\n{front}\nlink: 10.1000/x\n---\nText.\n")
    note = folders.run()["papers/a.md"]
    assert not is_foreign(note.partition("\n---\n")[2])
    summary = re.search("^summary: '?(.*?)'?$", note, re.MULTILINE)
    assert summary is None or not is_foreign(summary[1])


# HTML, and what becomes of it.
HTML = {
    "x<sup>2</sup> H<sub>2</sub>O": "x{sup}`2` H{sub}`2`O",
    "<kbd>Ctrl</kbd> <code>a*b</code>": "{kbd}`Ctrl` `a*b`",
    "<b>b</b> <em class='x'>e</em> <del>d</del>": "**b** *e* ~~d~~",
    "a<br>b<br/>\nc<br># d": "a\\\nb\\\nc # d",
    "| a<br>b |\n|---|\n| c<br>d |": "| a b |\n|---|\n| c d |",
    "<span onclick='x()'>s</span>": "s",
    "<div align='center'>\n\n**x**\n\n</div>": "**x**",
    '<a href="https://x.example/?a=1&b">*t*</a> <a name="x"></a>': "[*t*](https://x.example/?a=1&b)",
    "<details><summary>More</summary>\n\nIn *it*.\n\n</details>": (
        ":::{admonition} More\n:class: details\n\nIn *it*.\n\n:::"
    ),
    "<script>\nx()\n\ny()</script>": "```html\n<script>\nx()\n\ny()</script>\n```",
    "<table>\n<tr><td>`x`\n</table>\n\nText": (
        "```html\n<table>\n<tr><td>`x`\n</table>\n```\n\nText"
    ),
    "<i>a</i> <iframe src='x'></iframe>": "*a* <iframe src='x'></iframe>",
    "a <!-- private --> b": "a <!-- private --> b",
    "<!-- private\n\nx --> after <i>it</i>": "<!-- private\n\nx -->\nafter *it*",
}


def test_html_is_translated_or_text(folders: Folders) -> None:
    for number, text in enumerate(HTML):
        folders.source.write(f"{number}.md", f"# T\n\n{text}\n")
    written = folders.run()
    for number, expected in enumerate(HTML.values()):
        page = written[f"pages/{number}.md"].partition("# T\n")[2].strip()
        assert page == expected.strip(), page
    for tag in ("<script>", "<table>", "<iframe>", "<span onclick='x()'>"):
        assert f"{tag} is " in folders.report()
    build = folders.site.build()
    assert build.messages == []
    for number in range(len(HTML)):
        body = build.page(f"pages/{number}").cssselect("article[role=main]")[0]
        assert not body.cssselect("script, iframe, table:not(.docutils), [onclick]")
        assert "private" not in build.read(f"pages/{number}.html")


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcd", "bcde", strict=True)
)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"---\n{BOMB}---\n", "it expands to more than 10000 values through aliases"),
        (f"---\nx: {'[' * 5000}\n---\n", "it is nested too deeply"),
        (f"---\nx: {'{a: ' * 30}{'}' * 30}\n---\n", "it is nested too deeply"),
        (f"+++\nx = {'[' * 5000}\n+++\n", "it is nested too deeply"),
        (f"+++\n{'.'.join('a' * 3000)} = 1\n+++\n", "it is nested too deeply"),
        ("---\nx: !!bool y\n---\n", "a value does not fit its tag"),
        ("---\nx: !!timestamp y\n---\n", "a value does not fit its tag"),
        (f"+++\nx = {'1' * 5000}\n+++\n", "front matter cannot be read"),
    ],
)
def test_front_matter_that_is_too_much_is_kept_as_text(
    folders: Folders, text: str, fault: str
) -> None:
    folders.source.write("a.md", f"{text}Text.\n")
    folders.source.write("b.md", "# B\n")
    written = folders.run()
    assert "Text." in written["pages/a.md"]
    assert "pages/b.md" in written
    assert fault in folders.report()


def test_front_matter_with_a_half_of_a_character_is_read(folders: Folders) -> None:
    folders.source.write("a.md", '---\ntags: ["\\ud800x"]\nlink: 10.1000/x\n---\nText.\n')
    assert "tags: [\ufffdx]" in folders.run()["papers/a.md"]


def test_names_of_files_are_portable(folders: Folders) -> None:
    names = ["what? a: note*", "Case", "case", "con", "aux.h", "n" * 240, "e\u0301", "trailing. "]
    for name in names:
        folders.source.write(f"{name}.md", f"# {name[:5]}\n")
        folders.source.write(f"{name}.png", PNG)
    pictures = " ".join(f"![p](<{name}.png>)" for name in names)
    folders.source.write("z.md", f"# Z\n\n{pictures}\n")
    written = [name for name in folders.run() if name.startswith("p")]
    assert len(written) == 2 * len(names) + 1
    assert len({name.casefold() for name in written}) == len(written)
    for name in written:
        last = name.rpartition("/")[2]
        assert re.fullmatch(r"[^<>:\"\\|?*\0-\x1f]+[^. ]", last)
        assert len(last.encode()) < 250
        assert last.partition(".")[0].casefold() not in ("con", "aux")
    assert folders.site.build().messages == []


def test_names_and_texts_that_are_no_utf_8_are_told(folders: Folders) -> None:
    folders.source.write("a.md", "# A\n")
    os.close(
        os.open(
            os.fsencode(folders.source.folder) + b"/\xff\x1b[31m\xfe.md", os.O_CREAT | os.O_WRONLY
        )
    )
    folders.source.write("latin.md", b"# \xe9\n\nnul \0 \x1b[31m end\n")
    folders.source.write("empty.md", b"")
    written = folders.run()
    assert len([name for name in written if name.startswith("pages/")]) == 4
    assert "nul \ufffd \ufffd[31m end" in written["pages/latin.md"]
    assert not re.search(r"[\0-\x09\x0b-\x1f\x7f-\x9f]", written["report.txt"])
    assert "latin.md:1: is not UTF-8; what is not is replaced\n" in folders.report()
    assert "latin.md:1: contains control characters; they are replaced\n" in folders.report()
    assert r"\x1b[31m" in folders.report()


def test_a_document_that_is_too_large_is_left_out(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders.source.write("a.md", "# A\n")
    folders.source.write("big.md", b"x" * (tree.MAX_DOCUMENT + 1))
    assert "pages/big.md" not in folders.run()
    assert "big.md:1: is larger than 2 MB; it is left out\n" in folders.report()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_what_cannot_be_read_is_told(folders: Folders) -> None:
    for name in ("a.md", "closed.md", "folder/b.md"):
        folders.source.write(name, "# A\n")
    (folders.source.folder / "closed.md").chmod(0)
    (folders.source.folder / "folder").chmod(0)
    try:
        written = folders.run()
    finally:
        (folders.source.folder / "folder").chmod(0o755)
    assert "pages/a.md" in written
    assert "closed.md:1: cannot be read: Permission denied; it is left out" in folders.report()
    assert "folder:1: cannot be read: Permission denied; it is left out" in folders.report()


def test_the_site_may_be_below_the_folder(folders: Folders) -> None:
    folders.source.write("a.md", "# A\n")
    folders.site = Site(folders.source.folder / "new")
    assert "pages/a.md" in folders.run()
    result = run(folders.nowhere, "import", "mkdocs", str(folders.source.folder), "--to", "..")
    assert result.exit_code == 1


@pytest.mark.parametrize("address", ["https://[x/", "http://[", "https://x.example:99999999/"])
def test_an_address_that_is_none_ends_nothing(folders: Folders, address: str) -> None:
    folders.source.write("a.md", f"# A\n\n{address} [a]({address})\n")
    folders.source.write("b.md", f"---\ntitle: B\nlink: {address}\n---\n\nText.\n")
    assert "pages/a.md" in folders.run()


def test_deep_blocks_end_nothing(folders: Folders) -> None:
    folders.source.write("a.md", "\n".join("    " * depth + "!!! note" for depth in range(300)))
    folders.source.write("b.md", "> " * 3000 + "[!note]\n")
    for kind in ("mkdocs", "obsidian"):
        folders.site = Site(folders.site.folder.parent / kind)
        folders.run(kind)
        assert "note" in (folders.site.folder / "pages/a.md").read_text()


# What begins something that never ends, and would be searched for the end again and again.
OPENERS = {
    "hugo": ["{{< a ", '{{< a "', "{{% a %}} ", "{{< /a >}}", "[^a", "\\(", "\\[=", "$ =", "==a "],
    "jekyll": [
        "{% a ",
        "{{ a",
        "{% comment %}",
        "{% raw %}",
        "{: .a",
        "{a=",
        "<!-- ",
        "``a ",
        "\\[\n",
    ],
    "mkdocs": [
        '=== "a"\n\n',
        "!!! note\n",
        '<a href="x">',
        "<figure>",
        "<details>",
        "<b>",
        "- ```\n",
    ],
    "obsidian": [
        "%% ",
        "[[",
        "![a](",
        " ^a ",
        "> [!a]\n",
        "**a: ",
        "* * ",
        ":::\n",
        "et al ",
        "# ",
    ],
}


@pytest.mark.parametrize("kind", get_args(Kind))
def test_what_never_ends_is_read_in_time(folders: Folders, kind: str) -> None:
    folders.nowhere.folder.mkdir()
    for number, unit in enumerate(OPENERS[kind]):
        folder = "_posts/" if kind == "jekyll" else ""
        text = unit * (60_000 // len(unit)) + " " * 60_000
        folders.source.write(f"{folder}{number}.md", f"# T\n\n{text}x\n")
    arguments = (kind, str(folders.source.folder), "--to", str(folders.site.folder))
    with start(folders.nowhere, "import", *arguments) as process:
        process.communicate(timeout=120)
    assert process.returncode == 0


def test_code_is_found_as_markdown_finds_it() -> None:
    text = "```a\n``\n```\n\n`x` ``y`z`` `a\n\nb` <!-- c\nd --> <!-- e\n\nf -->\n"
    text += "<!-- g\n\nh --> ```i``` `"
    found = [text[span.start : span.end] for span in spans(text)]
    assert found == [
        "```a\n``\n```",
        "`x`",
        "``y`z``",
        "<!-- c\nd -->",
        "<!-- g\n\nh -->",
        "```i```",
    ]
