"""Fit random labels exactly by a two-layer network with 2n + d parameters, without training it.

This is the construction of Zhang et al. (2017): n hidden units which all look in one direction,
with a bias between each two neighbours, so that the output weights solve a triangular system.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from style import Scheme, draw


@dataclass(frozen=True)
class Network:
    """The network c(x) = sum of w_j max(<a, x> - b_j, 0)."""

    direction: np.ndarray
    biases: np.ndarray
    weights: np.ndarray

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Return the output on *points*, one in a row."""
        return self.on_line(points @ self.direction)

    def on_line(self, projections: np.ndarray) -> np.ndarray:
        """Return the output on points with these *projections* on the direction."""
        return np.maximum(projections[:, None] - self.biases, 0) @ self.weights

    @property
    def parameters(self) -> int:
        """The number of parameters."""
        return self.direction.size + self.biases.size + self.weights.size


def fit(points: np.ndarray, labels: np.ndarray, random: np.random.Generator) -> Network:
    """Return the network with 2n + d parameters that gives the n *points* their *labels*."""
    # Almost any direction keeps the projections apart. Of some, take the one that does it best.
    directions = random.standard_normal((500, points.shape[1]))
    gaps = np.diff(np.sort(directions @ points.T)).min(axis=1)
    direction = directions[gaps.argmax()]
    projections = points @ direction
    order = np.argsort(projections)
    ordered = projections[order]
    first = ordered[0] - np.diff(ordered).mean() / 2
    biases = np.concatenate(([first], (ordered[:-1] + ordered[1:]) / 2))
    matrix = np.maximum(ordered[:, None] - biases, 0)
    return Network(direction, biases, np.linalg.solve(matrix, labels[order]))


def run(
    size: int = 16, dimensions: int = 10, seed: int = 1
) -> tuple[Network, np.ndarray, np.ndarray]:
    """Return a fitted network, its points from a Gaussian and their random labels, -1 or 1."""
    random = np.random.default_rng(seed)
    points = random.standard_normal((size, dimensions))
    labels = random.choice([-1.0, 1.0], size)
    return fit(points, labels, random), points, labels


def main() -> None:
    """Draw the figure."""
    network, points, labels = run()
    projections = points @ network.direction
    # The output is linear between the biases.
    line = np.array([network.biases[0] - 0.3, *network.biases, projections.max() + 0.05])

    def plot(axes: Axes, scheme: Scheme) -> None:
        axes.plot(line, network.on_line(line), color=scheme.first)
        axes.plot(projections, labels, "o", color=scheme.second, markersize=5)
        axes.plot(network.biases, np.full(network.biases.size, -9.4), "|", color=scheme.third)
        axes.set_ylim(-10, 10)
        axes.set_yticks([-9, -5, -1, 1, 5, 9])
        axes.set_xlabel(r"projection $\langle a, x \rangle$")
        axes.set_ylabel(r"output $c(x)$")

    draw("zhang2017understanding", plot)


if __name__ == "__main__":
    main()
