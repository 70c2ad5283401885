"""What is said of the site as a whole: its name, its author, and its address from outside.

Feed, sitemap and metadata want absolute addresses. They come from ``html_baseurl``, and are those
that Sphinx gives each page as its canonical one.
"""

from __future__ import annotations

import contextlib
import re
from urllib.parse import urljoin, urlsplit

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.locale import _ as spell_as_sphinx

from papernotes.bibliography.latex import SAFE_LINK
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.text import NON_XML_CHARACTER
from papernotes.reporting import warn


def check_address(app: Sphinx, config: Config) -> None:
    """Do without an address that none can be made from, with a warning.

    A path, such as ``/notes/``, is one: Sphinx makes canonical links of it.
    """
    url = config.html_baseurl
    if isinstance(url, str) and (not url.strip() or re.fullmatch(r"/(?!/)[^\s<>\"]*", url.strip())):
        return
    if (
        isinstance(url, str)
        and SAFE_LINK.fullmatch(url.strip())
        and not NON_XML_CHARACTER.search(url)
    ):
        with contextlib.suppress(ValueError):
            urlsplit(url.strip())
            return
    message = (
        f"html_baseurl = {url!r} is no address that pages can have; write where the site will be,"
        ' such as "https://example.org/notes/", until then it has none'
    )
    warn(Diagnostic("conf.py", 1, message, DiagnosticKind.BAD_OPTION))
    config.html_baseurl = ""


def base(app: Sphinx) -> str:
    """Return the address of the site with a slash at its end.

    It is empty where none is set, or one that does not say how to get there from elsewhere.
    """
    url: str = app.config.html_baseurl.strip()
    return f"{url.rstrip('/')}/" if SAFE_LINK.fullmatch(url) else ""


def absolute(app: Sphinx, address: str) -> str:
    """Return *address*, relative to the front page's folder, as an absolute one where there is one.

    An address of another site stays as it is.
    """
    return urljoin(base(app), address)


def page(app: Sphinx, docname: str) -> str:
    """Return the address of the page *docname*."""
    return absolute(app, app.builder.get_target_uri(docname))


def title(config: Config) -> str:
    """Return the name of the site: the project's where ``html_title`` is not set."""
    default = spell_as_sphinx("%s %s documentation") % (config.project, config.release)
    return str(config.project if config.html_title in ("", default) else config.html_title)


def author(config: Config) -> str:
    """Return who writes the notes: the site's name where ``author`` is not set."""
    default = Config.config_values["author"].default
    return title(config) if config.author in ("", default) else str(config.author)
