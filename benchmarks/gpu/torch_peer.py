"""PyTorch's side of the comparison on a GPU: whole training steps, timed by CUDA events. Needs torch and nothing else.

It answers requests as peer_protocol.py says. A case is one of

    {"kind": "recurrent", "cell": "gru" | "lstm" | "rnn_tanh" | "rnn_relu", "layers": n, "bidirectional": false,
     "vocabulary": 0, "classes": 10, "steps": T, "batch": B, "input": I, "hidden": H}
    {"kind": "dense", "depth": D, "width": W, "batch": B, "classes": 10, "activation": "relu", "batchNorm": true, "residual": false}
    {"kind": "update", ... as "dense"}: clipping and Adam alone, on the parameters of that model

with "copy": true when the batch is to be copied from pinned host memory in every step.

Modes: "eager"; "compile" (torch.compile of model, loss and, for update cases, the update); "graph" (the whole step captured in a CUDA graph
and replayed).
"""

import argparse
import math
import sys
import time

import torch
import torch.nn.functional as functional
from peer_protocol import serve

LEARNING_RATE = 1e-6
MAX_NORM = 1.0
OUTPUT_SCALE = 0.5
SIGMOID_GAIN = 4.0
CAPTURE_WARM_UP = 3
ACTIVATIONS = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "identity": lambda x: x,
}


class Recurrent(torch.nn.Module):
    """Recurrent layers, of whose output the last step, or every step when the input is symbols, is classified."""

    def __init__(self, case):
        super().__init__()
        self.symbols = case["vocabulary"] > 0
        if self.symbols:
            self.embedding = torch.nn.Embedding(case["vocabulary"], case["input"])
            torch.nn.init.uniform_(self.embedding.weight, -1, 1)
        kind = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM}.get(case["cell"], torch.nn.RNN)
        options = {} if kind is not torch.nn.RNN else {"nonlinearity": case["cell"].rsplit("_", 1)[1]}
        self.cells = kind(case["input"], case["hidden"], case["layers"], bidirectional=case["bidirectional"], **options)
        width = case["hidden"] * (2 if case["bidirectional"] else 1)
        self.output = output_layer(width, case["classes"])

    def forward(self, x):
        hidden, _ = self.cells(self.embedding(x) if self.symbols else x)
        return self.output(hidden if self.symbols else hidden[-1])


class Block(torch.nn.Module):
    def __init__(self, case):
        super().__init__()
        self.linear = torch.nn.Linear(case["width"], case["width"])
        torch.nn.init.zeros_(self.linear.bias)
        initialise(self.linear.weight, case["activation"])
        self.norm = torch.nn.BatchNorm1d(case["width"]) if case["batchNorm"] else None
        self.activation = ACTIVATIONS[case["activation"]]
        self.residual = case["residual"]

    def forward(self, x):
        y = self.linear(x)
        y = self.activation(y if self.norm is None else self.norm(y))
        return x + y if self.residual else y


class Dense(torch.nn.Module):
    def __init__(self, case):
        super().__init__()
        self.blocks = torch.nn.Sequential(*[Block(case) for _ in range(case["depth"])])
        self.output = output_layer(case["width"], case["classes"])

    def forward(self, x):
        return self.output(self.blocks(x))


def initialise(weight, activation):
    """As our side does it: He for ReLU, Xavier for the others, wider for sigmoid."""
    fan_in, fan_out = weight.shape[1], weight.shape[0]
    deviation = {"relu": math.sqrt(2 / fan_in), "sigmoid": SIGMOID_GAIN / math.sqrt(fan_in)}
    torch.nn.init.normal_(weight, 0, deviation.get(activation, math.sqrt(2 / (fan_in + fan_out))))


def output_layer(width, classes):
    layer = torch.nn.Linear(width, classes)
    bound = OUTPUT_SCALE / math.sqrt(width)
    torch.nn.init.uniform_(layer.weight, -bound, bound)
    torch.nn.init.zeros_(layer.bias)
    return layer


class Steps:
    """One case in one mode."""

    def __init__(self, case, mode, device):
        torch.manual_seed(5)
        self.case, self.mode, self.device = case, mode, device
        self.update_only = case["kind"] == "update"
        with torch.device(device):
            self.model = Recurrent(case) if case["kind"] == "recurrent" else Dense(case)
        self.parameters = list(self.model.parameters())
        cuda = device.type == "cuda"
        self.adam = torch.optim.Adam(
            self.parameters, lr=LEARNING_RATE, fused=cuda or None, capturable=cuda and mode == "graph"
        )
        self.host, self.labels = self.batch()
        self.x = self.host.to(device)
        self.loss = torch.zeros((), device=device)
        self.forward = torch.compile(self.loss_of) if mode == "compile" and not self.update_only else self.loss_of
        self.update = torch.compile(self.clip_and_adam) if mode == "compile" and self.update_only else self.clip_and_adam
        if self.update_only:
            for parameter in self.parameters:
                parameter.grad = torch.randn_like(parameter)
        self.one = self.capture() if mode == "graph" else self.step

    def batch(self):
        case, generator = self.case, torch.Generator().manual_seed(20)
        pin = self.device.type == "cuda"
        if case["kind"] == "recurrent":
            shape = (case["steps"], case["batch"])
            if case["vocabulary"] > 0:
                x = torch.randint(case["vocabulary"], shape, generator=generator)
                y = torch.randint(case["classes"], shape, generator=generator)
            else:
                x = torch.randn(*shape, case["input"], generator=generator)
                y = torch.randint(case["classes"], shape[1:], generator=generator)
        else:
            x = torch.randn(case["batch"], case["width"], generator=generator)
            y = torch.randint(case["classes"], (case["batch"],), generator=generator)
        return (x.pin_memory() if pin else x), y.to(self.device)

    def loss_of(self):
        scores = self.model(self.x)
        total = functional.cross_entropy(scores.flatten(0, -2), self.labels.flatten(), reduction="sum")
        return total / self.case["batch"]

    def clip_and_adam(self):
        torch.nn.utils.clip_grad_norm_(self.parameters, MAX_NORM)
        self.adam.step()

    def step(self):
        if not self.update_only:
            self.adam.zero_grad(set_to_none=True)
            loss = self.forward()
            loss.backward()
            self.loss.copy_(loss.detach())
        self.update()

    def capture(self):
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(CAPTURE_WARM_UP):
                self.step()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.step()
        return graph.replay

    def run(self, steps):
        copy = self.case.get("copy", False) and not self.update_only
        watch = EventWatch() if self.device.type == "cuda" else WallWatch()
        for _ in range(steps):
            if copy:
                self.x.copy_(self.host, non_blocking=True)
            self.one()
        return watch.milliseconds()


class EventWatch:
    def __init__(self):
        torch.cuda.synchronize()
        self.begin, self.end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        self.begin.record()

    def milliseconds(self):
        self.end.record()
        self.end.synchronize()
        return self.begin.elapsed_time(self.end)


class WallWatch:
    def __init__(self):
        self.begin = time.perf_counter()

    def milliseconds(self):
        return 1000 * (time.perf_counter() - self.begin)


class TorchPeer:
    def __init__(self, device):
        self.device = device
        self.opened = {}

    def hello(self):
        cuda = self.device.type == "cuda"
        versions = {"python": sys.version.split()[0], "torch": torch.__version__}
        if cuda:
            versions["cuda"] = str(torch.version.cuda)
            versions["cudnn"] = str(torch.backends.cudnn.version())
        return {
            "name": "pytorch",
            "versions": versions,
            "device": torch.cuda.get_device_name(self.device) if cuda else "cpu",
            "tf32": torch.backends.cudnn.allow_tf32 and torch.backends.cuda.matmul.allow_tf32,
        }

    def open(self, id, mode, case):
        if mode == "graph" and self.device.type != "cuda":
            raise RuntimeError("CUDA graphs need a GPU")
        if mode == "compile":
            torch._dynamo.reset()
        steps = Steps(case, mode, self.device)
        steps.run(1)
        self.opened[id] = steps
        return {"loss": float(steps.loss)}

    def run(self, id, steps):
        opened = self.opened[id]
        ms = opened.run(steps)
        return {"ms": ms, "loss": float(opened.loss)}

    def close(self, id):
        self.opened.pop(id, None)
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        return {}

    def copy(self, bytes):
        source = torch.ones(bytes // 4, device=self.device)
        target = torch.empty_like(source)
        best = math.inf
        for _ in range(20):
            watch = EventWatch() if self.device.type == "cuda" else WallWatch()
            target.copy_(source)
            best = min(best, watch.milliseconds())
        return {"bytesPerSecond": 2 * source.numel() * 4 / (best / 1000)}


def main():
    parser = argparse.ArgumentParser(description="PyTorch's side of benchmarks/gpu.sh.")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--tf32", choices=("on", "off"), default="on")
    options = parser.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = options.tf32 == "on"
    torch.backends.cudnn.allow_tf32 = options.tf32 == "on"
    serve(TorchPeer(torch.device(options.device)))


if __name__ == "__main__":
    main()
