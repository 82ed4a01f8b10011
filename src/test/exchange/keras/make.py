"""Writes small models of Keras into files/, and beside each NAME.json what the model gives.

    pip install tensorflow-cpu==2.21.0 keras==3.15.1 tf-keras==2.21.0 h5py==3.14.0 numpy==2.4.6
    python make.py 3      # Keras 3
    python make.py 2      # Keras 2 (tf-keras)

NAME.json: {"file", "inputs": {name: array} in the order in which the model takes them, "outputs": [array, ...]}, and for Keras 3 "factors",
one array for each output, with "gradients": {weight: array} of the sum of outputs times factors. Weights are float32 numbers, which
outputs and gradients of Keras 3 are computed with in float64; those of Keras 2 are in float32.
"""
import json
import os
import sys
import zipfile
from pathlib import Path

os.environ |= {"KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3", "TF_USE_LEGACY_KERAS": "1"}
import numpy as np
import tensorflow as tf

LEGACY = sys.argv[1] == "2"
if LEGACY:
    import tf_keras as keras
else:
    import keras
L = keras.layers
sys.path.insert(0, str(Path(__file__).parent.parent))
from text import to_text

FILES = Path(__file__).parent / "files"
T, F, N = 5, 2, 3


def numbers(seed, *shape):
    return np.random.RandomState(seed).standard_normal(shape).astype(np.float32)


def padded(value, seed=1):
    """Padding on the right, on the left, in the middle; the last sequence is nothing but padding."""
    x = numbers(seed, 4, T, F)
    x[0, 3:] = x[1, :2] = x[2, 2] = x[3] = value
    return x


def fill(model, seed):
    """Numbers that no initializer would give."""
    random = np.random.RandomState(seed)
    for weight in model.weights:
        name = weight.name if LEGACY else weight.path
        if any(word in name for word in ("seed_generator", "count")):
            continue
        value = random.standard_normal(tuple(weight.shape)) * 0.7
        if "variance" in name or "gamma" in name:
            value = 0.5 + np.abs(value)
        weight.assign(value.astype(np.float32))


def lists(array):
    return np.round(np.asarray(array, np.float64), 9).tolist()


def as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def call(model, inputs):
    values = [tf.constant(v) for v in inputs.values()]
    return as_list(model(values if len(values) > 1 else values[0], training=False))


def finish(exact):
    for layer in exact.layers:
        if isinstance(layer, L.Normalization):
            layer.finalize_state()  # which set_weights forgets


def write(name, build, inputs, suffix=".keras"):
    keras.backend.clear_session() if LEGACY else keras.utils.clear_session()
    model = build()
    fill(model, 7)
    finish(model)
    file = FILES / (name + suffix)
    model.save_weights(file) if "weights" in file.name else model.save(file)
    if suffix == ".keras":  # smaller by far, since HDF5 is mostly zeros
        with zipfile.ZipFile(file) as stored:
            entries = {n: stored.read(n) for n in stored.namelist()}
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            for entry, content in entries.items():
                packed.writestr(zipfile.ZipInfo(entry, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    text = {"file": file.name, "inputs": {k: np.asarray(v).tolist() for k, v in inputs.items()}}
    if LEGACY:
        text["outputs"] = [lists(y) for y in call(model, inputs)]
    else:
        keras.config.set_floatx("float64")
        keras.config.set_dtype_policy("float64")
        try:
            keras.utils.clear_session()
            exact = build()
            exact.set_weights(model.get_weights())
            finish(exact)
            wide = {k: v.astype(np.float64) if v.dtype == np.float32 else v for k, v in inputs.items()}
            with tf.GradientTape() as tape:
                outputs = call(exact, wide)
                factors = [np.sin(1.0 + np.arange(np.prod(y.shape))).reshape(y.shape) for y in outputs]
                total = sum(tf.reduce_sum(tf.cast(y, tf.float64) * f) for y, f in zip(outputs, factors))
            slopes = tape.gradient(total, [w.value for w in exact.trainable_weights], unconnected_gradients="zero")
            text["outputs"] = [lists(y) for y in outputs]
            text["factors"] = [lists(f) for f in factors]
            text["gradients"] = {w.path: lists(tf.convert_to_tensor(g)) for w, g in zip(exact.trainable_weights, slopes)}
        finally:
            keras.config.set_floatx("float32")
            keras.config.set_dtype_policy("float32")
    (FILES / f"{name}.json").write_text(json.dumps(text) + "\n")


def stack(*layers):
    return keras.Sequential(list(layers))


PLAIN = {"x": numbers(3, N, T, F)}
WORDS = np.array([[3, 1, 2, 0, 0], [0, 0, 4, 1, 5], [2, 0, 5, 0, 1], [0, 0, 0, 0, 2]], np.int32)


def keras3():
    write("cells", lambda: stack(keras.Input((T, F)), L.GRU(3, return_sequences=True, name="kernel"), L.GRU(2, reset_after=False, use_bias=False,
          return_sequences=True), L.LSTM(3, activation="softsign", recurrent_activation="hard_sigmoid", return_sequences=True), L.GRU(2,
          reset_after=False), L.Dense(2, activation="gelu")), PLAIN)
    write("plain", lambda: stack(keras.Input((None, F)), L.LSTM(3, return_sequences=True), L.GRU(2, return_sequences=True), L.SimpleRNN(3,
          return_sequences=True), L.Dense(3, activation="softmax")), PLAIN)
    write("dense", lambda: stack(keras.Input((4,)), L.Dense(3), L.BatchNormalization(), L.Activation("relu"), L.Dropout(0.2), L.Dense(3, activation="elu"),
          L.Dense(2, activation="sigmoid", use_bias=False)), {"x": numbers(5, N, 4)})
    write("backwards", lambda: stack(keras.Input((T, F)), L.Masking(), L.GRU(2, go_backwards=True, return_sequences=True), L.SimpleRNN(3,
          activation="relu", go_backwards=True)), {"x": padded(0.0)})

    def masked():
        x = keras.Input((T, F))
        y = L.LSTM(2, return_sequences=True)(L.Masking(-1.0)(x))
        z = L.Bidirectional(L.GRU(2, return_sequences=True))(y)
        z = L.TimeDistributed(L.Dense(2, activation="softmax"))(L.BatchNormalization(scale=False, epsilon=0.01)(z))
        return keras.Model(x, [z, L.GRU(2, zero_output_for_mask=True)(y), L.SimpleRNN(2)(y), L.GlobalAveragePooling1D()(y)])
    x = padded(-1.0)[:3]
    write("masked", masked, {"x": x})

    def symbols():
        i, j = keras.Input((T,), dtype="int32", name="i"), keras.Input((T,), dtype="int32", name="j")
        shared = L.Embedding(6, 2, mask_zero=True)
        a, b = shared(i), shared(j)
        c = L.Concatenate()([a, b])
        return keras.Model([j, i], [L.Bidirectional(L.LSTM(2), merge_mode="sum")(c), L.Bidirectional(L.GRU(2, return_sequences=True),
                           merge_mode="ave")(L.Add()([a, b])), L.LSTM(2)(b)])
    write("symbols", symbols, {"j": WORDS[[1, 2, 3, 0]], "i": WORDS})

    def merges():
        a, b = keras.Input((T, F), name="a"), keras.Input((3,), name="b")
        inner = stack(keras.Input((F,)), L.Dense(3, name="dense"), L.PReLU())
        p = L.GlobalMaxPooling1D()(L.TimeDistributed(stack(keras.Input((F,)), L.Dense(3, activation="tanh"), L.LeakyReLU(0.2)))(L.Rescaling(0.5, 0.25)(a)))
        q = L.LayerNormalization(center=False)(L.Dense(3, activation="swish")(b))
        dense = L.Dense(3, name="shared")
        r = L.Average()([p, q, dense(p)])
        s = L.Maximum()([L.Minimum()([r, q]), L.Multiply()([p, dense(q)])])
        t = L.Subtract()([s, L.ReLU(max_value=6.0)(inner(L.GlobalAveragePooling1D()(a)))])
        u = L.GRU(2)(L.RepeatVector(3)(t))
        return keras.Model([b, a], [L.Dense(1, name="y")(L.Concatenate(name="join")([t, u])), L.Normalization(mean=[1, 2, 3], variance=[4, 5, 0])(b)])
    write("merges", merges, {"b": numbers(8, N, 3), "a": PLAIN["x"]})

    def states():
        x, h = keras.Input((T, F), name="x"), keras.Input((2,), name="h")
        y, s = L.GRU(2, return_sequences=True, return_state=True)(x, initial_state=h)
        z, zh, zc = L.LSTM(2, return_state=True)(y, initial_state=[s, h])
        out = L.Bidirectional(L.LSTM(2, return_state=True))(y, initial_state=[s, h, zh, zc])
        return keras.Model([x, h], [z, zc, s] + as_list(out))
    write("states", states, PLAIN | {"h": numbers(5, N, 2)})

    def frozen():
        inner = stack(keras.Input((T, F)), L.BatchNormalization(trainable=False), L.GRU(2, return_sequences=True), L.BatchNormalization())
        x = keras.Input((T, F))
        return keras.Model(x, L.Dense(2, activation=keras.activations.leaky_relu, kernel_regularizer=keras.regularizers.L2(0.01))(inner(x)))
    write("nested", frozen, PLAIN, ".h5")
    write("alone", lambda: stack(keras.Input((T, F)), L.GRU(3, return_sequences=True), L.Bidirectional(L.LSTM(2)), L.Dense(2)), PLAIN, ".weights.h5")


def keras2():
    def functional():
        a, b = L.Input((T, F), name="a"), L.Input((T, F), name="b")
        x = L.Concatenate()([L.Masking()(a), L.Masking()(b)])
        y = L.Add()([L.Masking()(a), b])
        y, s = L.GRU(2, return_sequences=True, return_state=True, recurrent_activation="hard_sigmoid")(y)
        z = L.LSTM(2)(y, initial_state=[s, s])
        return keras.Model([b, a], [L.Bidirectional(L.SimpleRNN(2, activation="relu"))(x), L.LeakyReLU(0.1)(z), L.GlobalAveragePooling1D()(y)])
    x = padded(0.0)[:3]
    write("keras2-functional", functional, {"b": padded(0.0, 2)[[2, 0, 1]], "a": x}, ".h5")
    write("keras2-sequential", lambda: stack(L.Input((T, F)), L.Bidirectional(L.GRU(2, return_sequences=True, reset_after=False)), L.LayerNormalization(),
          L.TimeDistributed(L.Dense(2, activation="hard_sigmoid"))), PLAIN)
    write("keras2-alone", lambda: stack(L.Input((T, F)), L.GRU(3, return_sequences=True), L.Bidirectional(L.LSTM(2)), L.Dense(2)), PLAIN, ".weights.h5")
    write("keras2-legacy", lambda: stack(L.Input((T, F)), L.GRU(3, return_sequences=True), L.Bidirectional(L.LSTM(2)), L.Dense(2)), PLAIN, "-weights.h5")


if __name__ == "__main__":
    FILES.mkdir(exist_ok=True)
    keras2() if LEGACY else keras3()
    to_text(FILES)
