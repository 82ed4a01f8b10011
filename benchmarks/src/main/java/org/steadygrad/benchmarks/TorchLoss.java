package org.steadygrad.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Softmax cross-entropy with one class per row, as PyTorch computes it: log-softmax and the entries picked. Where every
 * step is classified, steps are summed and examples averaged, as DL4J does.
 */
final class TorchLoss {
    private final NDArray classes;
    private final float scale;

    TorchLoss(NDManager manager, BatchData data) {
        classes = manager.create(data.classes(), new Shape(data.classes().length, 1))
                .toType(DataType.INT64, false);
        scale = -1f / data.examples();
    }

    /** Lives as long as the model. */
    NDArray constant() {
        return classes;
    }

    /** @param logits [rows, classes] */
    NDArray of(NDArray logits) {
        return logits.logSoftmax(1).gather(classes, 1).sum().mul(scale);
    }
}
