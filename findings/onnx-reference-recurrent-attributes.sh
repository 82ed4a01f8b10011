#!/usr/bin/env bash
# onnx 1.23.2: the standard's own ReferenceEvaluator leaves out what it doesn't implement of LSTM and GRU, without a word.
# Guess before: what the reference can't do it refuses (as it does with RNN and activations: "Unknown activation function 'Relu'").
# Seen: sequence_lens, clip, activations (LSTM, GRU) and input_forget change nothing, so that a converter that is held to the reference
# is held to wrong numbers: padding is read as data, and NaN there reaches the last state. ONNX Runtime 1.32.0 honours
# all of them. Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

SIZE, HIDDEN, STEPS, BATCH = 2, 2, 5, 2
x = np.sin(np.arange(STEPS * BATCH * SIZE, dtype=np.float32)).reshape(STEPS, BATCH, SIZE)


def last_states(operator, gates, lengths, attributes):
    tensors = {
        "W": np.cos(np.arange(gates * HIDDEN * SIZE)).reshape(1, gates * HIDDEN, SIZE).astype(np.float32),
        "R": np.cos(np.arange(gates * HIDDEN * HIDDEN)).reshape(1, gates * HIDDEN, HIDDEN).astype(np.float32),
    }
    names = ["x", "W", "R"]
    if lengths is not None:
        tensors["lengths"] = np.array(lengths, np.int32)
        names += ["", "lengths"]
    node = helper.make_node(operator, names, ["", "last"], hidden_size=HIDDEN, **attributes)
    graph = helper.make_graph(
        [node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("last", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in tensors.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return ReferenceEvaluator(model).run(None, {"x": x})[0].ravel(), session.run(None, {"x": x})[0].ravel()


seen = True
for operator, gates in (("LSTM", 4), ("GRU", 3)):
    plain, runtime = last_states(operator, gates, None, {})
    seen &= np.allclose(plain, runtime, atol=1e-5)
    print(operator, "plain: reference", plain, "ONNX Runtime", runtime)
    functions = ["Sigmoid", "Relu"] + (["Relu"] if operator == "LSTM" else [])
    cases = {"sequence_lens": ([5, 2], {}), "clip": (None, {"clip": 0.05}), "activations": (None, {"activations": functions})}
    if operator == "LSTM":
        cases["input_forget"] = (None, {"input_forget": 1})
    for name, (lengths, attributes) in cases.items():
        reference, runtime = last_states(operator, gates, lengths, attributes)
        print(operator, name + ": reference", reference, "ONNX Runtime", runtime)
        seen &= np.array_equal(reference, plain) and not np.allclose(runtime, plain, atol=1e-3)
raise SystemExit(0 if seen else "no longer so")
PYTHON
