"""Each experiment behind a figure shows, at a small size, what the caption of the figure says."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sites import PROJECT

FIGURES = PROJECT / "papers/figures"


@pytest.fixture(autouse=True)
def _scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(FIGURES)


def script(name: str) -> Any:
    """Import a script, as it imports the modules beside it."""
    return importlib.import_module(name)


def test_random_labels_are_fitted_exactly_by_2n_plus_d_parameters() -> None:
    experiment = script("zhang2017understanding")
    for size, seed in ((16, 1), (16, 2), (40, 3)):
        network, points, labels = experiment.run(size, 10, seed)
        assert network.parameters == 2 * size + 10
        assert np.abs(network(points) - labels).max() < 1e-8
        # The point of the figure: what happens between the points.
        between = network.on_line(network.biases)
        assert np.abs(between).max() > 5


def test_classes_are_fitted_sooner_and_more_unequally_than_noise() -> None:
    experiment = script("arpit2017closer")
    assert experiment.gini(np.ones(50)) == pytest.approx(0)
    assert experiment.gini(np.eye(50)[0]) == pytest.approx(0.98)
    runs = {kind: experiment.train(kind, size=300, epochs=100) for kind in experiment.KINDS}
    classes = runs.pop("classes")
    for noise in runs.values():
        assert len(noise.losses) > 3 * len(classes.losses)
        assert classes.ginis.min() > 1.5 * noise.ginis.max()


def test_the_range_test_turns_up_and_its_range_is_good_for_a_cycle() -> None:
    experiment = script("smith2018disciplined")
    data = experiment.Data.random(size=800)
    rates, losses = experiment.range_test(data, steps=200)
    best = rates[losses.argmin()]
    assert best > experiment.LOW
    assert losses[-1] > 2 * losses.min()
    assert rates[-1] > experiment.HIGH
    schedules = (experiment.cycle, experiment.constant(experiment.LOW), experiment.constant(0.3))
    cyclical, low, middle = (
        experiment.train(data, 300, rate, every=10)[1][-1] for rate in schedules
    )
    assert cyclical < 0.8 * low
    # What the caption admits: a good constant rate does as well.
    assert middle < 1.3 * cyclical


def test_forward_and_reverse_mode_agree_and_lead_to_the_least_loss() -> None:
    experiment = script("franceschi2017forward")
    distances = np.geomspace(1e-9, 1e-1, 5)
    forward, central = experiment.errors(30, distances)
    assert forward < 1e-12
    assert central.min() < 1e-7
    assert central.argmin() not in (0, len(distances) - 1)
    least = {}
    for steps in (30, 100):
        ridge = experiment.Ridge.random(steps)
        path = experiment.descend(ridge, 20)
        responses = [ridge.response(hyper) for hyper in path]
        assert responses == sorted(responses, reverse=True)
        least[steps] = path[-1][0]
    # Few steps want less of the penalty than they began with, many want more.
    assert least[30] < experiment.START[0] < least[100]


def test_pre_training_leaves_more_training_loss_and_less_test_error() -> None:
    experiment = script("erhan2010why")
    random, trained = (
        np.mean([experiment.train(2, start, seed, epochs=400) for seed in range(2)], axis=0)
        for start in experiment.STARTS
    )
    assert random[0] < trained[0] < 0.05
    assert trained[1] < random[1] - 0.01


def test_drawings_are_the_same_each_time_and_small(tmp_path: Path) -> None:
    style, experiment = script("style"), script("zhang2017understanding")
    network, points, _ = experiment.run()

    def plot(axes: Any, scheme: Any) -> None:
        axes.plot(points @ network.direction, network(points), color=scheme.first, label="$x$")
        axes.legend()

    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
        style.draw("figure", plot, folder)
    one, other = ({path.name: path.read_bytes() for path in each.iterdir()} for each in folders)
    assert sorted(one) == ["figure-dark.svg", "figure.pdf", "figure.svg"]
    assert one == other
    assert style.LIGHT.first.encode() in one["figure.svg"]
    assert style.DARK.first.encode() in one["figure-dark.svg"]
    assert b"<text" not in one["figure.svg"]


def test_each_figure_of_a_note_is_there_for_light_and_dark_pages_and_for_print() -> None:
    drawn = {path.name for path in FIGURES.glob("*.svg")} | {p.name for p in FIGURES.glob("*.pdf")}
    named = set()
    for note in (PROJECT / "papers").glob("*.md"):
        lines = note.read_text(encoding="utf-8").splitlines()
        names = [line.split("/")[-1][:-2] for line in lines if line.startswith(":::{figure}")]
        assert names, note
        named.update(f"{name}{end}" for name in names for end in (".svg", "-dark.svg", ".pdf"))
    assert named == drawn
    for name in drawn:
        content = (FIGURES / name).read_bytes()
        assert len(content) < 60_000
        assert b"<dc:date>" not in content
        assert b"CreationDate" not in content
