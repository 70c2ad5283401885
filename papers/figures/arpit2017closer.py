"""Fit a network to labels with a pattern, to random labels and to random inputs.

The loss sensitivity of an example, and its Gini coefficient over the examples, are those of Arpit
et al. (2017). The data are made up: a Gaussian for each of ten classes, which overlap a little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from network import Network, batches
from style import Scheme, draw

KINDS = ("classes", "random labels", "random inputs")
CLASSES, DIMENSIONS, SPREAD = 10, 20, 1.0


@dataclass(frozen=True)
class Run:
    """A training: the mean loss and the Gini coefficient after each epoch."""

    losses: np.ndarray
    ginis: np.ndarray


def gini(values: np.ndarray) -> float:
    """Return the Gini coefficient: 0 if all *values* are alike, nearly 1 if one holds everything.

    In ascending order, the sum of all differences takes each value as often as others are below it
    more than above it.
    """
    count = len(values)
    weights = 2 * np.arange(1, count + 1) - count - 1
    return float(weights @ np.sort(values) / (count * values.sum()))


def data(kind: str, size: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and labels of a *kind*."""
    centres = random.standard_normal((CLASSES, DIMENSIONS))
    labels = random.integers(0, CLASSES, size)
    inputs = centres[labels] + SPREAD * random.standard_normal((size, DIMENSIONS))
    if kind == "random labels":
        labels = random.permutation(labels)
    elif kind == "random inputs":
        inputs = inputs.mean(axis=0) + inputs.std(axis=0) * random.standard_normal(inputs.shape)
    return inputs, labels


def train(kind: str, size: int, epochs: int, seed: int = 0, width: int = 256) -> Run:
    """Return the training on data of a *kind*, until all examples are right."""
    random = np.random.default_rng(seed)
    inputs, labels = data(kind, size, random)
    network = Network([DIMENSIONS, width, CLASSES], random)
    sensitivities = np.zeros(size)
    losses, ginis = [], []
    for _ in range(epochs):
        for batch in batches(size, 50, random):
            _, gradients, _ = network.gradients(inputs[batch], labels[batch])
            network.step(gradients, rate=0.1)
        sensitivities += np.abs(network.gradients(inputs, labels)[2]).sum(axis=1)
        loss, wrong = network.evaluate(inputs, labels)
        losses.append(loss)
        ginis.append(gini(sensitivities))
        if not wrong:
            break
    return Run(np.array(losses), np.array(ginis))


def main() -> None:
    """Draw the figures."""
    runs = [train(kind, size=1000, epochs=400) for kind in KINDS]

    def plot(values: str, axes: Axes, scheme: Scheme) -> None:
        colours = (scheme.first, scheme.second, scheme.third)
        for kind, run, colour, line in zip(KINDS, runs, colours, ("-", "--", "-."), strict=True):
            heights = getattr(run, values)
            epochs = np.arange(1, len(heights) + 1)
            axes.semilogx(epochs, heights, line, color=colour, label=kind)
            axes.plot(epochs[-1], heights[-1], "o", color=colour, markersize=5)
        axes.set_xlabel("epochs")
        axes.set_ylim(bottom=0)

    def plot_losses(axes: Axes, scheme: Scheme) -> None:
        plot("losses", axes, scheme)
        axes.set_ylabel("training loss")
        axes.legend()

    def plot_ginis(axes: Axes, scheme: Scheme) -> None:
        plot("ginis", axes, scheme)
        axes.set_ylim(0, 1)
        axes.set_ylabel("Gini coefficient")
        axes.legend()

    draw("fitting-noise", plot_losses)
    draw("loss-sensitivity", plot_ginis)


if __name__ == "__main__":
    main()
