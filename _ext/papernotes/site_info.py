"""The site as a whole: its name and its public address.

Feeds, sitemap and metadata need absolute addresses. These are built from ``html_baseurl``, and are
the same as the canonical addresses that Sphinx writes.
"""

from __future__ import annotations

import contextlib
import re
from urllib.parse import quote, urljoin, urlsplit

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.locale import _ as sphinx_gettext

from papernotes.bibliography.latex import SAFE_LINK
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.model import Paper
from papernotes.core.text import FORBIDDEN_CHARACTER
from papernotes.domain import PaperNotesDomain
from papernotes.domain.domain import PAPER_FILES
from papernotes.reporting import warn


def check_address(app: Sphinx, config: Config) -> None:
    """Warn about an ``html_baseurl`` that is not an address, and reset it.

    A path such as ``/notes/`` is allowed, since Sphinx makes canonical links from it.
    """
    url = config.html_baseurl
    if isinstance(url, str) and (not url.strip() or re.fullmatch(r"/(?!/)[^\s<>\"]*", url.strip())):
        return
    if (
        isinstance(url, str)
        and SAFE_LINK.fullmatch(url.strip())
        and not FORBIDDEN_CHARACTER.search(url)
    ):
        with contextlib.suppress(ValueError):
            urlsplit(url.strip())
            return
    message = (
        f"html_baseurl = {url!r} is not an address that pages can have; write the site's address,"
        ' such as "https://example.org/notes/"; until then the site has no address'
    )
    warn(Diagnostic("conf.py", 1, message, DiagnosticKind.BAD_OPTION))
    config.html_baseurl = ""


def base(app: Sphinx) -> str:
    """Return the address of the site with a slash at its end.

    It is empty if ``html_baseurl`` is not set, or is only a path.
    """
    url: str = app.config.html_baseurl.strip()
    return f"{url.rstrip('/')}/" if SAFE_LINK.fullmatch(url) else ""


def is_public(app: Sphinx) -> bool:
    """Return whether the site has an address that can exist.

    Nobody can register a name under ``.example`` (RFC 2606), so that it serves as a placeholder.
    """
    host = urlsplit(base(app)).hostname or ""
    return bool(host) and host.rpartition(".")[2] != "example"


def absolute(app: Sphinx, address: str) -> str:
    """Return *address*, relative to the front page, as an absolute one if the site has an address.

    An address of another site is returned unchanged.
    """
    return join(base(app), address)


def paper_links(app: Sphinx, paper: Paper) -> dict[str, str]:
    """Return the addresses of *paper* by kind; those of files begin with that of the site."""
    return {
        link.kind: absolute(app, f"{PAPER_FILES}/{quote(link.url)}") if link.is_file else link.url
        for link in PaperNotesDomain.of(app.env).paper_links(paper)
    }


def join(base: str, address: str) -> str:
    """Return *address*, relative to *base*, as an absolute one; an invalid one is unchanged."""
    try:
        return urljoin(base, address)
    except ValueError:
        # Such as http://[x]/.
        return address


def page(app: Sphinx, docname: str) -> str:
    """Return the address of the page *docname*."""
    return absolute(app, app.builder.get_target_uri(docname))


def public_page(app: Sphinx, docname: str) -> str:
    """Return the absolute address of a page, or an empty string if the site has no address."""
    return page(app, docname) if base(app) else ""


def title(config: Config) -> str:
    """Return the name of the site: ``html_title``, or ``project`` if that is not set."""
    default = sphinx_gettext("%s %s documentation") % (config.project, config.release)
    return str(config.project if config.html_title in ("", default) else config.html_title)
