"""The commands that make, build and serve a site as a whole."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from papernotes.cli.progress import say
from papernotes.cli.site import find_site, show

if TYPE_CHECKING:
    from papernotes.cli.scaffold.description import Description

# The builders of Sphinx that papernotes is tested with.
_BUILDERS = "html dirhtml singlehtml epub latex man text gettext dummy".split()


def description_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that describe a new site to *command*."""
    for option in (
        click.option(
            "--url",
            metavar="ADDRESS",
            help="The address at which the site will be; none if it is left out.",
        ),
        click.option(
            "--language", metavar="CODE", help="The language of the site; en if it is left out."
        ),
        click.option("--author", metavar="NAME", help="The author of the notes."),
        click.option("--title", metavar="TITLE", help="The title of the site."),
    ):
        command = option(command)
    return command


def description_of(
    title: str | None, author: str | None, language: str | None, url: str | None, *, asks: bool
) -> Description:
    """Return the description of a new site; if *asks*, ask for what is None."""
    from papernotes.cli.scaffold.description import describe

    if asks:
        title, author, language, url = _ask(title, author, language, url)
    try:
        return describe(title or "", author or "", language or "", url or "")
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _ask(
    title: str | None, author: str | None, language: str | None, url: str | None
) -> tuple[str | None, ...]:
    from papernotes.cli.scaffold.description import address, language_code
    from papernotes.cli.scaffold.texts import texts

    def ask(question: str, default: str, check: Callable[[str], str] = str) -> str:
        """Ask again until *check* accepts the answer; an empty one stands for *default*."""

        def convert(text: str) -> str:
            try:
                return check(text)
            except ValueError as error:
                raise click.UsageError(str(error)) from error

        question = f"{question} [{default}]"
        answer: str = click.prompt(
            question, default="", show_default=False, value_proc=convert, err=True
        )
        return answer

    defaults = texts("en")
    if title is None:
        title = ask("Title of the site", defaults["title"])
    if author is None:
        author = ask("Author of the notes", "nobody")
    if language is None:
        language = ask("Language of the site", "en", language_code)
    if url is None:
        url = ask("Address of the site", "none yet", address)
    return title, author, language, url


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@description_options
@click.option(
    "--bib",
    "bibliography",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Begin with a copy of this bibliography file instead of a few papers.",
)
@click.option(
    "--obsidian/--no-obsidian",
    default=None,
    help="Read what Obsidian adds to Markdown, such as [[links]]; no if it is left out.",
)
def new(
    folder: Path,
    title: str | None,
    author: str | None,
    language: str | None,
    url: str | None,
    bibliography: Path | None,
    obsidian: bool | None,
) -> None:
    """Write a new site to FOLDER.

    The site has a front page, one note that shows how notes are written, a bibliography, a reading
    list, and what it takes to build, check and publish them. Its README.md says how.

    In a terminal, the command asks for the title, the author, the language, the address and the
    program that no option names. FOLDER must be empty or not exist; a .git and a .venv in it are
    kept.
    """
    from papernotes.cli.new import new as run
    from papernotes.cli.scaffold.files import check_folder

    # Before any question.
    check_folder(folder)
    asks = sys.stdin.isatty()
    description = description_of(title, author, language, url, asks=asks)
    if obsidian is None and asks:
        obsidian = click.confirm("Will you write the notes in Obsidian?", err=True)
    today = datetime.datetime.now().astimezone().date()
    names, problems = run(folder, description, bibliography, today, obsidian=bool(obsidian))
    for name in names:
        say(show(folder / name))
    if bibliography and problems:
        say(
            f"{show(bibliography)} has {problems} problem{'' if problems == 1 else 's'};"
            ' "make check" lists them, and the site is built when they are corrected.',
            err=True,
        )
    say(
        'The site is ready. In its folder, "make html" builds it, or "papernotes build" where there'
        " is no make; README.md says more.",
        err=True,
    )


@click.command()
@click.option(
    "--builder",
    default="html",
    show_default=True,
    type=click.Choice(_BUILDERS),
    help="Use this builder of Sphinx.",
)
@click.option(
    "--allow-warnings", is_flag=True, help="Succeed even if there are warnings, which are shown."
)
@click.pass_obj
def build(folder: str, builder: str, allow_warnings: bool) -> None:
    """Build the pages of the site into _build/html.

    Only what has changed since the last build is built. A warning is an error: the exit status is
    then 1, and the next build reports the warning again.
    """
    from papernotes.cli.building import sphinx_build

    site = find_site(Path(folder))
    if not sphinx_build.build(site, builder, allow_warnings=allow_warnings):
        raise SystemExit(1)
    output = sphinx_build.output_folder(site, builder)
    if (output / "index.html").is_file():
        say(f"The site is built: open {show(output / 'index.html')}")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[OPTION…]")
@click.pass_obj
def serve(folder: str, arguments: Sequence[str]) -> None:
    """Serve the site, and build and reload it whenever a file is saved.

    The site is at http://127.0.0.1:8000 until you press Control-C. A mistake is reported here, and
    ends nothing.

    \b
    OPTION is one of sphinx-autobuild's, for example:
      --open-browser    open the site in a browser
      --port 8001       serve it at another port; 0 takes a free one
      --ignore FOLDER   do not build when a file in FOLDER is saved
    """
    from papernotes.cli.building.server import serve as run

    raise SystemExit(run(find_site(Path(folder)), arguments))
