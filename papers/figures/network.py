"""A small network in numpy, trained by gradient descent with momentum."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

Layer = tuple[np.ndarray, np.ndarray]


class Network:
    """Layers of weights and biases, and softmax with cross-entropy above.

    Hidden units are rectified, or logistic if *logistic*.
    """

    def __init__(
        self, widths: Sequence[int], random: np.random.Generator, *, logistic: bool = False
    ) -> None:
        self._logistic = logistic
        gain = 1 / 3 if logistic else 2
        self.layers: list[Layer] = [
            (random.standard_normal((below, above)) * np.sqrt(gain / below), np.zeros(above))
            for below, above in pairwise(widths)
        ]
        self._velocities = [tuple(map(np.zeros_like, layer)) for layer in self.layers]

    def activations(self, inputs: np.ndarray) -> list[np.ndarray]:
        """Return the inputs, the output of each hidden layer, and the scores of the classes."""
        values = [inputs]
        for number, (weights, biases) in enumerate(self.layers, 1):
            value = values[-1] @ weights + biases
            values.append(self.activate(value) if number < len(self.layers) else value)
        return values

    def activate(self, value: np.ndarray) -> np.ndarray:
        """Return the outputs of hidden units."""
        return logistic(value) if self._logistic else np.maximum(value, 0)

    def _slope(self, output: np.ndarray) -> np.ndarray:
        """Return the derivative of hidden units, by their *output*."""
        return output * (1 - output) if self._logistic else output > 0

    def evaluate(self, inputs: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
        """Return the mean loss, and the share of examples that get the wrong class."""
        scores = self.activations(inputs)[-1]
        chosen = _log_softmax(scores)[np.arange(len(labels)), labels]
        return float(-chosen.mean()), float((scores.argmax(axis=1) != labels).mean())

    def gradients(
        self, inputs: np.ndarray, labels: np.ndarray
    ) -> tuple[float, list[Layer], np.ndarray]:
        """Return the mean loss, its gradients, and that of each example's loss by its input."""
        values = self.activations(inputs)
        logarithms = _log_softmax(values[-1])
        rows = np.arange(len(labels))
        loss = -logarithms[rows, labels].mean()
        back = np.exp(logarithms)
        back[rows, labels] -= 1
        gradients: list[Layer] = []
        for number in reversed(range(len(self.layers))):
            gradients.append((values[number].T @ back / len(labels), back.mean(axis=0)))
            back = back @ self.layers[number][0].T
            if number:
                back *= self._slope(values[number])
        return float(loss), gradients[::-1], back

    def step(self, gradients: Sequence[Layer], rate: float, momentum: float = 0.0) -> None:
        """Change weights and biases against their *gradients*."""
        for layer, velocities, found in zip(self.layers, self._velocities, gradients, strict=True):
            for values, velocity, gradient in zip(layer, velocities, found, strict=True):
                velocity[...] = momentum * velocity - rate * gradient
                values[...] += velocity


def logistic(values: np.ndarray) -> np.ndarray:
    """Return the logistic function of *values*."""
    return 1 / (1 + np.exp(-values))


def batches(count: int, size: int, random: np.random.Generator) -> list[np.ndarray]:
    """Return the numbers of *count* examples in a random order, in batches of *size*."""
    return np.split(random.permutation(count), range(size, count, size))


def _log_softmax(scores: np.ndarray) -> np.ndarray:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
