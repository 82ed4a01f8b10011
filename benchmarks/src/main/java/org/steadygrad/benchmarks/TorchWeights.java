package org.steadygrad.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies a DL4J model's parameters into PyTorch's layouts: [out, in] matrices, gates in PyTorch's order. */
final class TorchWeights {
    private static final int[] ONE = {0};

    /** Both have r, z, n. */
    private static final int[] GRU = {0, 1, 2};

    /** PyTorch's i, f, g, o among DL4J's candidate, forget, output, input. */
    private static final int[] LSTM = {3, 1, 0, 2};

    private final Map<String, INDArray> table;
    private final NDManager manager;
    private final Map<String, NDArray> parameters = new LinkedHashMap<>();

    TorchWeights(ComputationGraph model, NDManager manager) {
        table = model.paramTable();
        this.manager = manager;
    }

    /**
     * All that were made so far and are trained, under DL4J's names. PyTorch's recurrent layers have two biases where DL4J's
     * have one; the second is called "R" and the first's name.
     */
    Map<String, NDArray> parameters() {
        return parameters;
    }

    /** Weight and bias of a linear layer. */
    NDList linear(String layer) {
        return new NDList(trained(layer + "_W", matrix(table.get(layer + "_W"), ONE)), vector(layer + "_b"));
    }

    NDArray embedding(String layer) {
        INDArray rows = table.get(layer + "_W");
        return trained(layer + "_W", manager.create(rows.dup('c').data().asFloat(), new Shape(rows.shape())));
    }

    /** Gamma, beta, running mean and running variance; the first two are trained. */
    NDList batchNorm(String layer) {
        NDArray variance =
                table.containsKey(layer + "_var") ? fixed(layer + "_var") : squared(table.get(layer + "_log10stdev"));
        return new NDList(vector(layer + "_gamma"), vector(layer + "_beta"), fixed(layer + "_mean"), variance);
    }

    /**
     * Input weights, recurrent weights and their two biases.
     *
     * @param direction "", or "f" or "b" in a bidirectional layer
     */
    NDList recurrent(String layer, String direction, Cell cell) {
        int[] order = cell == Cell.GRU ? GRU : cell == Cell.LSTM ? LSTM : ONE;
        String prefix = layer + "_" + direction;
        float[] bias = table.get(prefix + "b").dup('c').data().asFloat();
        int hidden = (int) table.get(prefix + "RW").size(0);
        float[] inputBias = new float[order.length * hidden];
        float[] recurrentBias = new float[inputBias.length];
        for (int gate = 0; gate < order.length; gate++) {
            System.arraycopy(bias, order[gate] * hidden, inputBias, gate * hidden, hidden);
        }
        if (cell == Cell.GRU) {
            System.arraycopy(bias, 3 * hidden, recurrentBias, 2 * hidden, hidden);
        }
        return new NDList(
                trained(prefix + "W", matrix(table.get(prefix + "W"), order)),
                trained(prefix + "RW", matrix(table.get(prefix + "RW"), order)),
                trained(prefix + "b", manager.create(inputBias)),
                trained(prefix + "Rb", manager.create(recurrentBias)));
    }

    /** @param order block of columns of the source for each block of rows of the result */
    private NDArray matrix(INDArray source, int[] order) {
        float[] values = source.dup('f').data().asFloat();
        int in = (int) source.size(0);
        int block = values.length / order.length;
        float[] result = new float[values.length];
        for (int i = 0; i < order.length; i++) {
            System.arraycopy(values, order[i] * block, result, i * block, block);
        }
        return manager.create(result, new Shape(values.length / in, in));
    }

    /** DL4J can keep the decimal logarithm of the standard deviation instead of the variance. */
    private NDArray squared(INDArray log10) {
        float[] values = log10.dup('c').data().asFloat();
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.pow(10, 2 * values[i]);
        }
        return manager.create(values);
    }

    private NDArray vector(String name) {
        return trained(name, fixed(name));
    }

    private NDArray fixed(String name) {
        return manager.create(table.get(name).dup('c').data().asFloat());
    }

    private NDArray trained(String name, NDArray parameter) {
        parameter.setRequiresGradient(true);
        parameters.put(name, parameter);
        return parameter;
    }
}
