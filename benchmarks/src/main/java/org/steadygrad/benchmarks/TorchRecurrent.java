package org.steadygrad.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import ai.djl.nn.recurrent.RNN;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Recurrent layers by {@code at::gru}, {@code at::lstm}, {@code at::rnn_tanh} and {@code at::rnn_relu}, which DJL's blocks
 * call too; sequences are time-major, which spares PyTorch a transposition. DJL's blocks hand over the weights of
 * bidirectional layers in another order than PyTorch reads them, hence no blocks here.
 */
final class TorchRecurrent implements TorchModel {
    private final Workload.Recurrent shape;
    private final TorchWeights weights;
    private final TorchLoss loss;
    private final NDArray input;
    private final NDArray state;
    private final NDArray embedding;
    private final NDList recurrent = new NDList();
    private final NDList output;

    TorchRecurrent(Workload.Recurrent shape, ComputationGraph start, BatchData data, NDManager manager) {
        this.shape = shape;
        weights = new TorchWeights(start, manager);
        loss = new TorchLoss(manager, data);
        NDArray numbers = manager.create(data.features(), new Shape(data.steps(), data.examples(), data.width()));
        input = shape.symbols() ? numbers.squeeze(2).toType(DataType.INT64, false) : numbers;
        long states = (long) shape.layers() * shape.directions();
        state = manager.zeros(new Shape(states, shape.batch(), shape.hidden()));
        embedding = shape.symbols() ? weights.embedding("embedding") : null;
        for (int i = 0; i < shape.layers(); i++) {
            for (String direction : shape.bidirectional() ? new String[] {"f", "b"} : new String[] {""}) {
                recurrent.addAll(weights.recurrent("recurrent" + i, direction, shape.cell()));
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
        return new NDList(parameters().values()).addAll(new NDList(input, state, loss.constant()));
    }

    @Override
    public NDArray loss() {
        NDArray x = input;
        if (shape.symbols()) {
            x = Embedding.embedding(input, embedding, SparseFormat.DENSE).singletonOrThrow();
        }
        NDArray states = layers(x);
        int width = shape.hidden() * shape.directions();
        NDArray rows = shape.symbols() ? states.reshape(-1, width) : states.get(shape.steps() - 1);
        return loss.of(Linear.linear(rows, output.get(0), output.get(1)).singletonOrThrow());
    }

    private NDArray layers(NDArray x) {
        NDArrayEx torch = x.getNDArrayInternal();
        int layers = shape.layers();
        boolean both = shape.bidirectional();
        NDList result =
                switch (shape.cell()) {
                    case GRU -> torch.gru(x, state, recurrent, true, layers, 0, true, both, false);
                    case LSTM -> torch.lstm(x, new NDList(state, state), recurrent, true, layers, 0, true, both, false);
                    case RNN_TANH, RNN_RELU ->
                        torch.rnn(x, state, recurrent, true, layers, activation(), 0, true, both, false);
                };
        return result.get(0);
    }

    private RNN.Activation activation() {
        return shape.cell() == Cell.RNN_RELU ? RNN.Activation.RELU : RNN.Activation.TANH;
    }
}
