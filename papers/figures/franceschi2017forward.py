"""Hypergradients of ridge regression: in forward mode, in reverse mode, and by finite differences.

The system is gradient descent on the training loss, the hyperparameters are the logarithms of the
ridge penalty and of the step size, and the response is the validation loss after T steps. The
notation is that of Franceschi et al. (2017).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from style import Scheme, draw


@dataclass(frozen=True)
class Ridge:
    """A regression with training and validation data, trained by *steps* of gradient descent."""

    inputs: np.ndarray
    targets: np.ndarray
    validation_inputs: np.ndarray
    validation_targets: np.ndarray
    steps: int

    @classmethod
    def random(cls, steps: int, seed: int = 0, size: int = 60, dimensions: int = 40) -> Ridge:
        """Return a noisy linear problem whose inputs have large and small directions."""
        random = np.random.default_rng(seed)
        scales = np.geomspace(1, 0.03, dimensions)
        inputs = random.standard_normal((2 * size, dimensions)) * scales
        targets = inputs @ random.standard_normal(dimensions) + random.standard_normal(2 * size)
        return cls(inputs[:size], targets[:size], inputs[size:], targets[size:], steps)

    def update(self, state: np.ndarray, hyper: np.ndarray) -> np.ndarray:
        """Return the next state, which is one step of training on."""
        return state - np.exp(hyper[1]) * self._slope(state, hyper)

    def jacobians(self, state: np.ndarray, hyper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return A and B, the derivatives of the next state by the state and by *hyper*."""
        penalty, rate = np.exp(hyper)
        identity = np.eye(len(state))
        by_penalty, by_rate = -rate * penalty * state, -rate * self._slope(state, hyper)
        by_state = identity - rate * (self._curvature + penalty * identity)
        return by_state, np.column_stack((by_penalty, by_rate))

    @functools.cached_property
    def _curvature(self) -> np.ndarray:
        return self.inputs.T @ self.inputs / len(self.inputs)

    def _slope(self, state: np.ndarray, hyper: np.ndarray) -> np.ndarray:
        errors = self.inputs @ state - self.targets
        return self.inputs.T @ errors / len(errors) + np.exp(hyper[0]) * state

    def trajectory(self, hyper: np.ndarray) -> list[np.ndarray]:
        """Return all states of the training, which starts from zero."""
        states = [np.zeros(self.inputs.shape[1])]
        for _ in range(self.steps):
            states.append(self.update(states[-1], hyper))
        return states

    def validation(self, state: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the validation loss of *state*, and its gradient."""
        errors = self.validation_inputs @ state - self.validation_targets
        return float(errors @ errors / len(errors)), 2 * errors @ self.validation_inputs / len(
            errors
        )

    def response(self, hyper: np.ndarray) -> float:
        """Return the validation loss after training."""
        return self.validation(self.trajectory(hyper)[-1])[0]

    def reverse(self, hyper: np.ndarray) -> np.ndarray:
        """Return the hypergradient, from the last state back to the first."""
        states = self.trajectory(hyper)
        adjoint = self.validation(states[-1])[1]
        gradient = np.zeros(len(hyper))
        for state in reversed(states[:-1]):
            by_state, by_hyper = self.jacobians(state, hyper)
            gradient += adjoint @ by_hyper
            adjoint = adjoint @ by_state
        return gradient

    def forward(self, hyper: np.ndarray) -> np.ndarray:
        """Return the hypergradient, carried along with the state; no trajectory is kept."""
        state = np.zeros(self.inputs.shape[1])
        carried = np.zeros((len(state), len(hyper)))
        for _ in range(self.steps):
            by_state, by_hyper = self.jacobians(state, hyper)
            carried = by_state @ carried + by_hyper
            state = self.update(state, hyper)
        return self.validation(state)[1] @ carried

    def differences(self, hyper: np.ndarray, distance: float) -> np.ndarray:
        """Return the hypergradient by central differences over *distance*."""
        moves = distance * np.eye(len(hyper))
        return np.array(
            [(self.response(hyper + d) - self.response(hyper - d)) / (2 * distance) for d in moves]
        )


START = np.log([0.01, 0.3])


def relative_error(found: np.ndarray, reference: np.ndarray) -> float:
    """Return how far *found* is from *reference*, in parts of its length."""
    return float(np.linalg.norm(found - reference) / np.linalg.norm(reference))


def errors(steps: int, distances: np.ndarray) -> tuple[float, np.ndarray]:
    """Return how far forward mode, and central differences, are from reverse mode."""
    ridge = Ridge.random(steps)
    reverse = ridge.reverse(START)
    found = [relative_error(ridge.differences(START, distance), reverse) for distance in distances]
    return relative_error(ridge.forward(START), reverse), np.array(found)


def descend(ridge: Ridge, rounds: int, rate: float = 4.0) -> np.ndarray:
    """Return the hyperparameters of each round of descent by the penalty's hypergradient."""
    path = [START]
    for _ in range(rounds):
        path.append(path[-1] - rate * ridge.reverse(path[-1]) * [1, 0])
    return np.array(path)


def main() -> None:
    """Draw the figures."""
    distances = np.geomspace(1e-12, 1, 49)
    forward, central = errors(100, distances)

    def plot_errors(axes: Axes, scheme: Scheme) -> None:
        axes.loglog(distances, central, color=scheme.second)
        axes.axhline(forward, color=scheme.first)
        axes.text(1e-12, forward * 2, "forward mode", color=scheme.first)
        axes.text(1e-9, 2e-5, "central differences", color=scheme.second)
        axes.set_ylim(1e-17, 10)
        axes.set_xlabel("distance of the differences")
        axes.set_ylabel("distance from reverse mode")

    draw("hypergradient-modes", plot_errors)

    penalties = np.geomspace(1e-4, 0.3, 60)
    runs = [Ridge.random(steps) for steps in (30, 100, 1000)]
    curves = [[run.response(np.array([np.log(p), START[1]])) for p in penalties] for run in runs]
    paths = [descend(run, 40) for run in runs]

    def plot_descent(axes: Axes, scheme: Scheme) -> None:
        colours = (scheme.third, scheme.second, scheme.first)
        for run, curve, path, colour in zip(runs, curves, paths, colours, strict=True):
            axes.semilogx(penalties, curve, color=colour, label=f"$T = {run.steps}$")
            shown = path[::4]
            heights = [run.response(hyper) for hyper in shown]
            axes.plot(np.exp(shown[:, 0]), heights, ".", color=colour, markersize=4)
            axes.plot(np.exp(path[-1, 0]), heights[-1], "o", color=colour, markersize=7)
        axes.legend()
        axes.set_xlabel("ridge penalty")
        axes.set_ylabel("validation loss")

    draw("franceschi2017forward", plot_descent)


if __name__ == "__main__":
    main()
