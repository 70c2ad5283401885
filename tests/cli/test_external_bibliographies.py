"""Test ``papernotes_external_bibliographies``: files that another program owns are not edited."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from commands import files, run
from servers import Reply, Server, serving
from sites import PROJECT, Site

OWNED = "(another program owns this file; change it only in that program)"
ZOTERO = """@article{hintonFast2006,
  title = {A Fast Learning Algorithm for Deep Belief Nets},
  author = {Hinton, Geoffrey},
  year = {2006},
  journal = {Neural Computation},
  pages = {1527-1554},
  doi = {10.1162/neco.2006.18.7.1527},
  file = {/home/anna/Zotero/storage/A1B2/hinton.pdf}
}

@misc{arpitCloser2017,
  title = {A Closer Look at Memorization},
  author = {Arpit, Devansh},
  year = {2017},
  eprint = {1706.05394},
  archiveprefix = {arXiv}
}
"""
NEW = "@misc{x,\n  author = {Ada New},\n  title = {On new},\n  year = {2021},\n}\n"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        server.arxiv(
            "1706.05394",
            None,
            title="A Closer Look at Memorization",
            authors="Devansh Arpit",
            doi="10.1000/closer",
        )
        server.doi(
            "10.1000/closer",
            "@inproceedings{a, title={A Closer Look at Memorization}, author={Arpit, Devansh},"
            " booktitle={Proceedings of Nets}, year={2017}, DOI={10.1000/closer}}",
        )
        yield server


@pytest.fixture
def site(tiny: Site, server: Server) -> Site:
    """Return a site with an external bibliography file in front of its own."""
    server.serve(tiny)
    tiny.write("exports/zotero.bib", ZOTERO)
    configure(tiny, '["exports/zotero.bib", "refs.bib"]', '["exports/zotero.bib"]')
    return tiny


def configure(site: Site, bibliographies: str, external: str) -> None:
    site.edit(
        "conf.py",
        'bibtex_bibfiles = ["refs.bib"]',
        f"bibtex_bibfiles = {bibliographies}\npapernotes_external_bibliographies = {external}",
    )


def found(site: Site, *arguments: str) -> list[str]:
    """Return the lines that a command prints, with paths relative to the site."""
    return run(site, *arguments).stdout.replace(f"{site.folder}/", "").splitlines()


def test_add_appends_to_the_first_file_that_is_not_external(site: Site) -> None:
    before = files(site.folder)
    assert run(site, "add", "-", text=NEW).exit_code == 0
    after = files(site.folder)
    assert {name for name in after if after[name] != before.get(name)} == {
        "refs.bib",
        "papers/new2021new.md",
    }
    assert after["refs.bib"].startswith(before["refs.bib"])
    assert b"On new" in after["refs.bib"]


@pytest.mark.parametrize("name", ["./exports/zotero.bib", "exports/../exports/zotero.bib"])
def test_external_file_is_recognized_in_other_spellings(tiny: Site, name: str) -> None:
    tiny.write("exports/zotero.bib", ZOTERO)
    configure(tiny, f'["{name}", "refs.bib"]', '["exports/zotero.bib"]')
    assert run(tiny, "add", "-", text=NEW).exit_code == 0
    assert (tiny.folder / "exports/zotero.bib").read_text(encoding="utf-8") == ZOTERO


def test_external_file_is_recognized_behind_a_symbolic_link(tiny: Site) -> None:
    tiny.write("exports/zotero.bib", ZOTERO)
    (tiny.folder / "link.bib").symlink_to("exports/zotero.bib")
    configure(tiny, '["link.bib", "exports/zotero.bib", "refs.bib"]', '["exports/zotero.bib"]')
    assert run(tiny, "add", "-", text=NEW).exit_code == 0
    assert (tiny.folder / "exports/zotero.bib").read_text(encoding="utf-8") == ZOTERO


def test_add_finds_a_paper_in_an_external_file_and_creates_its_note(
    site: Site, server: Server
) -> None:
    result = run(site, "add", "10.1162/neco.2006.18.7.1527")
    assert result.exit_code == 0
    assert result.stdout.replace(f"{site.folder}/", "").splitlines() == [
        "exports/zotero.bib:1",
        "papers/hintonFast2006.md",
    ]
    assert "is already in the bibliography" in result.stderr
    assert server.asked == []
    assert (site.folder / "exports/zotero.bib").read_text(encoding="utf-8") == ZOTERO


def test_add_gives_no_key_that_an_external_entry_has(site: Site) -> None:
    taken = NEW.replace("@misc{x", "@misc{new2021new").replace("On new", "New things")
    site.write("exports/zotero.bib", ZOTERO + taken)
    run(site, "add", "-", text=NEW.replace("@misc{x", "@misc{y"))
    assert "@misc{new2021newa," in (site.folder / "refs.bib").read_text(encoding="utf-8")


def test_add_without_a_file_of_its_own_ends_with_an_error(tiny: Site) -> None:
    configure(tiny, '["refs.bib"]', '["refs.bib"]')
    before = files(tiny.folder)
    result = run(tiny, "add", "-", text=NEW)
    assert (result.exit_code, result.stdout, files(tiny.folder)) == (1, "", before)
    assert result.stderr.replace(f"{tiny.folder}/", "") == (
        "papernotes: conf.py: another program owns each bibliography file, so that a new entry has"
        ' no place; add a file of your own, such as "refs.bib", to bibtex_bibfiles\n'
    )


def test_add_without_a_file_of_its_own_creates_notes_on_existing_papers(tiny: Site) -> None:
    configure(tiny, '["refs.bib"]', '["refs.bib"]')
    tiny.remove("papers/beta.md")
    before = (tiny.folder / "refs.bib").read_bytes()
    assert run(tiny, "add", "10.1000/beta").exit_code == 0
    assert (tiny.folder / "papers/beta2002.md").is_file()
    assert (tiny.folder / "refs.bib").read_bytes() == before


def test_check_says_where_to_correct_an_external_file(site: Site) -> None:
    message = (
        'the pages "1527-1554" are not written as BibTeX expects; write 1527--1554 (field "pages"'
        f' of "hintonFast2006") {OWNED}'
    )
    lines = [line for line in found(site, "check") if line.startswith("exports/")]
    assert lines == [f"exports/zotero.bib:6: {message} [papernotes.bad-pages]"]
    annotations = found(site, "check", "--format", "github")
    place = "file=exports/zotero.bib,line=6,title=papernotes.bad-pages"
    assert f"::error {place}::{message}" in annotations


def test_fix_leaves_external_files_alone_and_corrects_the_others(site: Site) -> None:
    site.edit("refs.bib", "year = {2001},", "year = {2001},\n  pages = {1-9},")
    lines = found(site, "check", "--fix")
    assert lines[0].startswith("refs.bib:6: fixed: {1-9} is now {1--9}")
    assert any(line.startswith("exports/zotero.bib:6: ") and OWNED in line for line in lines)
    assert not any("zotero.bib" in line and "fixed:" in line for line in lines)
    assert (site.folder / "exports/zotero.bib").read_text(encoding="utf-8") == ZOTERO
    assert "pages = {1--9}" in (site.folder / "refs.bib").read_text(encoding="utf-8")


def test_keys_and_unused_entries_of_external_files_are_not_remarked_on(site: Site) -> None:
    assert not [line for line in found(site, "check") if "zotero.bib" in line and "remark" in line]
    site.edit("conf.py", 'papernotes_external_bibliographies = ["exports/zotero.bib"]', "")
    kinds = [line.rpartition("[")[2] for line in found(site, "check") if "zotero.bib:1:" in line]
    assert sorted(kinds) == ["papernotes.key-pattern]", "papernotes.unused-entry]"]


@pytest.mark.parametrize(
    "order", ['["exports/zotero.bib", "refs.bib"]', '["refs.bib", "exports/zotero.bib"]']
)
def test_duplicate_of_an_external_entry_is_reported_where_it_can_be_deleted(
    tiny: Site, order: str
) -> None:
    tiny.write("exports/zotero.bib", ZOTERO)
    configure(tiny, order, '["exports/zotero.bib"]')
    before = (tiny.folder / "refs.bib").read_text(encoding="utf-8")
    tiny.write("refs.bib", before + "\n" + ZOTERO.replace("hintonFast2006", "hinton2006"))
    line = before.count("\n") + 2
    wanted = (
        f'refs.bib:{line}: "hinton2006" has the same DOI:10.1162/neco.2006.18.7.1527 as'
        ' "hintonFast2006", exports/zotero.bib:1; keep only one of the entries'
        " [papernotes.duplicate-work]"
    )
    assert wanted in found(tiny, "check")


def test_linkcheck_says_that_a_broken_link_is_in_an_external_file(
    site: Site, server: Server
) -> None:
    site.write("refs.bib", "")
    server.set("/gone", Reply(status=404))
    url = f"  url = {{{server.url}/gone}},\n  year = {{2006}}"
    site.edit("exports/zotero.bib", "  year = {2006}", url)
    lines = [line for line in found(site, "linkcheck") if "/gone" in line]
    assert [line.partition(": ")[0] for line in lines] == ["exports/zotero.bib:1"]
    assert OWNED in lines[0]


def test_refresh_shows_changes_of_external_entries_and_makes_none(site: Site) -> None:
    before = files(site.folder)
    result = run(site, "refresh", "arpitCloser2017", "--yes")
    assert result.exit_code == 0
    first, *changes = result.stdout.replace(f"{site.folder}/", "").splitlines()
    assert first == (
        "exports/zotero.bib:11: arpitCloser2017: published as DOI:10.1000/closer; another program"
        " owns this file, so make these changes in that program"
    )
    assert changes == [
        "  - entry type: misc",
        "  + entry type: inproceedings",
        "  + booktitle: Proceedings of Nets",
        "  + doi: 10.1000/closer",
    ]
    assert result.stderr.endswith(
        "0 changes made.\n3 changes to make in the program that owns the file.\n"
    )
    assert files(site.folder) == before


def test_refresh_changes_own_files_beside_external_ones(site: Site) -> None:
    own = ZOTERO[ZOTERO.index("@misc") :].replace("arpitCloser2017", "arpit2017")
    site.write("refs.bib", own)
    # Nothing but the change of the own entry needs an answer.
    result = run(site, "refresh", text="a\n")
    assert result.stderr.endswith(
        "3 changes made.\n3 changes to make in the program that owns the file.\n"
    )
    assert (site.folder / "exports/zotero.bib").read_text(encoding="utf-8") == ZOTERO
    assert "@inproceedings{arpit2017," in (site.folder / "refs.bib").read_text(encoding="utf-8")


FAULT = (
    "papernotes_external_bibliographies names 'zotero.bib', which is not in bibtex_bibfiles; add it"
    " there, or correct its name"
)


@pytest.mark.parametrize("command", [("check", "--fix"), ("refresh",)])
def test_unknown_name_ends_a_command_before_it_writes(tiny: Site, command: tuple[str]) -> None:
    configure(tiny, '["refs.bib"]', '["zotero.bib"]')
    result = run(tiny, *command)
    assert result.exit_code == 1
    assert result.stderr == f"papernotes: {tiny.folder}/conf.py: {FAULT}\n"


def test_unknown_name_is_a_warning_of_a_build_and_a_fault_of_a_check(tiny: Site) -> None:
    configure(tiny, '["refs.bib"]', '["zotero.bib"]')
    assert tiny.build().messages == [f"conf.py:1: WARNING: {FAULT} [papernotes.bad-option]"]
    assert f"conf.py:1: {FAULT} [papernotes.bad-option]" in found(tiny, "check")


@pytest.mark.parametrize("external", ['"refs.bib"', "[1]"])
def test_value_that_is_not_a_list_of_names_ends_a_command(tiny: Site, external: str) -> None:
    configure(tiny, '["refs.bib"]', external)
    result = run(tiny, "check", "--fix")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "papernotes_external_bibliographies" in result.stderr


def test_site_with_an_external_bibliography_builds_and_hides_the_file_fields(site: Site) -> None:
    site.write("plain.md", "# Plain\n\n{cite:t}`hintonFast2006`\n")
    build = site.build()
    assert build.messages == []
    assert "A Fast Learning Algorithm" in build.read("plain.html")
    for name in ("plain.html", "refs.bib", "papers.json"):
        assert "Zotero/storage" not in build.read(name)


@pytest.mark.parametrize("page", ["zotero", "jabref"])
def test_manual_shows_the_settings_and_the_messages_to_the_letter(tiny: Site, page: str) -> None:
    text = (PROJECT / f"docs/howto/{page}.md").read_text(encoding="utf-8")
    ((settings,), found_by_check, found_by_build) = (
        re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL),
        re.findall(r"^ *(\S+\.bib:\d+: .*)$", text, re.MULTILINE),
        re.findall(r"^(\S+\.md:\d+: .*)$", text, re.MULTILINE),
    )
    tiny.edit("conf.py", 'bibtex_bibfiles = ["refs.bib"]\n', settings)
    (owned,) = re.findall(r'bibliographies = \["(.*)"\]', settings)
    (key,) = re.findall(r'of "(\w+)"\)', text)
    tiny.write(owned, ZOTERO.replace("hintonFast2006", key))
    assert [line for line in found(tiny, "check") if line.startswith(owned)] == found_by_check
    # The key has changed since the note was written.
    ((old, new),) = re.findall(r'unknown citation key "(\w+)"; did you mean "(\w+)"', text)
    tiny.write(owned, ZOTERO.replace("hintonFast2006", new))
    tiny.write("papers/hinton.md", f"---\npaper: {old}\n---\n\n# Nets\n\nNets.\n")
    assert tiny.build().messages == found_by_build
