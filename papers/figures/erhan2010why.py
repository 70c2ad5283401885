"""Train networks from a random start, and from layers that were autoencoders before.

The procedure is that of Erhan et al. (2010), with denoising autoencoders of tied weights. The data
are made up: 50 values which four hidden ones decide, as they decide the class.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from network import Network, batches, logistic
from style import Scheme, draw

CLASSES, FACTORS, DIMENSIONS, WIDTH, REGIONS = 4, 4, 50, 40, 12
STARTS = ("random", "pre-trained")


@dataclass(frozen=True)
class World:
    """What decides inputs and labels: a map, and the centres of regions with a class each."""

    map: np.ndarray
    centres: np.ndarray

    @classmethod
    def random(cls, seed: int = 0) -> World:
        """Return a random world."""
        random = np.random.default_rng(seed)
        shape = (FACTORS, DIMENSIONS)
        return cls(random.standard_normal(shape), random.standard_normal((REGIONS, FACTORS)))

    def sample(self, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Return *size* inputs between 0 and 1, and their labels."""
        random = np.random.default_rng(seed)
        factors = random.standard_normal((size, FACTORS))
        noise = random.standard_normal((size, DIMENSIONS))
        distances = ((factors[:, None] - self.centres) ** 2).sum(axis=2)
        inputs = logistic(3 * np.tanh(factors @ self.map) + noise)
        return inputs, distances.argmin(axis=1) % CLASSES


def pretrain(
    network: Network, inputs: np.ndarray, random: np.random.Generator, epochs: int
) -> None:
    """Train each hidden layer to restore its own inputs, of which a fifth is set to zero."""
    rate = 0.3
    for weights, biases in network.layers[:-1]:
        outer = np.zeros(len(weights))
        for _ in range(epochs):
            for batch in batches(len(inputs), 20, random):
                whole = inputs[batch]
                seen = whole * (random.random(whole.shape) > 0.2)
                code = network.activate(seen @ weights + biases)
                # The gradient of cross-entropy, which is for values between 0 and 1.
                back = (logistic(code @ weights.T + outer) - whole) / len(whole)
                inner = (back @ weights) * code * (1 - code)
                weights[...] -= rate * (seen.T @ inner + back.T @ code)
                biases[...] -= rate * inner.sum(axis=0)
                outer -= rate * back.sum(axis=0)
        inputs = network.activate(inputs @ weights + biases)


def train(depth: int, start: str, seed: int, epochs: int = 600) -> tuple[float, float]:
    """Return the training loss, and the share of errors on other data, of one network.

    Each *seed* has its own start, 200 labelled inputs and 2,000 unlabelled ones; the test is the
    same for all.
    """
    world = World.random()
    random = np.random.default_rng(seed)
    network = Network([DIMENSIONS, *[WIDTH] * depth, CLASSES], random, logistic=True)
    if start == "pre-trained":
        pretrain(network, world.sample(2000, seed=2 * seed + 1)[0], random, epochs=10)
    inputs, labels = world.sample(200, seed=2 * seed + 2)
    for _ in range(epochs):
        for batch in batches(len(labels), 20, random):
            _, gradients, _ = network.gradients(inputs[batch], labels[batch])
            network.step(gradients, rate=0.3)
    return network.evaluate(inputs, labels)[0], network.evaluate(*world.sample(2000, seed=0))[1]


def main() -> None:
    """Draw the figures."""
    depths, seeds = (1, 2, 3), range(8)
    runs = {
        (start, depth): np.array([train(depth, start, seed) for seed in seeds])
        for start in STARTS
        for depth in depths
    }

    def plot_clouds(axes: Axes, scheme: Scheme) -> None:
        for start, colour, mark in zip(STARTS, (scheme.second, scheme.first), "^o", strict=True):
            losses, errors = runs[start, 2].T
            axes.plot(losses, 100 * errors, mark, color=colour, markersize=5, label=start)
        axes.set_xlabel("training loss, two hidden layers")
        axes.set_ylabel("test error (%)")
        axes.legend(loc="center right")

    def plot_depths(axes: Axes, scheme: Scheme) -> None:
        # Side by side, so that no point hides another.
        looks = zip(STARTS, (scheme.second, scheme.first), "^o", (-0.05, 0.05), strict=True)
        for start, colour, mark, shift in looks:
            errors = [100 * runs[start, depth][:, 1] for depth in depths]
            places = np.array(depths) + shift
            axes.plot(places, np.mean(errors, axis=1), color=colour)
            axes.plot(
                np.repeat(places, len(seeds)),
                np.ravel(errors),
                mark,
                color=colour,
                markersize=4,
                label=start,
            )
        axes.set_xticks(depths)
        axes.set_xlim(-0.4, 3.3)
        axes.set_xlabel("hidden layers")
        axes.set_ylabel("test error (%)")
        axes.legend(loc="upper left")

    draw("pre-training-clouds", plot_clouds)
    draw("pre-training-depth", plot_depths)


if __name__ == "__main__":
    main()
