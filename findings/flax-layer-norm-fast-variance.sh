#!/usr/bin/env bash
# Flax 0.12.8 (JAX 0.10.2, CPU): LayerNorm with its defaults puts out -1500 ... 1500 for the row 10000 ... 10003.
# Guess before: the result of the definition, (x - mean) / sqrt(variance + epsilon), to a few digits: -1.342 ... 1.342.
# Seen: use_fast_variance is true by default and takes E[x^2] - E[x]^2 in float32, which is 0 here, so that the row is
# divided by sqrt(epsilon) = 0.001. BatchNorm's running variance of N(1000, 1) is off by 6 % for the same reason.
# With use_fast_variance=False both are right. Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install flax==0.12.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import jax, numpy as np
import flax.linen as nn

row = np.array([[10000, 10001, 10002, 10003]], np.float32)
right = (row - row.mean()) / row.std()
fast, exact = (nn.LayerNorm(use_fast_variance=f).apply(nn.LayerNorm().init(jax.random.key(0), row), row) for f in (True, False))
default = nn.LayerNorm().apply(nn.LayerNorm().init(jax.random.key(0), row), row)
print("by definition", right.ravel(), "default", default.ravel(), "use_fast_variance=False", exact.ravel())

rows = (np.random.RandomState(0).randn(100000, 1) + 1000).astype(np.float32)
variances = []
for f in (True, False):
    norm = nn.BatchNorm(use_running_average=False, momentum=0.0, use_fast_variance=f)
    _, state = norm.apply(norm.init(jax.random.key(0), rows), rows, mutable=["batch_stats"])
    variances.append(float(state["batch_stats"]["var"][0]))
print("variance of N(1000, 1), 100,000 rows:", rows.astype(np.float64).var(), "default", variances[0], "use_fast_variance=False", variances[1])

seen = np.allclose(default, [[-1500, -500, 500, 1500]], rtol=0.01) and np.array_equal(fast, default)
seen &= np.allclose(exact, right, rtol=1e-4) and abs(variances[0] - 1) > 0.03 and abs(variances[1] - 0.9947) < 1e-3
raise SystemExit(0 if seen else "no longer so")
PYTHON
