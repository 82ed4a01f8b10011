"""Values and derivatives of activation functions at some floats, to 17 digits, by mpmath: python3 activations.py > activations.csv"""

import random
import struct

from mpmath import cosh, erfc, exp, log1p, mp, mpf, pi, sign, sqrt, tanh

mp.dps = 60
ALPHA, SCALE = mpf("1.6732632423543772"), mpf("1.0507009873554805")
RATIONAL, FOURTH = mpf("1.7159"), mpf("1.41645")


def sigmoid(x):
    return 1 / (1 + exp(-x))


def softplus(x):
    return log1p(exp(x)) if x < 0 else x + log1p(exp(-x))


def phi(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def swish(alpha):
    return (
        lambda x: x * sigmoid(alpha * x),
        lambda x: sigmoid(alpha * x) * (1 + alpha * x * sigmoid(-alpha * x)),
    )


def rational(x):
    y = abs(2 * x / 3)
    return RATIONAL * sign(x) * (1 - 1 / (1 + y + y**2 + FOURTH * y**4))


def rational_slope(x):
    y = abs(2 * x / 3)
    return RATIONAL * 2 / 3 * (1 + 2 * y + 4 * FOURTH * y**3) / (1 + y + y**2 + FOURTH * y**4) ** 2


def inside(x, low, high, slope):
    return slope if low < x < high else mpf(0)


SECH2 = lambda x: 1 / cosh(x) ** 2
FUNCTIONS = {
    "tanh": (tanh, SECH2),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
    "relu": (lambda x: max(x, 0), lambda x: inside(x, 0, mp.inf, mpf(1))),
    "leakyrelu": (lambda x: x if x > 0 else x / 100, lambda x: mpf(1) if x > 0 else mpf("0.01")),
    "elu": (lambda x: x if x > 0 else mp.expm1(x), lambda x: mpf(1) if x > 0 else exp(x)),
    "selu": (
        lambda x: SCALE * (x if x > 0 else ALPHA * mp.expm1(x)),
        lambda x: SCALE * (mpf(1) if x > 0 else ALPHA * exp(x)),
    ),
    "softplus": (softplus, sigmoid),
    "softsign": (lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2),
    "swish": swish(1),
    "gelu": swish(mpf("1.702")),
    "mish": (
        lambda x: x * tanh(softplus(x)),
        lambda x: tanh(softplus(x)) + x * sigmoid(x) * SECH2(softplus(x)),
    ),
    "exactGelu": (
        lambda x: x * phi(x),
        lambda x: phi(x) + x * exp(-x * x / 2) / sqrt(2 * pi),
    ),
    "hardsigmoid": (lambda x: min(1, max(0, x / 5 + mpf(1) / 2)), lambda x: inside(x, -2.5, 2.5, mpf(1) / 5)),
    "hardtanh": (lambda x: min(1, max(-1, x)), lambda x: inside(x, -1, 1, mpf(1))),
    "relu6": (lambda x: min(6, max(0, x)), lambda x: inside(x, 0, 6, mpf(1))),
    "thresholdedrelu": (lambda x: x if x > 1 else mpf(0), lambda x: inside(x, 1, mp.inf, mpf(1))),
    "cube": (lambda x: x**3, lambda x: 3 * x**2),
    "rectifiedtanh": (lambda x: tanh(x) if x > 0 else mpf(0), lambda x: SECH2(x) if x > 0 else mpf(0)),
    "rationaltanh": (rational, rational_slope),
}


def floats():
    """Zero, subnormals, all magnitudes, edges, zeros of derivatives, where exponentials overflow, and the tails."""
    sides = [1e-45, 1e-41, 1e-38, 1e-30, 1e-20, 1e-12, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 2.8e-3, 0.01, 0.1, 0.3, 0.5]
    sides += [0.7109375, 0.7517915, 0.7517916, 0.75117, 0.99999, 1, 1.00001, 1.1924, 1.19246, 1.27846, 1.2784645, 1.5]
    sides += [2, 2.4999, 2.5, 2.50001, 3, 3.8, 4.5, 5, 5.9999, 6, 6.5, 8, 9.1, 10, 12, 13, 14, 14.3, 15, 16.7, 17, 18]
    sides += [20, 22, 25, 30, 37, 40, 43.4, 43.9, 45, 48, 50, 51.9, 55, 60, 70, 80, 86.9, 87.2, 87.5, 88.5, 89, 90, 93]
    sides += [95, 98, 99.5, 100]
    rng = random.Random(1)
    sides += [rng.uniform(0, 100) for _ in range(20)] + [abs(rng.gauss(0, 2)) for _ in range(16)]
    for value in sides[:127]:
        rounded = struct.unpack("f", struct.pack("f", value))[0]
        yield rounded
        yield -rounded
    yield 0.0


print("function,x,value,derivative")
for name, (value, slope) in FUNCTIONS.items():
    for x in floats():
        at = mpf(x)
        print(f"{name},{x!r},{mp.nstr(mpf(value(at)), 17)},{mp.nstr(mpf(slope(at)), 17)}")
