#!/usr/bin/env bash
# Optax 0.2.8: a linear (or polynomial) schedule over 0 steps stays at its start instead of being at its end.
# Guess before: linear_schedule(0, 1, transition_steps=0) is 1 from the first step on, as a warm-up of length 0 means.
# Seen: it is 0 for ever, so that a warm-up whose length was computed to be 0 steps trains nothing; no exception, no warning
# (a line on the info level of the log). warmup_cosine_decay_schedule with warmup_steps=0 starts at its peak.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install optax==0.2.8 jax==0.10.2 jaxlib==0.10.2
"$folder/venv/bin/python" -W error::UserWarning - <<'PYTHON'
import jax.numpy as jnp
import optax

linear = [float(optax.linear_schedule(0.0, 1.0, transition_steps=0)(step)) for step in (0, 1, 1000)]
polynomial = [float(optax.polynomial_schedule(1.0, 0.1, 2, transition_steps=0)(step)) for step in (0, 1, 1000)]
joined = [float(optax.warmup_cosine_decay_schedule(0.0, 1.0, warmup_steps=0, decay_steps=10)(step)) for step in (0, 1)]
update, _ = (o := optax.sgd(optax.linear_schedule(0.0, 1.0, 0))).update(jnp.ones(1), o.init(jnp.ones(1)))
print("linear 0 to 1:", linear, "polynomial 1 to 0.1:", polynomial, "warmup_cosine:", joined, "update by SGD:", update)
seen = linear == [0, 0, 0] and polynomial == [1, 1, 1] and joined[0] == 1 and float(update[0]) == 0
raise SystemExit(0 if seen else "no longer so")
PYTHON
