#!/usr/bin/env bash
# ONNX Runtime 1.32.0 and OpenVINO 2026.4.1, CPU: a sequence of length 0 in a batch ends with a state of zeros, not with its initial state.
# Guess before: after no step the last state is the initial one, as for sequence_lens = 0 nothing is computed.
# Seen: Y_h is 0 where initial_h is 0.5, for RNN, GRU and LSTM. Who serves streams in batches and has nothing new for one of
# them in a turn loses that stream's memory. Exits 1 when that changes.
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

x = np.sin(np.arange(12, dtype=np.float32)).reshape(3, 2, 2)
seen = True
for operator, gates in (("RNN", 1), ("GRU", 3), ("LSTM", 4)):
    tensors = {
        "W": np.cos(np.arange(gates * 4)).reshape(1, gates * 2, 2).astype(np.float32),
        "R": np.cos(np.arange(gates * 4) * 2).reshape(1, gates * 2, 2).astype(np.float32),
        "lengths": np.array([3, 0], np.int32),
        "start": np.full((1, 2, 2), 0.5, np.float32),
    }
    node = helper.make_node(operator, ["x", "W", "R", "", "lengths", "start"], ["", "last"], hidden_size=2)
    graph = helper.make_graph(
        [node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("last", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in tensors.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10).SerializeToString()
    runtime = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0][0]
    core = openvino.Core()
    vino = core.compile_model(core.read_model(model, b""), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(x)[0][0]
    print(operator, "last state of the sequence of length 0: ONNX Runtime", runtime[1], "OpenVINO", vino[1], "initial", [0.5, 0.5])
    seen &= np.array_equal(runtime[1], [0, 0]) and np.array_equal(vino[1], [0, 0]) and np.allclose(runtime[0], vino[0], atol=1e-4)
raise SystemExit(0 if seen else "no longer so")
PYTHON
