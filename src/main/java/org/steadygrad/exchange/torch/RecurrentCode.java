package org.steadygrad.exchange.torch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.check.Cases;
import org.steadygrad.exchange.array.StoredArray;
import org.steadygrad.exchange.graph.Cell;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.Weight;

/**
 * A recurrent layer as PyTorch makes it.
 *
 * @param made the expression that makes it
 * @param arrays its state by PyTorch's names
 */
record RecurrentCode(String made, Map<String, StoredArray> arrays) {
    /** For each of PyTorch's gates r, z, n, which of the network's z, r, n it is. */
    private static final int[] GRU_ORDER = {1, 0, 2};

    private static final int[] LSTM_ORDER = {0, 1, 2, 3};

    private static final Cases<Cell, RecurrentCode> CODE = Cases.<Cell, RecurrentCode>of(Cell.class)
            .on(
                    Cell.Simple.class,
                    cell -> of(
                            "nn.RNN(%s, nonlinearity=\"" + (cell.activation().equals(Function.RELU) ? "relu" : "tanh")
                                    + "\")",
                            cell,
                            new int[] {0},
                            cell.bias(),
                            Optional.empty()))
            .on(Cell.Lstm.class, cell -> of("nn.LSTM(%s)", cell, LSTM_ORDER, cell.bias(), Optional.empty()))
            .on(Cell.Gru.class, cell -> of("nn.GRU(%s)", cell, GRU_ORDER, cell.inputBias(), cell.recurrentBias()))
            .complete();

    private static final Cases<Cell, Boolean> SAME = Cases.<Cell, Boolean>of(Cell.class)
            .on(
                    Cell.Simple.class,
                    cell -> cell.activation().equals(Function.TANH)
                            || cell.activation().equals(Function.RELU))
            .on(
                    Cell.Lstm.class,
                    cell -> cell.peepholes().isEmpty()
                            && cell.gate().equals(Function.SIGMOID)
                            && cell.candidate().equals(Function.TANH)
                            && cell.output().equals(Function.TANH))
            .on(
                    Cell.Gru.class,
                    cell -> cell.resetAfter()
                            && cell.gate().equals(Function.SIGMOID)
                            && cell.candidate().equals(Function.TANH))
            .complete();

    /** Whether PyTorch has a layer that computes the cell. */
    static boolean possible(Cell cell) {
        return SAME.of(cell);
    }

    static RecurrentCode of(Cell cell) {
        return CODE.of(cell);
    }

    private static RecurrentCode of(
            String made, Cell cell, int[] order, Optional<Weight> inputBias, Optional<Weight> stateBias) {
        boolean bias = inputBias.isPresent() || stateBias.isPresent();
        Map<String, StoredArray> arrays = new LinkedHashMap<>();
        arrays.put("weight_ih_l0", rows(cell.kernel(), cell.units(), order));
        arrays.put("weight_hh_l0", rows(cell.recurrent(), cell.units(), order));
        if (bias) {
            arrays.put("bias_ih_l0", vector(inputBias, cell.units(), order));
            arrays.put("bias_hh_l0", vector(stateBias, cell.units(), order));
        }
        String sizes = cell.inputs() + ", " + cell.units() + ", batch_first=True, bias=" + (bias ? "True" : "False");
        return new RecurrentCode(made.formatted(sizes), arrays);
    }

    /** [n, gates units] to [gates units, n]. */
    private static StoredArray rows(Weight weight, int units, int[] order) {
        int rows = weight.size(0);
        int gates = order.length;
        float[] to = new float[weight.values().length];
        for (int gate = 0; gate < gates; gate++) {
            for (int unit = 0; unit < units; unit++) {
                for (int i = 0; i < rows; i++) {
                    to[(gate * units + unit) * rows + i] = weight.values()[(i * gates + order[gate]) * units + unit];
                }
            }
        }
        return StoredArray.of(to, (long) gates * units, rows);
    }

    private static StoredArray vector(Optional<Weight> weight, int units, int[] order) {
        float[] to = new float[order.length * units];
        weight.ifPresent(given -> {
            for (int gate = 0; gate < order.length; gate++) {
                System.arraycopy(given.values(), order[gate] * units, to, gate * units, units);
            }
        });
        return StoredArray.of(to, to.length);
    }
}
