"""Prints what BaselinesTest expects: scikit-learn's dummy estimators and pandas' exponential smoothing on small data.

    python3 baselines.py        # scikit-learn 1.9.1, pandas 3.1.1, numpy 2.4.6

The data are formulas, so that the test makes the same.
"""
import numpy as np
import pandas as pd
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import accuracy_score, log_loss, mean_absolute_error, mean_squared_error


def classes(count):
    return np.array([(i * i + i // 3) % 4 for i in range(count)])


def numbers(count):
    return np.array([[np.sin(i) + i / 40, (i * 7 % 11) ** 2 / 10] for i in range(count)])


def show(what, **values):
    print(what, *(f"{name}={float(value)!r}" for name, value in values.items()))


X = np.zeros((100, 1))
c = classes(100)
weights = np.array([1 + i % 3 for i in range(100)], float)
for what, weight in (("classes", np.ones(100)), ("weighted classes", weights)):
    guess = DummyClassifier(strategy="prior").fit(X[:70], c[:70], sample_weight=weight[:70])
    probability = guess.predict_proba(X)
    show(
        what,
        training=log_loss(c[:70], probability[:70], sample_weight=weight[:70], labels=range(4)),
        validation=log_loss(c[70:], probability[70:], sample_weight=weight[70:], labels=range(4)),
        accuracy=accuracy_score(c[70:], guess.predict(X[70:]), sample_weight=weight[70:]),
    )

n = numbers(100)
guess = DummyRegressor(strategy="mean").fit(X[:70], n[:70]).predict(X)
show(
    "mean",
    training=mean_squared_error(n[:70], guess[:70]),
    validation=mean_squared_error(n[70:], guess[70:]),
    mae=mean_absolute_error(n[70:], guess[70:]),
)
guess = DummyRegressor(strategy="median").fit(X[:70], n[:70]).predict(X)
show("median", training=mean_absolute_error(n[:70], guess[:70]), validation=mean_absolute_error(n[70:], guess[70:]))

# keys per step: two sequences of 5 steps and one of 3 for training, one of 4 for validation
keys = np.array([[(i % 2), (i * i % 3 == 1), (i % 5 > 2)] for i in range(17)], float)
share = keys[:13].mean(axis=0)
nll = lambda part: -(part * np.log(share) + (1 - part) * np.log(1 - share)).sum(axis=1).mean()
show("keys", training=nll(keys[:13]), validation=nll(keys[13:]))

# standard error of the mean difference, rows in 40 blocks of 1, and of 100 rows in 50 blocks of 2
a, b = n[:40, 0], n[:40, 1]
show("noise of 40", gain=(b - a).mean(), noise=(b - a).std(ddof=1) / np.sqrt(40))
blocks = (n[:, 1] - n[:, 0]).reshape(50, 2).mean(axis=1)
show("noise of 100", gain=blocks.mean(), noise=blocks.std(ddof=1) / np.sqrt(50))

# a series with a season of 12, four fifths of it for training; what is said at t of t + 3
t = np.arange(240)
y = np.round(10 * np.sin(2 * np.pi * t / 12) + t / 20 + 3 * np.sin(7.3 * t), 3)
train = 192
mean, deviation = y[:train].mean(), y[:train].std()
origins = np.arange(train, 240 - 3)


def error(said):
    return (((y[origins + 3] - said[origins]) / deviation) ** 2).mean()


season = lambda t: y[t + 3 - 12]
lag = lambda m: ((y[m:train] - y[: train - m]) ** 2).mean()
candidates = [m for m in range(2, train // 3 + 1) if lag(m) < lag(m - 1) and lag(m) < lag(m + 1)]
alphas = [round(0.05 * i, 2) for i in range(1, 20)]
levels = {alpha: pd.Series(y).ewm(alpha=alpha, adjust=False).mean().to_numpy() for alpha in alphas}
fit = {alpha: ((y[3:train] - levels[alpha][: train - 3]) ** 2).sum() for alpha in alphas}
alpha = min(alphas, key=fit.get)
show(
    "series",
    season=min(candidates, key=lag),
    alpha=alpha,
    mean=error(np.full(240, mean)),
    persistence=error(y),
    seasonal=error(np.array([y[max(0, i + 3 - 12)] if i + 3 < 240 else 0 for i in t])),
    smoothing=error(levels[alpha]),
)
