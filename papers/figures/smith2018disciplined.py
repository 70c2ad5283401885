"""Find the range of the learning rate in one run, and train by a rate that cycles in it.

The range test and the cycle are those of Smith (2018). The data are made up: 40 Gaussians which
overlap, four to each of ten classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from network import Network
from style import Scheme, draw

CLUSTERS, CLASSES, DIMENSIONS, SPREAD = 40, 10, 20, 0.8
WIDTHS = (DIMENSIONS, 64, 64, CLASSES)
# The ends of the range, as read from the curve of the test.
LOW, HIGH = 0.03, 0.6


@dataclass(frozen=True)
class Data:
    """Inputs and labels for training and for validation."""

    inputs: np.ndarray
    labels: np.ndarray
    validation_inputs: np.ndarray
    validation_labels: np.ndarray

    @classmethod
    def random(cls, size: int = 2000, seed: int = 1) -> Data:
        """Return *size* examples of each."""
        random = np.random.default_rng(seed)
        centres = random.standard_normal((CLUSTERS, DIMENSIONS))
        clusters = random.integers(0, CLUSTERS, 2 * size)
        inputs = centres[clusters] + SPREAD * random.standard_normal((2 * size, DIMENSIONS))
        labels = clusters % CLASSES
        return cls(inputs[:size], labels[:size], inputs[size:], labels[size:])


def train(
    data: Data, steps: int, rate: Callable[[float], float], every: int, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rates and the validation losses at each *every*-th step.

    *rate* takes the part of the training that is done, from 0 to 1. Training ends early where the
    loss is four times its least.
    """
    random = np.random.default_rng(seed)
    network = Network(WIDTHS, random)
    rates, losses = [], []
    for step in range(steps):
        batch = random.integers(0, len(data.labels), 64)
        _, gradients, _ = network.gradients(data.inputs[batch], data.labels[batch])
        network.step(gradients, rate(step / steps))
        if step % every == every - 1:
            rates.append(rate(step / steps))
            losses.append(network.evaluate(data.validation_inputs, data.validation_labels)[0])
            if not losses[-1] < 4 * min(losses):
                break
    return np.array(rates), np.array(losses)


def range_test(data: Data, steps: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Return the rates of one run, from small to large, and the validation loss at each."""
    return train(data, steps, lambda done: 0.001 * 10 ** (4 * done), every=4)


def cycle(done: float, cycles: int = 3) -> float:
    """Return the rate of a cycle of straight lines: from LOW up to HIGH, and down again."""
    return LOW + (HIGH - LOW) * (1 - abs(2 * (done * cycles % 1) - 1))


def constant(rate: float) -> Callable[[float], float]:
    """Return the schedule that stays at *rate*."""
    return lambda done: rate


def main() -> None:
    """Draw the figures."""
    data = Data.random()
    rates, losses = range_test(data)

    def plot_range(axes: Axes, scheme: Scheme) -> None:
        axes.axvspan(LOW, HIGH, color=scheme.faint, alpha=0.25, linewidth=0)
        axes.semilogx(rates, losses, color=scheme.first)
        axes.set_ylim(0, 4)
        axes.set_xlabel("learning rate, raised in one run")
        axes.set_ylabel("validation loss")

    draw("learning-rate-range", plot_range)

    steps, every = 1500, 10
    schedules = {
        f"cycle, {LOW} to {HIGH}": cycle,
        f"constant, {LOW}": constant(LOW),
        "constant, 0.3": constant(0.3),
    }
    runs = {name: train(data, steps, rate, every) for name, rate in schedules.items()}

    def plot_cycle(axes: Axes, scheme: Scheme) -> None:
        styles = ((scheme.first, "-"), (scheme.second, "--"), (scheme.third, "-."))
        for (name, (_, heights)), (colour, line) in zip(runs.items(), styles, strict=True):
            axes.plot(
                every * np.arange(1, len(heights) + 1), heights, line, color=colour, label=name
            )
        axes.set_ylim(0, 2)
        axes.set_xlabel("updates")
        axes.set_ylabel("validation loss")
        axes.legend()

    draw("cyclical-rate", plot_cycle)


if __name__ == "__main__":
    main()
