"""Fixtures of the tests of this repository's own site."""

from __future__ import annotations

import pytest
from sites import PROJECT, Build, build_strictly


@pytest.fixture(scope="session")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build this repository's site once."""
    return build_strictly(PROJECT, tmp_path_factory.mktemp("own"))
