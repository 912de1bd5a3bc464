"""A line search for the strong Wolfe conditions by cubic interpolation, along one direction of descent.

Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6, with the safeguards of minFunc's WolfeLineSearch.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SUFFICIENT_DECREASE = 1e-4
CURVATURE = 0.9


@dataclass
class Point:
    """The loss at a step along the direction, its slope there, and the gradient (of any kind: it is only kept)."""

    step: float
    loss: float
    slope: float
    gradient: Any


def strong_wolfe(
    evaluate: Callable[[float], Point],
    start: Point,
    step: float,
    direction_size: float,
    tolerance_change: float = 1e-9,
    max_iterations: int = 25,
) -> tuple[Point, int]:
    """A point that satisfies both conditions, or the best one met, and how often `evaluate` was called.

    `start` is the point at step 0, where the slope is negative; `direction_size` is the largest |element| of the
    direction: a bracket that moves no parameter by `tolerance_change` ends the search.
    """
    bracket, iterations = _bracket(evaluate, start, step, max_iterations)
    evaluations = iterations + 1
    stalled = False
    while len(bracket) == 2 and iterations < max_iterations:
        low, high = sorted(bracket, key=_height)
        first, last = sorted(point.step for point in bracket)
        if (last - first) * direction_size < tolerance_change:
            break
        step, stalled = _inside(_cubic_minimum(bracket[0], bracket[1]), first, last, stalled)
        point = evaluate(step)
        evaluations += 1
        iterations += 1
        if not _decreases(start, point) or point.loss >= low.loss:
            bracket = [low, point]
        elif abs(point.slope) <= -CURVATURE * start.slope:
            bracket = [point]
        else:
            bracket = [point, low if point.slope * (high.step - low.step) >= 0 else high]
    return min(bracket, key=_height), evaluations


def _height(point: Point) -> float:
    return math.inf if math.isnan(point.loss) else point.loss


def _decreases(start: Point, point: Point) -> bool:
    return point.loss <= start.loss + SUFFICIENT_DECREASE * point.step * start.slope


def _bracket(
    evaluate: Callable[[float], Point], start: Point, step: float, max_iterations: int
) -> tuple[list[Point], int]:
    """Lengthens the step until two points enclose a good one, or [point] is good itself; counts the lengthenings."""
    previous, point = start, evaluate(step)
    for iteration in range(max_iterations):
        if not _decreases(start, point) or (iteration > 1 and point.loss >= previous.loss):
            return [previous, point], iteration
        if abs(point.slope) <= -CURVATURE * start.slope:
            return [point], iteration
        if point.slope >= 0:
            return [previous, point], iteration
        bounds = point.step + 0.01 * (point.step - previous.step), point.step * 10
        step = _cubic_minimum(previous, point, bounds)
        previous, point = point, evaluate(step)
    return [start, point], max_iterations


def _cubic_minimum(a: Point, b: Point, bounds: tuple[float, float] | None = None) -> float:
    """Where the cubic with the losses and slopes of both points is least, within `bounds` (the points, if None)."""
    a, b = sorted((a, b), key=lambda point: point.step)
    if a.step == b.step:
        return a.step
    lowest, highest = bounds or (a.step, b.step)
    theta = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.step - b.step)
    discriminant = theta**2 - a.slope * b.slope
    if not discriminant >= 0:
        return (lowest + highest) / 2.0
    root = discriminant**0.5
    divisor = b.slope - a.slope + 2 * root
    if divisor == 0:
        return (lowest + highest) / 2.0
    minimum = b.step - (b.step - a.step) * ((b.slope + root - theta) / divisor)
    return min(max(minimum, lowest), highest)


def _inside(step: float, first: float, last: float, stalled: bool) -> tuple[float, bool]:
    """Moves a step off the ends of its bracket when it lies on one, or close to one twice in a row."""
    margin = 0.1 * (last - first)
    if min(last - step, step - first) >= margin:
        return step, False
    if not (stalled or step >= last or step <= first):
        return step, True
    return (last - margin if abs(step - last) < abs(step - first) else first + margin), False
