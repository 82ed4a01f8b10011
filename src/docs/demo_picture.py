"""Draws demo.svg from the folder that `./steadygrad demo --out FOLDER` wrote.

    python3 src/docs/demo_picture.py FOLDER > src/docs/demo.svg

Needs nothing but Python 3. Left: norm of the loss's gradient with respect to each layer's output, at the last full look of
the two sigmoid runs. Right: training loss of the RNN runs and the GRU, smoothed; a cross marks where a run was lost.
"""

import json
import math
import sys
from pathlib import Path

WIDTH, HEIGHT, LEFT, TOP, PLOT_W, PLOT_H = 940, 340, 70, 56, 340, 220
SECOND = 530
COLOURS = {"sigmoid-plain": "#c0392b", "sigmoid-cured": "#1f77b4", "rnn-plain": "#c0392b", "rnn-clipped": "#e08e0b", "gru-adding": "#1f77b4"}


def rows(folder, run, name):
    with open(Path(folder) / run / name, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def layer_norms(folder, run):
    looks = [row for row in rows(folder, run, "health.jsonl") if row.get("layers")]
    layers = looks[-1]["layers"]
    # With batch norm, a block's activation is that of its normalisation.
    layers = [layer for layer in layers if layer["layer"].endswith("-norm")] or layers
    return [(i + 1, float(layer["outputGradientNorm"])) for i, layer in enumerate(layers)]


def losses(folder, run):
    points, smooth = [], None
    for row in rows(folder, run, "metrics.jsonl"):
        if "loss" not in row:
            continue
        loss = float(row["loss"])
        if not math.isfinite(loss):
            return points, True
        smooth = loss if smooth is None else 0.9 * smooth + 0.1 * loss
        points.append((row["iteration"], smooth))
    return points, False


def log_axes(x0, low, high, x_max, x_label, title):
    out = [f'<text x="{x0}" y="{TOP - 22}" class="title">{title}</text>']
    for power in range(low, high + 1):
        if (high - low) > 8 and (power - high) % 3:
            continue
        y = TOP + PLOT_H * (high - power) / (high - low)
        label = f'10<tspan dy="-5" font-size="9">{power}</tspan>'
        out.append(f'<line x1="{x0}" x2="{x0 + PLOT_W}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        out.append(f'<text x="{x0 - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    for i in range(5):
        x = x0 + PLOT_W * i / 4
        out.append(f'<text x="{x:.1f}" y="{TOP + PLOT_H + 18}" text-anchor="middle">{round(x_max * i / 4)}</text>')
    out.append(f'<text x="{x0 + PLOT_W / 2}" y="{TOP + PLOT_H + 38}" text-anchor="middle">{x_label}</text>')
    return out


def curve(points, x0, x_max, low, high, colour, label, at=0.5, shift=(0, -10), lost=False):
    def place(x, y):
        power = min(max(math.log10(max(y, 1e-300)), low), high)
        return x0 + PLOT_W * x / x_max, TOP + PLOT_H * (high - power) / (high - low)

    placed = [place(x, y) for x, y in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    out = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>']
    if lost:
        x, y = placed[-1]
        out.append(f'<path d="M{x - 5:.1f} {y - 5:.1f} l10 10 m0 -10 l-10 10" stroke="{colour}" stroke-width="2.5"/>')
    x, y = placed[int(at * (len(placed) - 1))]
    out.append(f'<text x="{x + shift[0]:.1f}" y="{y + shift[1]:.1f}" style="fill:{colour}">{label}</text>')
    return out


def main(folder):
    style = "text{font:12px sans-serif;fill:#333}.title{font-size:14px;font-weight:bold}.grid{stroke:#ddd}"
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        "<title>Gradients and losses of the demo, before and after the cures</title>",
        f"<style>{style}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    plain, cured = layer_norms(folder, "sigmoid-plain"), layer_norms(folder, "sigmoid-cured")
    low = math.floor(math.log10(min(norm for _, norm in plain if norm > 0)))
    out += log_axes(LEFT, low, 2, 20, "layer (1 is next to the input)", "20 sigmoid layers: gradient norm by layer")
    out += curve(plain, LEFT, 20, low, 2, COLOURS["sigmoid-plain"], "as they come", shift=(14, 8))
    out += curve(cured, LEFT, 20, low, 2, COLOURS["sigmoid-cured"], "batch norm + residual")
    out += log_axes(SECOND, -3, 3, 400, "step", "Adding problem, 40 steps long: training loss")
    labels = (
        ("rnn-plain", "vanilla RNN: lost after one step", 0, (46, 4)),
        ("rnn-clipped", "the same RNN, clipped", 0.55, (0, -12)),
        ("gru-adding", "GRU", 0.8, (0, 20)),
    )
    for run, label, at, shift in labels:
        points, lost = losses(folder, run)
        out += curve(points, SECOND, 400, -3, 3, COLOURS[run], label, at, shift, lost)
    print("\n".join(out + ["</svg>"]))


if __name__ == "__main__":
    main(sys.argv[1])
