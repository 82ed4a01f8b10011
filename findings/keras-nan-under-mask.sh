#!/usr/bin/env bash
# Keras 3.15.1 (JAX 0.10.2): NaN in steps that a mask leaves out doesn't reach an LSTM's outputs, but makes all of its gradients NaN.
# Guess before: what a mask leaves out has no part in either.
# Seen: outputs equal to the bit, every gradient NaN: masked steps are computed and then selected away, and the derivative of what isn't
# selected is 0 * NaN. A recorder that marks missing steps with NaN trains to NaN parameters although the loss is finite.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
KERAS_BACKEND=jax "$folder/venv/bin/python" - <<'PYTHON'
import jax
import jax.numpy as jnp
import keras
import numpy as np

mask = np.array([[True, True, True], [True, True, False]])
zeros = np.where(mask[:, :, None], np.sin(np.arange(12.0)).reshape(2, 3, 2), 0).astype(np.float32)
nans = np.where(mask[:, :, None], zeros, np.nan).astype(np.float32)
layer = keras.layers.LSTM(3)
layer.build(zeros.shape)
weights = [v.value for v in layer.trainable_variables]
others = [v.value for v in layer.non_trainable_variables]


def loss(weights, x):
    return jnp.sum(layer.stateless_call(weights, others, x, mask=mask)[0] ** 2)


losses = [float(loss(weights, x)) for x in (zeros, nans)]
gradients = [[float(jnp.abs(g).max()) for g in jax.grad(loss)(weights, x)] for x in (zeros, nans)]
print("losses", losses, "largest gradients with zeros", gradients[0], "with NaN under the mask", gradients[1])
seen = losses[0] == losses[1] and np.isfinite(gradients[0]).all() and np.isnan(gradients[1]).all()
raise SystemExit(0 if seen else "no longer so")
PYTHON
