"""Records, as the environment keeps them."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from papernotes.core.model import Citation, Note, Person


def test_records_are_pickled_without_a_look_at_their_fields(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    records = [
        Note("papers/one", ("a2001",), "One", tags=("t",), main=True),
        Person("Ann", "Alpha", particle="de"),
        Citation("papers/one", "a2001", 3, "cite-1"),
    ]
    monkeypatch.setattr(dataclasses, "fields", None)
    assert pickle.loads(pickle.dumps(records)) == records  # noqa: S301 -- made here
