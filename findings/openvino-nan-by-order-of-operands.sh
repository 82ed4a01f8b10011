#!/usr/bin/env bash
# OpenVINO 2026.4.1, CPU: Max(x, 0) of NaN is 0, Max(0, x) is NaN; and an LSTM with a NaN weight is finite as soon as it has the attribute clip.
# Guess before: maximum is commutative, also for NaN; and a clip of cell inputs at 3 leaves NaN alone (ONNX Runtime 1.32.0 does both so).
# Seen: besides these, Relu, Clip and Celu of NaN are finite, Exp of NaN is infinity, HardSigmoid 1; Sigmoid, Tanh, Elu, LeakyRelu and Gelu
# keep it. So whether a broken weight shows depends on which of two equivalent graphs an exporter wrote. Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install openvino==2026.4.1 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import onnxruntime
import openvino
from onnx import TensorProto, helper, numpy_helper


def run(node, x, **tensors):
    graph = helper.make_graph(
        [node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(value, np.float32), name) for name, value in tensors.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10).SerializeToString()
    core = openvino.Core()
    vino = core.compile_model(core.read_model(model, b""), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(x)[0].ravel()
    runtime = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0].ravel()
    return vino, runtime


x = np.full((1, 17), np.nan, np.float32)
cases = {
    "Max(x, 0)": (run(helper.make_node("Max", ["x", "zero"], ["y"]), x, zero=[0]), 0),
    "Max(0, x)": (run(helper.make_node("Max", ["zero", "x"], ["y"]), x, zero=[0]), np.nan),
    "Relu": (run(helper.make_node("Relu", ["x"], ["y"]), x), 0),
    "Exp": (run(helper.make_node("Exp", ["x"], ["y"]), x), np.inf),
    "Tanh": (run(helper.make_node("Tanh", ["x"], ["y"]), x), np.nan),
}
seen = True
for name, ((vino, runtime), expected) in cases.items():
    print(name, "of NaN: OpenVINO", vino[0], "ONNX Runtime", runtime[0])
    seen &= bool(np.array_equal(vino, np.full(17, expected), equal_nan=True) and np.isnan(runtime).all())
weights = np.full((1, 16, 2), 0.1)
weights[0, 0, 0] = np.nan
for attributes in ({}, {"clip": 3.0}):
    node = helper.make_node("LSTM", ["x", "W", "R"], ["", "y"], hidden_size=4, **attributes)
    vino, runtime = run(node, np.ones((3, 1, 2), np.float32), W=weights, R=np.full((1, 16, 4), 0.1))
    print("LSTM with a NaN weight", attributes, "OpenVINO", vino, "ONNX Runtime", runtime)
    seen &= bool(np.isfinite(vino).all() == bool(attributes) and np.isnan(runtime).any())
raise SystemExit(0 if seen else "no longer so")
PYTHON
