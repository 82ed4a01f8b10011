"""Writes torch.json beside it: where PyTorch's optimisers take eight parameters, in double.

Needs torch (CPU). Use: python make.py

Parameter i of a case with start begins at (i - 3) / 4, others at 0, so that what was moved is known to all digits of a
float. In step t, counted from 0, its gradient is the float nearest to size[i] * ((7 t + 3 i) mod 11 - 5) / 4; that of
parameter 6 begins at step 5, and that of parameter 7 is 0.5 or -0.5 in turn. Where rates are halved, that happens after
every three steps. moved[t] is parameter minus start after t steps.
"""
import json
import pathlib

import numpy as np
import torch

SIZES = [1, 1e-8, 1e-12, 0, 1e4, 1e15, 1, 1]
KEPT = [1, 2, 3, 7, 20, 300]


def gradient(t):
    g = np.array([size * ((7 * t + 3 * i) % 11 - 5) / 4 for i, size in enumerate(SIZES)])
    g[6] = g[6] if t >= 5 else 0
    g[7] = 0.5 if t % 2 == 0 else -0.5
    return g.astype(np.float32).astype(np.float64)


def case(rule, cls, halved=False, start=False, **settings):
    begin = np.array([(i - 3) / 4 if start else 0.0 for i in range(8)])
    p = torch.nn.Parameter(torch.tensor(begin, dtype=torch.float64))
    optimiser = cls([p], **settings)
    moved = {}
    for t in range(KEPT[-1]):
        optimiser.param_groups[0]["lr"] = settings["lr"] * (0.5 ** (t // 3) if halved else 1)
        p.grad = torch.tensor(gradient(t))
        optimiser.step()
        if t + 1 in KEPT:
            moved[t + 1] = [float(f"{v:.9g}") for v in (p.detach().numpy() - begin)]
    return {"rule": rule, "halved": halved, "start": start, "settings": settings, "moved": moved}


O = torch.optim
CASES = [
    case("sgd", O.SGD, lr=0.01),
    case("sgd", O.SGD, lr=0.01, halved=True, start=True, weight_decay=0.1),
    case("nesterovs", O.SGD, lr=0.01, momentum=0.9, nesterov=True),
    case("adam", O.Adam, lr=0.01, betas=(0.9, 0.999), eps=1e-8),
    case("adam", O.Adam, lr=0.01, betas=(0.8, 0.95), eps=1e-3),
    case("adam", O.Adam, lr=0.01, betas=(0.0, 0.9), eps=1e-8, halved=True),
    case("adam", O.Adam, lr=0.01, betas=(0.9, 0.999), eps=1e-8, start=True, weight_decay=0.1),
    case("adamw", O.AdamW, lr=0.01, betas=(0.9, 0.999), eps=1e-8, halved=True, start=True, weight_decay=0.1),
    case("amsGrad", O.Adam, lr=0.01, betas=(0.9, 0.999), eps=1e-8, amsgrad=True),
    case("amsGrad", O.Adam, lr=0.01, betas=(0.8, 0.95), eps=1e-3, amsgrad=True, halved=True),
    case("nadam", O.NAdam, lr=0.01, betas=(0.9, 0.999), eps=1e-8),
    case("nadam", O.NAdam, lr=0.01, betas=(0.8, 0.95), eps=1e-3, halved=True),
    case("rmsProp", O.RMSprop, lr=0.01, alpha=0.99, eps=1e-8),
    case("rmsProp", O.RMSprop, lr=0.01, alpha=0.9, eps=1e-3, halved=True),
    case("adaGrad", O.Adagrad, lr=0.01, eps=1e-10),
    case("adaGrad", O.Adagrad, lr=0.01, eps=1e-3, halved=True),
    case("adaMax", O.Adamax, lr=0.01, betas=(0.9, 0.999), eps=1e-8),
    case("adaMax", O.Adamax, lr=0.01, betas=(0.8, 0.95), eps=1e-3, halved=True),
    case("adaDelta", O.Adadelta, lr=1.0, rho=0.9, eps=1e-6),
]
rows = ",\n".join("  " + json.dumps(c, separators=(",", ":")) for c in CASES)
text = '{\n "torch": "%s",\n "cases": [\n%s\n ]\n}\n' % (torch.__version__, rows)
pathlib.Path(__file__).with_name("torch.json").write_text(text)
