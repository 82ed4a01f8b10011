#!/usr/bin/env bash
# scikit-learn 1.9.1: log_loss of the same probabilities depends on the array's data type.
# Guess before: 0 and 1 are exact in every float type, so float64, float32 and float16 give one number (or infinity).
# Seen: 18.02, 7.97 and 3.46, since probabilities are clipped by the type's own epsilon. A float32 network that is surely wrong looks
# 2.3 times better than its copy in float64; losses of two tools compare only if their outputs have one type. Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install scikit-learn==1.9.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from sklearn.metrics import log_loss

probabilities = np.array([[1.0, 0.0], [0.0, 1.0]])  # the second row is wrong
losses = [log_loss([0, 0], probabilities.astype(t), labels=[0, 1]) for t in (np.float64, np.float32, np.float16)]
print("float64, float32, float16:", losses)
raise SystemExit(0 if np.allclose(losses, [18.0218, 7.9712, 3.4648], atol=1e-3) else "no longer so")
PYTHON
