#!/usr/bin/env bash
# Keras 3.15.1 (JAX 0.10.2): evaluate() of masked sequences says another loss for every batch size; its metrics don't.
# Guess before: loss and metric "mse" of a model compiled with loss "mse" are one number, the mean over the steps that count.
# Seen: 7.30, 6.27 and 6.01 with batches of 1, 2 and 3 (three sequences of 6, 3 and 1 steps); the metric is 6.01 each time. The
# loss is a mean over the steps of each batch, then over examples, so that a step of a short sequence weighs more, and how
# much depends on its batch mates. So does the gradient of fit(). Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
KERAS_BACKEND=jax "$folder/venv/bin/python" - <<'PYTHON'
import keras
import numpy as np

steps = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0], [1, 0, 0, 0, 0, 0]], bool)
x = np.where(steps[:, :, None], np.linspace(-1, 1, 36).reshape(3, 6, 2), 9).astype(np.float32)
y = (3 * np.sin(np.arange(18.0) ** 2)).reshape(3, 6, 1).astype(np.float32)
inputs = keras.Input((6, 2))
masked = keras.layers.Masking(mask_value=9.0)(inputs)
outputs = keras.layers.Dense(1)(keras.layers.LSTM(3, return_sequences=True)(masked))
model = keras.Model(inputs, outputs)
model.set_weights([np.cos(np.arange(w.size)).reshape(w.shape) for w in model.get_weights()])
model.compile("sgd", "mse", metrics=["mse"])
by_hand = ((model.predict(x, verbose=0) - y) ** 2)[steps].mean()
results = [model.evaluate(x, y, batch_size=size, verbose=0, return_dict=True) for size in (1, 2, 3)]
losses, metrics = ([r[key] for r in results] for key in ("loss", "mse"))
print("mean over all steps by numpy", by_hand, "loss with batches of 1, 2, 3:", losses, "metric mse:", metrics)
seen = np.allclose(metrics, by_hand, rtol=1e-4) and np.isclose(losses[2], by_hand, rtol=1e-4)
seen &= abs(losses[0] - by_hand) > 0.02 * by_hand and abs(losses[0] - losses[1]) > 0.01 * by_hand
raise SystemExit(0 if seen else "no longer so")
PYTHON
