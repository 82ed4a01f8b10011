#!/usr/bin/env bash
# OpenVINO 2026.4.1: an ONNX LSTM with input_forget=1 is read without a word and computed as an ordinary LSTM; so is an RNN with layout=1,
# whose axes of batch and time are taken for each other.
# Guess before: honoured, or refused as an attribute that isn't supported (as it refuses other activations).
# Seen: both give the numbers of the attribute's default. Right are ONNX Runtime 1.32.0 (which has input_forget, and refuses layout=1) and, for
# layout=1, onnx's reference. Exits 1 when that changes.
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
from onnx.reference import ReferenceEvaluator

x = np.sin(np.arange(24, dtype=np.float32)).reshape(4, 3, 2)


def model(operator, gates, attributes):
    tensors = {
        "W": np.cos(np.arange(gates * 4)).reshape(1, gates * 2, 2).astype(np.float32),
        "R": np.cos(np.arange(gates * 4) * 2).reshape(1, gates * 2, 2).astype(np.float32),
    }
    node = helper.make_node(operator, ["x", "W", "R"], ["", "last"], hidden_size=2, **attributes)
    graph = helper.make_graph(
        [node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("last", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in tensors.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


def by_openvino(made):
    core = openvino.Core()
    read = core.read_model(made.SerializeToString(), b"")
    return core.compile_model(read, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(x)[0]


def by_runtime(made):
    return onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]


plain, coupled = model("LSTM", 4, {}), model("LSTM", 4, {"input_forget": 1})
print("LSTM: OpenVINO", by_openvino(plain).ravel(), "ONNX Runtime", by_runtime(plain).ravel())
print("with input_forget=1: OpenVINO", by_openvino(coupled).ravel(), "ONNX Runtime", by_runtime(coupled).ravel())
seen = np.allclose(by_openvino(plain), by_runtime(plain), atol=1e-4)
seen &= np.array_equal(by_openvino(coupled), by_openvino(plain)) and not np.allclose(by_runtime(coupled), by_runtime(plain), atol=1e-3)

time_first, batch_first = model("RNN", 1, {}), model("RNN", 1, {"layout": 1})
reference = ReferenceEvaluator(batch_first).run(None, {"x": x})[0]
print("RNN with layout=1 on input", x.shape, ": last states of OpenVINO", by_openvino(batch_first).shape, "of the reference", reference.shape)
seen &= np.array_equal(by_openvino(batch_first), by_openvino(time_first)) and reference.shape[:2] == (4, 1)
raise SystemExit(0 if seen else "no longer so")
PYTHON
