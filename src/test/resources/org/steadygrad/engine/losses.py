"""Writes losses.json: losses by their definitions and, as their gradient, central differences, all with 80 digits.

    python3 losses.py

Each case has the logits of 6 rows, which a test may also take for 2 sequences of 3 steps; numbers are exact in float32, so
that a small gradient is small because of the loss and not because of rounding. `value` is the sum over rows, `gradient` its
derivative by the logits. `mask` has a weight for each row or for each element. `absolute` is the error that float32 may make
where labels and probabilities cancel, `fallback` says that only an engine that runs DL4J's layers must offer the loss.
"""
import json
import math
import os
from decimal import Decimal as D, getcontext

getcontext().prec = 80
STEP = D(10) ** -25

CERTAIN = [[1.9375, -0.609375, -2.0625], [40, -40, 0.5], [0, 20, -20], [12, 0, -0.25], [-3, 100, 0], [0.25, 0.25, 0.25]]
PLAIN = [[1.5, -0.625, 0.125], [-1.25, 0.5, 2], [0.375, 0.75, -2.5], [1.125, -0.25, 0.5], [-0.875, 2.25, 1], [0.25, -1.5, 0.625]]
POSITIVE = [[abs(x) + 0.25 for x in row] for row in PLAIN]
OVERCONFIDENT = [[12, -12, 14], [16, -16, 20], [40, -40, 100], [-14, -20, -100], [0, 0.5, -0.5], [17, 18, -17]]
ONE_HOT = [[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 1, 0]]
CLASSES = [[row.index(1)] for row in ONE_HOT]
ZEROS = [[0, 0, 0]] * 6
BITS = [[0, 1, 0], [0, 1, 0], [0, 1, 1], [1, 0, 1], [0, 1, 1], [1, 1, 0]]
SOFT = [[0.5, 0.25, 0.25], [0.25, 0.5, 1.5], [0.125, 0, 0.75], [2, 1, 0.5], [0, 0, 0], [0.0625, 0.125, 0.25]]
DISTRIBUTIONS = [[0.5, 0.25, 0.25], [0.125, 0.75, 0.125], [1, 0, 0], [0, 0.5, 0.5], [0.25, 0.25, 0.5], [0.375, 0.5, 0.125]]
SIGNS = [[2 * y - 1 for y in row] for row in BITS]
NUMBERS = [[0.5, -1.75, 2], [3, 0.25, -0.5], [-2.25, 1, 1.5], [0.125, 2.5, -3], [1, -0.375, 0.75], [-1.5, 0.875, 2.125]]
COUNTS = [[1, 3, 2], [2, 1, 5], [4, 1, 1], [1, 2, 3], [7, 1, 2], [1, 1, 4]]
FAR = [[20, -20, 0.5], [-20, 20, 1], [12, -12, 14], [-100, 0.25, 100], [17, -16, -0.5], [0.75, 18, -14]]
TINY = [[x * 2**-30 for x in row] for row in PLAIN]
HUGE = [[x * 2**66 for x in row] for row in PLAIN]
SOME_COUNTS = [[0, 3, 2], [0, 1, 5], [4, 0, 0], [0, 2, 3], [7, 0, 2], [1, 1, 0]]
# two distributions of two labels: shares, logarithms of deviations, means
DENSITIES = [[0.5, -0.25, 0, 0.5, 1, -1, 0.25, 2], [0, 0, -2, -1, 3, 0.5, -0.5, 1], [20, -20, 0.5, 0.25, 4, 4, -40, 0],
             [-3, 3, 1.5, -3, 60, -60, 60, -60], [0.25, 0.5, 3, -0.5, 0, 0, 1, 1], [1, 0, 0, -4, 0.125, 2, 0.5, 0.25]]
POINTS = [[0.75, -0.5], [-0.5, 1.125], [-40.5, 0.25], [-60, 60], [1, 1], [0.5, 0.25]]
ROWS = [1, 0, 0.5, 2, 1, 0.25]
ELEMENTS = [[1, 0, 0.5], [0, 0, 0], [2, 1, 1], [0.25, 0, 3], [1, 1, 1], [0, 0.5, 0]]
CLASS_WEIGHTS = [0.5, 2, 1.25]


def sigmoid(x):
    return 1 / (1 + (-x).exp())


def each(f):
    return lambda row: [f(x) for x in row]


def softmax(row):
    top = max(row)
    powers = [(x - top).exp() for x in row]
    return [p / sum(powers) for p in powers]


ACTIVATIONS = {
    "IDENTITY": each(lambda x: x), "SIGMOID": each(sigmoid), "TANH": each(lambda x: 2 * sigmoid(2 * x) - 1),
    "SOFTPLUS": each(lambda x: (1 + x.exp()).ln()), "RELU": each(lambda x: max(D(0), x)), "SOFTMAX": softmax}


def sign(x):
    return (x > 0) - (x < 0)


def positive(x):
    return max(D(0), x)


# the loss of each output, of labels y and outputs o with `n` columns
BY_ELEMENT = {
    "MCXENT": lambda y, o, n: -y * o.ln() if y else D(0),
    "XENT": lambda y, o, n: -(y * o.ln() if y else 0) - ((1 - y) * (1 - o).ln() if y != 1 else 0),
    "MSE": lambda y, o, n: (o - y) ** 2 / n, "L2": lambda y, o, n: (o - y) ** 2,
    "MEAN_ABSOLUTE_ERROR": lambda y, o, n: abs(o - y) / n, "L1": lambda y, o, n: abs(o - y),
    "MEAN_ABSOLUTE_PERCENTAGE_ERROR": lambda y, o, n: 100 * abs((y - o) / y) / n,
    "MEAN_SQUARED_LOGARITHMIC_ERROR": lambda y, o, n: ((o + 1) / (y + 1)).ln() ** 2 / n,
    "POISSON": lambda y, o, n: o - y * o.ln() if y else o, "KL_DIVERGENCE": lambda y, o, n: y * (y / o).ln() if y else D(0),
    "HINGE": lambda y, o, n: positive(1 - y * o), "SQUARED_HINGE": lambda y, o, n: positive(1 - y * o) ** 2,
    "WASSERSTEIN": lambda y, o, n: y * o / n}


def cosine(labels, outputs):
    dot = sum(y * o for y, o in zip(labels, outputs))
    return -dot / (sum(y * y for y in labels).sqrt() * sum(o * o for o in outputs).sqrt())


def multi_label(labels, outputs):
    present = [o for y, o in zip(labels, outputs) if y]
    absent = [o for y, o in zip(labels, outputs) if not y]
    pairs = [(a - p).exp() for p in present for a in absent]
    return sum(pairs) / len(pairs) if pairs else D(0)


PI = D("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798")


def mixture_density(labels, outputs):
    mixtures = len(outputs) // (len(labels) + 2)
    shares, logs, means = softmax(outputs[:mixtures]), outputs[mixtures:2 * mixtures], outputs[2 * mixtures:]
    likelihood = D(0)
    for k in range(mixtures):
        part = shares[k]
        for j, y in enumerate(labels):
            deviation = logs[k].exp()
            part *= (-(y - means[k * len(labels) + j]) ** 2 / (2 * deviation**2)).exp() / (deviation * (2 * PI).sqrt())
        likelihood += part
    return -likelihood.ln()


# losses of this toolkit, by logits or outputs, with settings and weights of outputs
def softmax_loss(labels, logits, weights, smoothing, focusing):
    smooth = [(1 - smoothing) * y + smoothing * sum(labels) / len(labels) for y in labels]
    return sum(-w * y * (1 - p) ** focusing * p.ln() for w, y, p in zip(weights, smooth, softmax(logits)) if w * y)


def sigmoid_loss(labels, logits, weights, smoothing, focusing, positive, negative):
    total = D(0)
    for w, y, x in zip(weights, labels, logits):
        y, p, q = (1 - smoothing) * y + smoothing / 2, sigmoid(x), sigmoid(-x)
        total -= w * (positive * y * q**focusing * p.ln() + negative * (1 - y) * p**focusing * q.ln())
    return total


def huber(labels, outputs, weights, delta):
    errors = [abs(o - y) for y, o in zip(labels, outputs)]
    return sum(w * (e * e / 2 if e <= delta else delta * (e - delta / 2)) for w, e in zip(weights, errors)) / len(errors)


def pinball(labels, outputs, weights, *quantiles):
    n = len(quantiles)
    below = [labels[i // n] - o for i, o in enumerate(outputs)]
    return weights[0] * sum(max(quantiles[i % n] * b, (quantiles[i % n] - 1) * b) for i, b in enumerate(below)) / len(outputs)


def negative_binomial(labels, outputs, weights, r):
    total = D(0)
    for w, y, x in zip(weights, labels, outputs):
        constant = D(math.lgamma(r) + math.lgamma(y + 1) - math.lgamma(r + y))
        total += w * ((r + y) * (r + x.exp()).ln() - r * r.ln() - y * x + constant)
    return total / len(outputs)


WITH_SETTINGS = {"SOFTMAX_LOSS": softmax_loss, "SIGMOID_LOSS": sigmoid_loss, "HUBER": huber, "PINBALL": pinball,
                 "NEGATIVE_BINOMIAL": negative_binomial}
BY_LOGITS = ("SOFTMAX_LOSS", "SIGMOID_LOSS")

BY_ROW = {"COSINE_PROXIMITY": cosine, "MULTI_LABEL": multi_label, "MIXTURE_DENSITY": mixture_density}


def of_row(loss, activation, logits, labels, weights, settings):
    outputs = ACTIVATIONS[activation](logits)
    if loss in WITH_SETTINGS:
        return WITH_SETTINGS[loss](labels, logits if loss in BY_LOGITS else outputs, weights, *decimals(settings))
    if loss in BY_ROW:
        return weights[0] * BY_ROW[loss](labels, outputs) if weights[0] else D(0)
    return sum((w * BY_ELEMENT[loss](y, o, len(logits)) for w, y, o in zip(weights, labels, outputs) if w), D(0))


def decimals(row):
    return [D(x) for x in row]


def case(name, loss, activation, logits, labels, mask=None, weights=None, sparse=False, absolute=0, fallback=False, settings=()):
    value = D(0)
    gradient = []
    for i, row in enumerate(logits):
        columns = len(row)
        own = [D(1)] * columns if mask is None else decimals(mask[i] if isinstance(mask[i], list) else [mask[i]] * columns)
        own = [a * D(b) for a, b in zip(own, weights or [1] * columns)]
        wanted = decimals([int(k == labels[i][0]) for k in range(columns)] if sparse else labels[i])
        row = decimals(row)
        at = lambda shift, k: of_row(loss, activation, row[:k] + [row[k] + shift] + row[k + 1:], wanted, own, settings)
        value += of_row(loss, activation, row, wanted, own, settings)
        gradient.append([float((at(STEP, k) - at(-STEP, k)) / (2 * STEP)) for k in range(columns)])
    known = {"name": name, "loss": "SPARSE_MCXENT" if sparse else loss, "activation": activation, "logits": logits,
             "labels": labels, "value": float(value), "gradient": gradient, "absolute": absolute, "fallback": fallback}
    known.update({k: v for k, v in (("mask", mask), ("weights", weights), ("settings", settings or None)) if v is not None})
    return known


def cases():
    tail = 1e-6
    for mask, words in ((None, ""), (ROWS, ", rows weighted")):
        for logits, where in ((CERTAIN, "certain"), (PLAIN, "plain")):
            yield case(f"classes, {where}{words}", "MCXENT", "SOFTMAX", logits, ONE_HOT, mask)
            yield case(f"numbers of classes, {where}{words}", "MCXENT", "SOFTMAX", logits, CLASSES, mask, sparse=True)
            yield case(f"labels of any sum, {where}{words}", "MCXENT", "SOFTMAX", logits, SOFT, mask, absolute=tail)
            yield case(f"two of each class, {where}{words}", "MCXENT", "SOFTMAX", logits, [[2 * y for y in r] for r in ONE_HOT], mask)
            yield case(f"class weights, {where}{words}", "MCXENT", "SOFTMAX", logits, ONE_HOT, mask, CLASS_WEIGHTS, fallback=True)
            yield case(f"divergence, {where}{words}", "KL_DIVERGENCE", "SOFTMAX", logits, DISTRIBUTIONS, mask, absolute=tail, fallback=True)
    for mask, words in ((None, ""), (ROWS, ", rows weighted"), (ELEMENTS, ", outputs weighted")):
        for logits, where in ((OVERCONFIDENT, "overconfident"), (PLAIN, "plain")):
            yield case(f"bits all 0, {where}{words}", "XENT", "SIGMOID", logits, ZEROS, mask)
            yield case(f"bits, {where}{words}", "XENT", "SIGMOID", logits, BITS, mask)
            yield case(f"soft bits, {where}{words}", "XENT", "SIGMOID", logits, DISTRIBUTIONS, mask, absolute=tail)
            yield case(f"bits, outputs' weights, {where}{words}", "XENT", "SIGMOID", logits, BITS, mask, CLASS_WEIGHTS, fallback=True)
        for loss in ("MSE", "L2", "MEAN_ABSOLUTE_ERROR", "L1"):
            for f in ("IDENTITY", "SIGMOID", "TANH"):
                yield case(f"{loss} of {f}{words}", loss, f, PLAIN, NUMBERS, mask, absolute=tail)
            yield case(f"{loss}, outputs' weights{words}", loss, "TANH", PLAIN, NUMBERS, mask, CLASS_WEIGHTS, absolute=tail, fallback=True)
        for loss, f, logits, labels in (
                ("MEAN_ABSOLUTE_PERCENTAGE_ERROR", "TANH", PLAIN, NUMBERS), ("MEAN_SQUARED_LOGARITHMIC_ERROR", "SIGMOID", PLAIN, COUNTS),
                ("POISSON", "SOFTPLUS", PLAIN, COUNTS), ("POISSON", "IDENTITY", POSITIVE, COUNTS), ("HINGE", "TANH", PLAIN, SIGNS),
                ("SQUARED_HINGE", "IDENTITY", PLAIN, SIGNS), ("WASSERSTEIN", "TANH", PLAIN, NUMBERS),
                ("KL_DIVERGENCE", "SIGMOID", PLAIN, [[0.25 + y / 4 for y in r] for r in BITS]),
                ("MSE", "SOFTMAX", PLAIN, DISTRIBUTIONS)):
            yield case(f"{loss} of {f}{words}", loss, f, logits, labels, mask, absolute=tail, fallback=True)
        if mask != ELEMENTS:
            yield case(f"COSINE_PROXIMITY{words}", "COSINE_PROXIMITY", "TANH", PLAIN, NUMBERS, mask, absolute=tail, fallback=True)
            yield case(f"MULTI_LABEL{words}", "MULTI_LABEL", "TANH", PLAIN, BITS, mask, absolute=tail, fallback=True)
    # regions in which float32 or DL4J's own bounds lose the gradient
    for mask, words in ((None, ""), (ROWS, ", rows weighted"), (ELEMENTS, ", outputs weighted")):
        for loss, f, logits, labels in (
                ("KL_DIVERGENCE", "SIGMOID", OVERCONFIDENT, DISTRIBUTIONS), ("MCXENT", "SIGMOID", OVERCONFIDENT, ONE_HOT),
                ("POISSON", "SOFTPLUS", FAR, SOME_COUNTS), ("POISSON", "RELU", [[abs(x) if y else x for x, y in zip(*r)] for r in zip(PLAIN, SOME_COUNTS)], SOME_COUNTS),
                ("MEAN_SQUARED_LOGARITHMIC_ERROR", "SOFTPLUS", FAR, SOME_COUNTS), ("MEAN_ABSOLUTE_PERCENTAGE_ERROR", "IDENTITY", FAR, NUMBERS),
                ("HINGE", "IDENTITY", FAR, SIGNS), ("SQUARED_HINGE", "IDENTITY", FAR, SIGNS), ("WASSERSTEIN", "IDENTITY", HUGE, NUMBERS)):
            # a double is 1 where a sigmoid lacks less than 1e-16 to it
            yield case(f"far out, {loss} of {f}{words}", loss, f, logits, labels, mask, absolute=1e-16, fallback=True)
        for loss in ("MSE", "L2", "MEAN_ABSOLUTE_ERROR", "L1"):
            yield case(f"huge errors, {loss}{words}", loss, "IDENTITY", HUGE, NUMBERS, mask)
        for loss, f, labels in (("MEAN_ABSOLUTE_PERCENTAGE_ERROR", "TANH", NUMBERS), ("MEAN_SQUARED_LOGARITHMIC_ERROR", "SIGMOID", COUNTS)):
            yield case(f"{loss}, outputs' weights{words}", loss, f, PLAIN, labels, mask, CLASS_WEIGHTS, absolute=tail, fallback=True)
    for mask, words in ((None, ""), (ROWS, ", rows weighted")):
        for logits, where in ((TINY, "tiny"), (HUGE, "huge")):
            yield case(f"COSINE_PROXIMITY, {where}{words}", "COSINE_PROXIMITY", "IDENTITY", logits, NUMBERS, mask, fallback=True)
        yield case(f"MULTI_LABEL, far out{words}", "MULTI_LABEL", "IDENTITY", [[x if abs(x) < 50 else x / 4 for x in r] for r in FAR], BITS, mask, fallback=True)
        yield case(f"MIXTURE_DENSITY{words}", "MIXTURE_DENSITY", "IDENTITY", DENSITIES, POINTS, mask, fallback=True)
        yield case(f"MIXTURE_DENSITY of TANH{words}", "MIXTURE_DENSITY", "TANH", [[x / 16 for x in r] for r in DENSITIES], POINTS, mask, absolute=tail, fallback=True)
    for mask, words in ((None, ""), (ROWS, ", rows weighted")):
        for logits, where in ((CERTAIN, "certain"), (PLAIN, "plain")):
            for settings, weights, what in (
                    ((0.125, 0), None, "smoothing"), ((0.125, 0), CLASS_WEIGHTS, "smoothing and weights"), ((0, 0), CLASS_WEIGHTS, "weights"),
                    ((0, 2), None, "focus"), ((0, 0.5), [0.5, 0, 1.25], "a focus of a half"), ((0.25, 2), CLASS_WEIGHTS, "focus, smoothing and weights")):
                for labels, kind in ((ONE_HOT, "classes"), (SOFT, "labels of any sum")):
                    yield case(f"{kind} with {what}, {where}{words}", "SOFTMAX_LOSS", "SOFTMAX", logits, labels, mask, weights, settings=settings,
                               absolute=tail if kind != "classes" or settings[0] else 0)
        for f in ("IDENTITY", "TANH"):
            yield case(f"pinball of {f}{words}", "PINBALL", f, PLAIN, [[r[0] + 0.0625] for r in NUMBERS], mask, settings=(0.125, 0.5, 0.75), absolute=tail)
        yield case(f"pinball of two labels{words}", "PINBALL", "IDENTITY", DENSITIES, [[y + 0.0625 for y in r[:2]] for r in NUMBERS], mask, settings=(0.0625, 0.25, 0.5, 0.9375))
    for mask, words in ((None, ""), (ROWS, ", rows weighted"), (ELEMENTS, ", outputs weighted")):
        for logits, where in ((OVERCONFIDENT, "overconfident"), (PLAIN, "plain")):
            for settings, what in (
                    ((0, 0, 3, 1), "a weight of on"), ((0.125, 0, 1, 1), "smoothing"), ((0, 2, 0.25, 0.75), "focus"),
                    ((0, 0.5, 1, 0), "a focus of a half on what is on"), ((0.25, 2, 2, 0.5), "all of it")):
                for labels, kind in ((BITS, "bits"), (ZEROS, "bits all 0"), (DISTRIBUTIONS, "soft bits")):
                    yield case(f"{kind} with {what}, {where}{words}", "SIGMOID_LOSS", "SIGMOID", logits, labels, mask, settings=settings,
                               absolute=tail if kind == "soft bits" or settings[0] else 0)
        for f in ("IDENTITY", "TANH"):
            for delta in (0.5, 1, 2):
                yield case(f"huber from {delta} of {f}{words}", "HUBER", f, PLAIN, NUMBERS, mask, settings=(delta,), absolute=tail)
            yield case(f"negative binomial of {f}{words}", "NEGATIVE_BINOMIAL", f, PLAIN, SOME_COUNTS, mask, settings=(2.5,), absolute=tail)
        yield case(f"huge errors, huber{words}", "HUBER", "IDENTITY", HUGE, NUMBERS, mask, settings=(0.5,))
        yield case(f"far out, negative binomial{words}", "NEGATIVE_BINOMIAL", "IDENTITY", [[x / 2 for x in r] for r in FAR], SOME_COUNTS, mask, settings=(0.25,), absolute=1e-12)


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "losses.json"), "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(c) for c in cases()) + "\n]\n")
