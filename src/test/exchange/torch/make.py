"""Makes the files in files/: small PyTorch models as state dicts, safetensors and ONNX, with what they compute.

    python make.py        # torch 2.15.0, onnx 1.23.2, onnxruntime 1.32.0, onnxscript 0.7.2, safetensors 0.8.0, numpy 2.4.6

NAME.json holds arrays by name, {"shape", "data"} in C order: the inputs and outputs of NAME.onnx by their names there.
"""

import json
import logging
import os
import sys
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors.torch import save_file, save_model
from torch import nn
from torch.export import Dim
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from text import to_text

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")


def path(name):
    return os.path.join(FOLDER, name)


def flat(value):
    array = value.detach().numpy() if torch.is_tensor(value) else np.asarray(value)
    kind = float if array.dtype.kind == "f" else int
    return {"shape": list(array.shape), "data": [kind(np.float32(v)) if kind is float else int(v) for v in array.ravel()]}


def write_json(name, **arrays):
    with open(path(name + ".json"), "w") as file:
        json.dump({key: flat(value) for key, value in arrays.items()}, file)


class Calls(nn.Module):
    """Calls a function with itself, under argument names that the exporter sees."""

    def __init__(self, function, **modules):
        super().__init__()
        self.function = function
        for name, module in modules.items():
            setattr(self, name, module)


class OnX(Calls):
    def forward(self, x):
        return self.function(self, x)


class OnXH(Calls):
    def forward(self, x, h):
        return self.function(self, x, h)


class OnIdsLengths(Calls):
    def forward(self, ids, lengths):
        return self.function(self, ids, lengths)


def strip(model):
    """Drops stack traces and what else tells of the machine that exported."""
    for part in [model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output,
                 *model.graph.initializer]:
        if hasattr(part, "metadata_props"):
            del part.metadata_props[:]
        part.doc_string = ""
    return model


def export(name, model, inputs, axes, old=False, weights=True, **options):
    model.eval()
    torch.compiler.reset()
    if old:
        options |= {"dynamic_axes": axes, "input_names": list(inputs), "dynamo": False}
    else:
        options |= {"dynamic_shapes": {key: {a: Dim(w) for a, w in named.items()} for key, named in axes.items()}}
    torch.onnx.export(model, tuple(inputs.values()), path(name + ".onnx"), verbose=False, **options)
    finished = strip(onnx.load(path(name + ".onnx")))
    if os.path.exists(path(name + ".onnx.data")):
        os.remove(path(name + ".onnx.data"))
    onnx.save(finished, path(name + ".onnx"))
    session = onnxruntime.InferenceSession(path(name + ".onnx"))
    outputs = model(*inputs.values())
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    given = dict(zip([i.name for i in session.get_inputs()], inputs.values()))
    for got, wanted in zip(session.run(None, {k: v.numpy() for k, v in given.items()}), outputs):
        np.testing.assert_allclose(got, wanted.detach().numpy(), atol=1e-5)
    write_json(name, **given, **dict(zip([o.name for o in session.get_outputs()], outputs)))
    if weights:
        torch.save(model.state_dict(), path(name + ".pt"))


def norm(size):
    layer = nn.BatchNorm1d(size, momentum=0.2)
    layer.running_mean.normal_()
    layer.running_var.uniform_(0.5, 1.5)
    nn.init.uniform_(layer.weight, 0.5, 1.5)
    nn.init.normal_(layer.bias)
    return layer


def models():
    x = torch.randn(2, 5, 3)
    rows = torch.randn(4, 6)
    bt = {"x": {0: "batch", 1: "time"}}
    # hidden 54: the exporter leaves raw weights with Slice, Concat and Unsqueeze
    export("raw-weights", OnX(lambda self, x: self.out(self.rnn(x)[0]), rnn=nn.GRU(3, 54, batch_first=True),
                              out=nn.Linear(54, 2)), {"x": x}, bt, weights=False)
    export("lstm-bidirectional", OnX(lambda self, x: self.out(self.rnn(x)[0]), rnn=nn.LSTM(3, 4, 2, bidirectional=True),
                                     out=nn.Linear(8, 2)), {"x": x}, {"x": {0: "time", 1: "batch"}})
    export("last-states", OnX(lambda self, x: (lambda h: self.out(torch.cat([h[-2], h[-1]], 1)))(self.rnn(x)[1]),
                              rnn=nn.GRU(3, 4, 2, bidirectional=True, batch_first=True), out=nn.Linear(8, 2)), {"x": x}, bt)
    export("pooled", OnX(lambda self, x: torch.cat([self.rnn(x)[0][:, -1], x.mean(1)], 1),
                         rnn=nn.LSTM(3, 4, batch_first=True)), {"x": x}, bt)
    export("flattened", OnX(lambda self, x: torch.log_softmax(self.out(self.rnn(x)[0].reshape(-1, 4)), 1),
                            rnn=nn.GRU(3, 4, batch_first=True), out=nn.Linear(4, 2)), {"x": x}, bt)
    export("states-in-and-out", OnXH(lambda self, x, h: self.rnn(x, h), rnn=nn.GRU(3, 4, 2, batch_first=True)),
           {"x": x, "h": torch.randn(2, 2, 4)}, {"x": {0: "batch", 1: "time"}, "h": {1: "batch"}})
    export("norms", OnX(lambda self, x: self.rnn(self.after(self.before(x.transpose(1, 2)).transpose(1, 2)))[0],
                        before=norm(3), after=nn.LayerNorm(3, eps=1e-3), rnn=nn.GRU(3, 4, batch_first=True)), {"x": x}, bt,
           optimize=False)
    export("series", OnX(lambda self, x: self.out(self.rnn(x.unsqueeze(-1))[0]).squeeze(-1),
                         rnn=nn.GRU(1, 4, batch_first=True), out=nn.Linear(4, 1)), {"x": x[:, :, 0].contiguous()}, bt)
    export("activations", nn.Sequential(
        nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 5), nn.GELU(), nn.Linear(5, 5), nn.ELU(0.7), nn.Linear(5, 5),
        nn.LeakyReLU(0.2), nn.Linear(5, 5), nn.SiLU(), nn.Linear(5, 5), nn.Hardsigmoid(), nn.Linear(5, 5, bias=False),
        nn.Dropout(0.3), nn.PReLU(5), nn.Linear(5, 3), nn.Softmax(-1)), {"input": rows}, {"input": {0: "batch"}})
    export("standardised", OnX(lambda self, x: self.out((x - self.mean) / self.deviation), mean=nn.Parameter(torch.randn(6)),
                               deviation=nn.Parameter(torch.rand(6) + 1), out=nn.Linear(6, 2)), {"x": rows},
           {"x": {0: "batch"}}, weights=False)
    export("unrolled", OnX(lambda self, x: self.rnn(x)[0], rnn=nn.RNN(3, 4, batch_first=True)), {"x": x},
           {"x": {0: "batch"}}, weights=False)
    ids = torch.tensor([[1, 2, 3, 4], [5, 6, 0, 0]])
    export("lengths-old", OnIdsLengths(
        lambda self, ids, lengths: (lambda packed: (self.out(packed[1][-1]), pad_packed_sequence(packed[0], True)[0]))(
            self.rnn(pack_padded_sequence(self.embedding(ids), lengths, batch_first=True))),
        embedding=nn.Embedding(9, 3), rnn=nn.GRU(3, 4, batch_first=True), out=nn.Linear(4, 2)),
        {"ids": ids, "lengths": torch.tensor([4, 2])}, {"ids": {0: "batch", 1: "time"}, "lengths": {0: "batch"}}, old=True)
    export("rnn-old", OnX(lambda self, x: self.out(self.rnn(x)[0]), rnn=nn.RNN(3, 4, nonlinearity="relu"), out=nn.Linear(4, 2)),
           {"x": x}, {"x": {0: "time", 1: "batch"}}, old=True)


def nodes():
    """Models of a single recurrent node, with what ONNX Runtime computes."""
    random = np.random.default_rng(20261130)

    def normal(*shape):
        return random.normal(0, 0.5, shape).astype(np.float32)

    def write(name, op, given, constants, opset=22, **attributes):
        places = ["X", "W", "R", "B", "sequence_lens", "initial_h"] + ["initial_c", "P"] * (op == "LSTM")
        names = [place if place in given or place in constants else "" for place in places]
        while not names[-1]:
            names.pop()
        outputs = ["Y", "Y_h"] + ["Y_c"] * (op == "LSTM")
        kinds = {"f": onnx.TensorProto.FLOAT, "i": onnx.TensorProto.INT32}
        graph = onnx.helper.make_graph(
            [onnx.helper.make_node(op, names, outputs, **attributes)], "one node",
            [onnx.helper.make_tensor_value_info(n, kinds[a.dtype.kind], [None if n == "sequence_lens" else size for size in a.shape])
             for n, a in given.items()],
            [onnx.helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, None) for n in outputs],
            [onnx.numpy_helper.from_array(a, n) for n, a in constants.items()])
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", opset)], ir_version=10)
        onnx.save(model, path(name + ".onnx"))
        session = onnxruntime.InferenceSession(model.SerializeToString())
        write_json(name, **given, **dict(zip(outputs, session.run(None, given))))

    def weights(op, size, hidden, directions):
        gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[op]
        return {"W": normal(directions, gates * hidden, size), "R": normal(directions, gates * hidden, hidden),
                "B": normal(directions, 2 * gates * hidden)}

    x = 2 * normal(5, 3, 2)
    lengths = np.array([5, 1, 3], np.int32)
    write("node-gru-reset-before-lengths", "GRU", {"X": x, "sequence_lens": lengths}, weights("GRU", 2, 3, 2),
          direction="bidirectional", hidden_size=3)
    write("node-lstm-peepholes-clip", "LSTM", {"X": x, "initial_h": normal(2, 3, 3), "initial_c": normal(2, 3, 3)},
          weights("LSTM", 2, 3, 2) | {"P": normal(2, 9)}, direction="bidirectional", hidden_size=3, clip=0.3)
    write("node-rnn-reverse-lengths", "RNN", {"X": x, "sequence_lens": lengths, "initial_h": normal(1, 3, 3)},
          weights("RNN", 2, 3, 1), direction="reverse", hidden_size=3, activations=["LeakyRelu"], activation_alpha=[0.3])
    write("node-lstm-activations", "LSTM", {"X": x}, weights("LSTM", 2, 3, 2), direction="bidirectional", hidden_size=3,
          activations=["HardSigmoid", "Softsign", "ScaledTanh", "Sigmoid", "Elu", "Relu"], activation_alpha=[0.3, 1.4, 0.8],
          activation_beta=[0.4, 0.7])
    write("node-gru-older", "GRU", {"X": x}, weights("GRU", 2, 3, 1), opset=14, hidden_size=3, linear_before_reset=1)


def state_dicts():
    """Whose values stand in NAME.json as PyTorch sees them."""
    table = torch.randn(6, 9)
    square = torch.randn(4, 4)
    views = {"columns": table[:, :4], "same": table[:, :4], "turned": table.t(), "row": table[2], "diagonal": square.diagonal(),
             "repeated": torch.tensor([2.5]).expand(3), "number": torch.tensor(7), "double": square.double()[1:3],
             "half": square.half(), "bfloat": square.bfloat16(), "tiny": (square / 1e5).half(), "flags": table[0] > 0,
             "bytes": torch.arange(5, dtype=torch.uint8), "e4m3": square.to(torch.float8_e4m3fn),
             "e5m2": square.to(torch.float8_e5m2), "empty": torch.zeros(0, 3), "parameter": nn.Parameter(square[1])}
    torch.save(views, path("views.pt"))
    plain = {key: value.detach().to(torch.float64 if value.dtype == torch.float64 else torch.float32) if value.is_floating_point()
             else value.to(torch.int64) for key, value in views.items()}
    write_json("views", **{key: value.contiguous() for key, value in plain.items()})
    save_file({key: value.detach().clone().contiguous() for key, value in views.items()}, path("views.safetensors"))

    tied = nn.Module()
    tied.embedding = nn.Embedding(5, 3)
    tied.head = nn.Linear(3, 5, bias=False)
    tied.head.weight = tied.embedding.weight
    save_model(tied, path("tied.safetensors"))

    normed = nn.Module()
    normed.line = nn.utils.parametrizations.weight_norm(nn.Linear(3, 4))
    normed.older = nn.utils.weight_norm(nn.Linear(4, 2))
    torch.save({"module._orig_mod." + key: value for key, value in normed.state_dict().items()}, path("weight-norm.pt"))
    write_json("weight-norm", **{"line.weight": normed.line.weight, "older.weight": normed.older.weight})

    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3, weight_decay=0.02)
    for _ in range(2):
        optimizer.zero_grad()
        model(torch.randn(5, 3)).square().mean().backward()
        optimizer.step()
    torch.save({"epoch": 2, "state_dict": {"model." + key: value for key, value in model.state_dict().items()},
                "optimizer_states": [optimizer.state_dict()], "pytorch-lightning_version": "2.5.0"}, path("checkpoint.pt"))
    torch.save(model.state_dict(), path("older-format.pt"), _use_new_zipfile_serialization=False)
    torch.save(model, path("whole-model.pt"))


if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    torch.manual_seed(20261130)
    state_dicts()
    nodes()
    models()
    to_text(FOLDER)
    for made in os.listdir(FOLDER):
        os.chmod(path(made), 0o644)
