"""``papernotes new``: the site that it writes, what it asks, and what it leaves alone."""

from __future__ import annotations

import datetime
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from commands import environment, files, run
from sites import PROJECT, Build, Site, parse, text

from papernotes import __version__
from papernotes.cli.errors import CommandError
from papernotes.cli.scaffold import requirement
from papernotes.cli.scaffold.files import write
from papernotes.cli.site import find_site

WRITTEN = {
    ".github/workflows/site.yml",
    ".gitignore",
    ".readthedocs.yaml",
    "Makefile",
    "README.md",
    "bibliography.md",
    "conf.py",
    "index.md",
    "papers/shannon1948mathematical.md",
    "reading-list.md",
    "refs.bib",
    "requirements.txt",
}
# A title that means something in Python, YAML, Markdown, HTML, Jinja and LaTeX.
HOSTILE = 'It\'s "{{ x }}" \\ $1$ # {a} `b` *c*\n<b>&amp; [d](e) @f %% ${{ g }} 1_2_3 ~h~ 记忆'
PINNED = r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+"


def new(folder: Path, *options: str) -> tuple[Site, Result]:
    result = run(Site(folder.parent), "new", str(folder), *options)
    return Site(folder), result


def made(folder: Path, *options: str) -> Site:
    site, result = new(folder, *options)
    assert result.exit_code == 0, result.stderr
    return site


def built(site: Site, builder: str = "html") -> Build:
    """Build the site, which must give no warning."""
    build = site.build(builder, warningiserror=True)
    assert build.messages == []
    return build


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a site made without a terminal and without options."""
    return made(tmp_path_factory.mktemp("new") / "notes")


@pytest.fixture(scope="module")
def build(site: Site) -> Build:
    return built(site)


def test_it_writes_a_small_site(tmp_path: Path) -> None:
    site, result = new(tmp_path / "deep/notes")
    assert set(files(site.folder)) == WRITTEN
    assert [Path(line).name for line in result.stdout.splitlines()] == [
        Path(name).name for name in sorted(WRITTEN)
    ]
    assert "README.md says more" in result.stderr
    conf = (site.folder / "conf.py").read_text(encoding="utf-8")
    assert len(conf.splitlines()) <= 30
    assert "myst_enable_extensions" not in conf


def test_new_site_has_cards_browsing_search_and_lists(build: Build) -> None:
    front = build.page("index")
    assert text(front.cssselect("h1")[0]).startswith("Notes")
    card = front.cssselect(".sd-card")[0]
    assert text(card.cssselect("h2")[0]) == "A mathematical theory of communication"
    assert "The paragraphs before the first section are the summary." in text(card)
    assert card.cssselect("math")
    assert front.cssselect("form.site-search")
    sections = [link.get("href") for link in front.cssselect(".site-sidebar a")]
    assert {"bibliography.html", "reading-list.html", "tags/index.html"} <= set(sections)
    note = build.page("papers/shannon1948mathematical")
    assert text(note.cssselect(".bibtex-citation")[0]) == "Hartley (1928)"
    assert "Transmission of information" in text(note.cssselect(".pn-works")[0])
    assert note.cssselect("h1 a")[0].get("href").startswith("https://doi.org/10.1002/j.1538")
    assert "Computing machinery and intelligence" in text(build.page("reading-list"))
    assert "Transmission of information" in text(build.page("bibliography"))
    # It is the readme of the repository, and no page.
    assert not (build.outdir / "README.html").exists()


def test_new_site_passes_its_checks(site: Site) -> None:
    result = run(site, "check")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "1 note and 3 entries: no problems found." in result.stderr


@pytest.mark.parametrize("builder", ["epub", "latex", "dirhtml"])
def test_new_site_builds_in_other_formats(tmp_path: Path, builder: str) -> None:
    built(made(tmp_path / "notes", "--title", HOSTILE), builder)


def test_note_has_the_day_on_which_it_was_made(site: Site) -> None:
    note = (site.folder / "papers/shannon1948mathematical.md").read_text(encoding="utf-8")
    front = yaml.safe_load(note.split("---\n")[1])
    assert front["paper"] == "shannon1948mathematical"
    today = datetime.datetime.now().astimezone().date()
    assert today - front["read"] <= datetime.timedelta(days=1)


def test_title_and_author_of_any_characters_survive(tmp_path: Path) -> None:
    author = 'Ö\'Brien "X" <y> & 陈'
    site = made(tmp_path / "notes", "--title", HOSTILE, "--author", author)
    line = HOSTILE.replace("\n", " ")
    config = find_site(site.folder).config
    assert (config.project, config.author, config.copyright) == (line, author, author)
    pages = built(site)
    front = pages.page("index")
    # Sphinx makes quotation marks typographic in the text of pages.
    heading = text(front.cssselect("h1")[0]).removesuffix("#")
    assert re.sub("[“”]", '"', heading.replace("’", "'")) == line
    for page in pages.outdir.rglob("*.html"):
        root = parse(page)
        assert not root.cssselect("b"), page
        for name in root.cssselect(".site-name"):
            assert text(name) == line
    assert text(front.cssselect("title")[0]) == f"{line} – Notes on research papers"
    readme = (site.folder / "README.md").read_text(encoding="utf-8").splitlines()
    assert readme[0] == (site.folder / "index.md").read_text(encoding="utf-8").splitlines()[0]
    assert 'Ö\'Brien "X" \\<y\\> & 陈' in readme[2]


def test_site_can_be_french(tmp_path: Path) -> None:
    site = made(tmp_path / "notes", "--language", "fr", "--title", "Mémoires d’été")
    pages = built(site)
    front = pages.page("index")
    assert front.get("lang") == "fr"
    assert text(front.cssselect("title")[0]) == (
        "Mémoires d’été – Notes sur des articles de recherche"
    )
    assert "Les paragraphes avant la première section sont le résumé." in text(front)
    assert text(pages.page("reading-list").cssselect("h1")[0]).startswith("À lire")
    assert find_site(site.folder).config.copyright == "l’auteur de ces notes"
    assert run(site, "check").exit_code == 0


def test_language_without_translation_has_english_texts(tmp_path: Path) -> None:
    site = made(tmp_path / "notes", "--language", "zh-cn")
    assert find_site(site.folder).config.language == "zh_CN"
    assert "Papers to read next." in (site.folder / "reading-list.md").read_text(encoding="utf-8")


def test_address_is_that_of_the_feed_unless_the_build_names_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = made(tmp_path / "notes", "--url", "https://example.org/notes")
    assert "https://example.org/notes/feed.xml" in built(site).read("feed.xml")
    monkeypatch.setenv("SITE_URL", "https://example.com/")
    assert "https://example.com/feed.xml" in built(site).read("feed.xml")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--language", "klingon", '"klingon" is not a language code; write one such as en'),
        ("--url", "example.org", '"example.org" is not an address; write one such as https'),
        ("--url", 'https://x.org/" or 1', "is not an address"),
        ("--url", "https://", "is not an address"),
        ("--url", "https://[x", "is not an address"),
        ("--url", "javascript:alert(1)", "is not an address"),
    ],
)
def test_value_that_cannot_be_is_refused(
    tmp_path: Path, option: str, value: str, said: str
) -> None:
    site, result = new(tmp_path / "notes", option, value)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not site.folder.exists()


def test_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    site = Site(tmp_path / "notes")
    site.write("conf.py", "mine")
    _, result = new(site.folder)
    assert result.exit_code == 1
    assert "notes is not empty, it contains conf.py; name a folder that is empty" in result.stderr
    assert files(site.folder) == {"conf.py": b"mine"}
    _, result = new(site.folder / "conf.py")
    assert result.exit_code == 1
    assert "conf.py is a file; name a folder that does not exist" in result.stderr
    assert files(site.folder) == {"conf.py": b"mine"}


def test_folder_may_hold_its_repository_and_its_environment(tmp_path: Path) -> None:
    site = Site(tmp_path / "notes")
    site.write(".git/config", "mine")
    site.write(".venv/pyvenv.cfg", "mine")
    made(site.folder)
    assert set(files(site.folder)) == WRITTEN | {".git/config", ".venv/pyvenv.cfg"}
    # A file that comes between the look and the writing is not overwritten either.
    written = files(site.folder)
    with pytest.raises(CommandError, match=r"index\.md exists already, and was not overwritten"):
        write(site.folder, {"index.md": "other"})
    assert files(site.folder) == written


BIBLIOGRAPHY = """\
% Encoding: windows-1252

@string{j = "A Journal"}

@misc{DBLP:conf/x/Late20, title = {Without anybody}}

@article{gödel1931,
  author = {G\xf6del, Kurt},
  title = {\\"Uber formal unentscheidbare S{\\"a}tze \\& Co.},
  journal = j,
  year = {1931},
}

@book{b,
  author = {Bourbaki, N.},
  title = {Alg\xe8bre},
  publisher = {Hermann},
  year = {1942},
}
""".encode("cp1252")


def test_existing_bibliography_is_copied_and_named_in_the_settings(tmp_path: Path) -> None:
    source = tmp_path / 'My "best" {papers}.bib'
    source.write_bytes(BIBLIOGRAPHY)
    site = made(tmp_path / "notes", "--bib", str(source))
    assert (site.folder / source.name).read_bytes() == BIBLIOGRAPHY
    assert not (site.folder / "refs.bib").exists()
    config = find_site(site.folder).config
    assert config.bibtex_bibfiles == [source.name]
    assert config.bibtex_encoding == "windows-1252"
    # The first complete entry has the note, and the next is cited in it.
    note = built(site).page("papers/gödel1931")
    assert text(note.cssselect("h1")[0]).startswith("Über formal unentscheidbare Sätze & Co.")
    assert "Algèbre" in text(note.cssselect(".pn-works")[0])
    assert f"`{source.name}`" in (site.folder / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16", "latin-1"])
def test_encoding_of_an_existing_bibliography_is_recognized(tmp_path: Path, encoding: str) -> None:
    source = tmp_path / "refs.bib"
    entry = "@misc{a:1/2, author = {Ann Ünal}, title = {Un été}, year = 2001}\n"
    source.write_bytes(entry.encode(encoding))
    site = made(tmp_path / "notes", "--bib", str(source))
    # Its only key is no name of a file, and the note cites its own paper.
    note = built(site).page("papers/example")
    assert text(note.cssselect("h1")[0]).startswith("Un été")
    assert text(note.cssselect(".bibtex-citation")[0]) == "Ünal (2001)"


def test_bibliography_under_another_suffix_becomes_refs_bib(tmp_path: Path) -> None:
    source = tmp_path / "export.txt"
    source.write_text("@misc{a, author = {A. Author}, title = {T}, year = 2001}\n")
    site = made(tmp_path / "notes", "--bib", str(source))
    assert (site.folder / "refs.bib").read_bytes() == source.read_bytes()


def test_problems_of_a_bibliography_are_announced(tmp_path: Path) -> None:
    source = tmp_path / "a.bib"
    source.write_text("@misc{a, title = {T}, author = {A. B}, year = 2001}\n@misc{b, title = {T\n")
    _, result = new(tmp_path / "notes", "--bib", str(source))
    assert result.exit_code == 0
    assert 'a.bib has 1 problem; "make check" lists them' in result.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "a.bib does not exist; check its name"),
        ("", "a.bib has no entry that a note can be about"),
        ("@misc{a, year = 2001}\n", "a.bib has no entry that a note can be about"),
    ],
)
def test_bibliography_that_cannot_be_used_is_refused(
    tmp_path: Path, content: str | None, said: str
) -> None:
    source = tmp_path / "a.bib"
    if content is not None:
        source.write_text(content)
    site, result = new(tmp_path / "notes", "--bib", str(source))
    assert result.exit_code == 1
    assert said in result.stderr
    assert not site.folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
def test_in_a_terminal_it_asks_for_what_no_option_names(tmp_path: Path) -> None:
    leader, follower = os.openpty()
    command = [sys.executable, "-m", "papernotes", "new", "notes", "--author", "A. Author"]
    site = Site(tmp_path / "notes")
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=os.environ | environment(site) | {"PYTHONPATH": str(PROJECT / "_ext")},
        stdin=follower,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.write(leader, b"My notes\nnowhere\nfr\nhttps://example.org\ny\n")
        _, said = process.communicate(timeout=60)
    os.close(leader)
    os.close(follower)
    assert process.returncode == 0, said
    for part in [
        "Title of the site [Notes]:",
        "Language of the site [en]:",
        '"nowhere" is not a language code',
        "Address of the site [none yet]:",
        "Will you write the notes in Obsidian? [y/N]:",
    ]:
        assert part in said, said
    assert "Author" not in said
    config = find_site(site.folder).config
    assert (config.project, config.author) == ("My notes", "A. Author")
    assert config.language == "fr"
    assert '"https://example.org/"' in (site.folder / "conf.py").read_text(encoding="utf-8")
    assert config.papernotes_obsidian is True


def test_workflow_checks_builds_and_publishes_without_the_tests_of_the_engine(site: Site) -> None:
    content = (site.folder / ".github/workflows/site.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(content)
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]
    commands = "\n".join(step.get("run", "") for step in build["steps"])
    order = [
        commands.index(each)
        for each in ("install -r requirements.txt", "papernotes check", "papernotes build")
    ]
    assert order == sorted(order)
    assert "linkchecker " in commands
    assert "pytest" not in content
    assert "make test" not in content
    assert publish["needs"] == "build"
    assert workflow["permissions"] == {"contents": "read"}
    assert publish["permissions"] == {"pages": "write", "id-token": "write"}
    used = re.findall(r"uses: (.*)", content)
    assert len(used) == 4
    assert all(re.fullmatch(PINNED, action) for action in used)
    # They are those of this repository, which its tests keep up to date.
    own = (PROJECT / ".github/workflows/site.yml").read_text(encoding="utf-8")
    assert set(used) <= set(re.findall(r"uses: (.*)", own))
    for job in (build, publish):
        assert "timeout-minutes" in job
        assert not any("${{" in step.get("run", "") for step in job["steps"])


def test_workflow_leaves_a_given_address_to_the_settings(tmp_path: Path, site: Site) -> None:
    def address(site: Site) -> str:
        content = (site.folder / ".github/workflows/site.yml").read_text(encoding="utf-8")
        found: str = yaml.safe_load(content)["jobs"]["build"]["env"]["SITE_URL"]
        return " ".join(found.split())

    given = made(tmp_path / "notes", "--url", "https://example.org/")
    assert address(given) == "${{ vars.SITE_URL }}"
    assert "format('https://{0}.github.io/{1}/', github.repository_owner" in address(site)


def test_read_the_docs_fails_on_a_warning(site: Site) -> None:
    settings = yaml.safe_load((site.folder / ".readthedocs.yaml").read_text(encoding="utf-8"))
    assert settings["sphinx"] == {"configuration": "conf.py", "fail_on_warning": True}
    assert settings["python"]["install"] == [{"requirements": "requirements.txt"}]


def test_makefile_lists_its_targets(site: Site) -> None:
    result = subprocess.run(
        ["make"], cwd=site.folder, capture_output=True, text=True, check=True, env=os.environ
    )
    listed = re.findall(r"^make (\w+) ", result.stdout, re.MULTILINE)
    assert listed == ["html", "check", "live", "paper", "clean"]
    assert "Nothing to be done" not in result.stdout


@pytest.mark.parametrize("pasted", ["$(shell >ran)", "`>ran`;>ran", "';>ran;'", '";>ran;"'])
def test_makefile_runs_nothing_of_what_is_pasted(site: Site, pasted: str) -> None:
    program = ["-o", ".venv/requirements-are-installed", f"PY={sys.executable}"]
    made = subprocess.run(
        ["make", *program, "paper", f"ID={pasted}", f"ARGS=--key {pasted}"],
        cwd=site.folder,
        env=os.environ | {"PYTHONPATH": str(PROJECT / "_ext")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (made.returncode, made.stderr[:12]) == (2, "papernotes: ")
    assert not (site.folder / "ran").exists()


def test_requirement_is_the_checkout_that_made_the_site(site: Site) -> None:
    content = (site.folder / "requirements.txt").read_text(encoding="utf-8")
    assert f"papernotes {__version__}" in content
    assert re.search(
        r"^sphinx-papernotes\[cli,search,serve\] @ (git\+|file:)", content, re.MULTILINE
    )


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://user:secret@example.org/p.git", "git+https://example.org/p.git@"),
        ("git@example.org:a/p.git", "git+ssh://git@example.org/a/p.git@"),
        ("ssh://git@example.org/a/p.git", "git+ssh://git@example.org/a/p.git@"),
        ("/srv/p.git", "file:///"),
    ],
)
def test_requirement_of_a_checkout_names_its_commit_only_if_it_is_published(
    tmp_path: Path, remote: str, address: str
) -> None:
    (tmp_path / "pyproject.toml").write_text('name = "sphinx-papernotes"\n')
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "x")
    git(tmp_path, "remote", "add", "origin", remote)
    assert requirement._address_of_checkout(tmp_path) == tmp_path.as_uri()
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    assert requirement._address_of_checkout(tmp_path).startswith(address)
    # What is installed from here is then another version than the commit.
    (tmp_path / "pyproject.toml").write_text('name = "sphinx-papernotes" # changed\n')
    assert requirement._address_of_checkout(tmp_path) == tmp_path.as_uri()


def test_requirement_follows_pip_s_record_of_an_installation(tmp_path: Path) -> None:
    wheel = tmp_path / "a wheel.whl"
    here = wheel.as_uri()
    assert requirement._address_of_origin({"url": here, "archive_info": {}}) == ""
    wheel.touch()
    assert requirement._address_of_origin({"url": here, "archive_info": {}}) == here
    far = "https://example.org/x.whl"
    assert requirement._address_of_origin({"url": far, "archive_info": {}}) == far
    recorded = {"url": "https://example.org/p", "vcs_info": {"vcs": "git", "commit_id": "ab"}}
    assert requirement._address_of_origin(recorded) == "git+https://example.org/p@ab"


def test_requirement_of_unknown_origin_is_the_version_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(requirement, "_address", lambda: "")
    content = requirement.requirement()
    assert content.endswith(f"\nsphinx-papernotes[cli,search,serve]=={__version__}\n")
    assert "not on a package index yet" in content
    assert "Build a wheel from its source (python -m build)" in content
