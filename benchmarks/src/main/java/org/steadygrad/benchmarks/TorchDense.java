package org.steadygrad.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** A stack of dense blocks by {@code at::linear}, {@code at::batch_norm} and PyTorch's activations. */
final class TorchDense implements TorchModel {
    private static final float EPSILON = 1e-5f;

    /** As DJL and DL4J mean it: the share of the running statistics that stays. */
    private static final float MOMENTUM = 0.9f;

    private final Workload.Dense shape;
    private final TorchWeights weights;
    private final TorchLoss loss;
    private final NDArray input;
    private final List<NDList> linear = new ArrayList<>();
    private final List<NDList> norms = new ArrayList<>();
    private final NDList output;

    TorchDense(Workload.Dense shape, ComputationGraph start, BatchData data, NDManager manager) {
        this.shape = shape;
        weights = new TorchWeights(start, manager);
        loss = new TorchLoss(manager, data);
        input = manager.create(data.features(), new Shape(data.examples(), data.width()));
        for (int i = 0; i < shape.depth(); i++) {
            linear.add(weights.linear("dense" + i));
            if (shape.batchNorm()) {
                norms.add(weights.batchNorm("norm" + i));
            }
        }
        output = weights.linear("output");
    }

    @Override
    public Map<String, NDArray> parameters() {
        return weights.parameters();
    }

    @Override
    public NDList constants() {
        NDList all = new NDList(parameters().values()).addAll(new NDList(input, loss.constant()));
        norms.forEach(norm -> all.addAll(new NDList(norm.get(2), norm.get(3))));
        return all;
    }

    @Override
    public NDArray loss() {
        NDArray x = input;
        for (int i = 0; i < shape.depth(); i++) {
            NDList layer = linear.get(i);
            NDArray y = Linear.linear(x, layer.get(0), layer.get(1)).singletonOrThrow();
            if (shape.batchNorm()) {
                y = normalize(y, norms.get(i));
            }
            y = activate(y);
            x = shape.residual() ? y.add(x) : y;
        }
        return loss.of(Linear.linear(x, output.get(0), output.get(1)).singletonOrThrow());
    }

    private static NDArray normalize(NDArray x, NDList norm) {
        return BatchNorm.batchNorm(x, norm.get(2), norm.get(3), norm.get(0), norm.get(1), -1, MOMENTUM, EPSILON, true)
                .singletonOrThrow();
    }

    private NDArray activate(NDArray x) {
        return switch (shape.activation()) {
            case RELU -> Activation.relu(x);
            case SIGMOID -> Activation.sigmoid(x);
            case TANH -> Activation.tanh(x);
            default ->
                throw new IllegalArgumentException(
                        "No PyTorch counterpart is written for " + shape.activation() + ". Add one here.");
        };
    }
}
