#!/usr/bin/env python3
"""Computes the coefficients of the pointwise functions in Sources/CConvolutionKernels/pointwise/activations_body.h.

    python3 fit.py            about a minute; needs numpy and scipy

Method: a near-minimax fit by iteratively reweighted least squares. Each round solves the linearised problem |weight *
(P - f Q) / Q_previous| in least squares (Sanathanan and Koerner; Q = 1 for polynomials) and multiplies the weight of
every sample by a power of its error (Lawson), so that the errors level out. Then the coefficients are rounded to floats
one at a time, most influential first: each is tried at the three nearest floats, the best is kept, and the remaining
ones are fitted again to compensate.

The errors are those of the coefficients alone, in units of 2^-24 of the result, evaluated in double precision.
exhaustive.swift measures what rounding during the evaluation adds, over all floats.
"""
import numpy as np
from scipy.special import erfc, erfcx

U = 2.0**-24
SAMPLES = 3000


def chebyshev_points(low, high):
    k = np.arange(SAMPLES)
    return 0.5 * (low + high) - 0.5 * (high - low) * np.cos(np.pi * (k + 0.5) / SAMPLES)


class Problem:
    """Fits f ~ (sum p_i x^i) / (sum q_i x^i) with |error| * weight levelled out. `given` holds fixed coefficients."""

    def __init__(self, x, f, weight, numerator, denominator, given, order):
        self.x, self.f, self.weight, self.order = x, f, weight, order
        self.names = [f"p{i}" for i in numerator] + [f"q{i}" for i in denominator]
        self.given = given
        self.scale = np.abs(x).max()
        powers = list(numerator) + list(denominator)
        self.unit = self.scale ** np.array(powers, float)
        self.P = (x[:, None] / self.scale) ** np.array(numerator, float)
        self.Q = (x[:, None] / self.scale) ** np.array(denominator, float)

    def fit(self, fixed, lawson=None, rounds=300):
        fixed = {**self.given, **fixed}
        is_free = np.array([n not in fixed for n in self.names])
        v = np.array([fixed.get(n, 0.0) for n in self.names]) * self.unit
        columns = np.hstack([self.P, -self.Q * self.f[:, None]])
        lawson = np.ones(SAMPLES) if lawson is None else lawson.copy()
        q, best = np.ones(SAMPLES), None
        for step in range(rounds):
            w = (np.sqrt(lawson) * self.weight / q)[:, None]
            if is_free.any():
                m = columns[:, is_free] * w
                norm = np.linalg.norm(m, axis=0)
                rhs = -(columns[:, ~is_free] @ v[~is_free]) * w[:, 0]
                v[is_free] = np.linalg.lstsq(m / norm, rhs, rcond=None)[0] / norm
            q = self.Q @ v[self.P.shape[1]:]
            error = np.abs(self.P @ v[: self.P.shape[1]] / q - self.f) * self.weight
            if best is None or error.max() < best[0]:
                best = (error.max(), dict(zip(self.names, v / self.unit)), lawson.copy())
            if not is_free.any():
                break
            if step > 5:
                lawson = lawson * (error / error.max() + 1e-3) ** 0.7
                lawson /= lawson.sum()
        return best

    def rounded(self):
        ideal, values, lawson = self.fit({})
        fixed = {}
        for name in self.order:
            _, values, lawson = self.fit(fixed, lawson, 120)
            near = np.float32(values[name])
            tries = (near, np.nextafter(near, np.float32(np.inf)), np.nextafter(near, np.float32(-np.inf)))
            scored = sorted((self.fit({**fixed, name: float(c)}, lawson, 50)[0], float(c)) for c in tries)
            fixed[name] = scored[0][1]
        return ideal, scored[0][0], fixed


def hexadecimal(value):
    mantissa, exponent = float(value).hex().split("p")
    return mantissa.rstrip("0").rstrip(".") + "p" + exponent + "f"


def show(title, problem):
    ideal, achieved, coefficients = problem.rounded()
    print(f"{title}\n  {ideal / U:.3f} u before rounding the coefficients, {achieved / U:.3f} u after")
    for name in sorted(coefficients):
        print(f"  {name} = {hexadecimal(coefficients[name]):20} {coefficients[name]: .9g}")


def tanh_core():
    # expm1(2r) = 2r + r^2 q(r), |r| <= ln2 / 4. In tanh = E / (E + 2) with E = 2^n (expm1(2r) + 1) - 1, an absolute
    # error of expm1(2r) counts 2^n * 2 / (E (E + 2)): for n = 0 that is near 1 / expm1(2r), for n = 1 below 3, and
    # less for larger n. r is negative only where n > 0.
    r = chebyshev_points(-np.log(2) / 4 - 1e-4, np.log(2) / 4 + 1e-4)
    e = np.expm1(2 * r)
    weight = np.maximum(np.where(r > 0, 1 / (np.abs(e) * (1 + e / 2)), 0), 3.0)
    return Problem(r, (e - 2 * r) / r**2, weight * r**2, range(5), [0], {"q0": 1.0}, [f"p{i}" for i in range(5)])


def sigmoid_core():
    # expm1(r) = r + r^2 p(r), |r| <= ln2 / 2, the error taken relative to exp(r).
    r = chebyshev_points(-np.log(2) / 2 - 1e-4, np.log(2) / 2 + 1e-4)
    return Problem(
        r, (np.expm1(r) - r) / r**2, r**2 / np.exp(r), range(5), [0], {"q0": 1.0}, [f"p{i}" for i in range(5)])


def gelu_tail():
    # M(a) = exp(a^2/2) Phi(-a), 0 <= a <= 13.27, as a rational function with M(0) = 1/2 exact. The result for x = -a is
    # -a Phi(-a). Relative accuracy counts where that is above 2^-8, absolute accuracy below, where 4 ulp are less than
    # the permitted 2^-30. A thousandth of the relative error keeps the far tail sensible.
    a = chebyshev_points(0, 13.27)
    f = 0.5 * erfcx(a / np.sqrt(2))
    g = 0.5 * a * erfc(a / np.sqrt(2))
    weight = (np.where(a < 1e-3, 1.0, g / np.maximum(g, 2.0**-8)) + 1e-3) / f
    order = ["q1", "p1", "q2", "p2", "p3", "q3", "q4", "p4"]
    return Problem(a, f, weight, range(5), range(5), {"p0": 0.5, "q0": 1.0}, order)


def main():
    show("tanh: expm1(2r) = 2r + r^2 (p0 + p1 r + ...)", tanh_core())
    show("sigmoid: expm1(r) = r + r^2 (p0 + p1 r + ...)", sigmoid_core())
    show("gelu: exp(a^2/2) Phi(-a) = (1/2 + p1 a + ...) / (1 + q1 a + ...)", gelu_tail())


if __name__ == "__main__":
    main()
