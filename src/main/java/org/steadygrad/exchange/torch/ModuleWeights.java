package org.steadygrad.exchange.torch;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.steadygrad.check.Cases;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.array.StoredArray;
import org.steadygrad.exchange.graph.Cell;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Weight;

/**
 * One module's arrays as the weights of an operation. PyTorch's matrices are [outputs, inputs]; its gates are in the order r, z, n for the GRU, where
 * the network has z, r, n, and i, f, g, o for the LSTM, as in the network. Its LSTM and RNN have two biases whose sum counts.
 */
final class ModuleWeights {
    private static final int[] GRU_ORDER = {1, 0, 2};

    private final TorchModule module;
    private final String who;
    private final Consumer<Weight> to;

    /** @param to takes weights under the names that the network has for them */
    ModuleWeights(TorchModule module, String who, Consumer<Weight> to) {
        this.module = module;
        this.who = who + ", module " + module.name();
        this.to = to;
    }

    private static final Cases<Cell, Consumer<ModuleWeights>> CELLS = Cases.<Cell, Consumer<ModuleWeights>>of(
                    Cell.class)
            .on(Cell.Simple.class, cell -> weights -> {
                weights.matrices(cell, 0);
                weights.summedBias(cell.bias(), cell);
            })
            .on(Cell.Lstm.class, cell -> weights -> {
                if (cell.peepholes().isPresent()) {
                    throw weights.misfit("an LSTM without peepholes", "one with them");
                }
                weights.matrices(cell, 0, 1, 2, 3);
                weights.summedBias(cell.bias(), cell);
            })
            .on(Cell.Gru.class, cell -> weights -> {
                if (!cell.resetAfter()) {
                    throw weights.misfit("a GRU whose reset gate acts after the product", "one where it acts before");
                }
                weights.matrices(cell, GRU_ORDER);
                weights.gateBias(cell.inputBias(), "bias_ih", cell);
                weights.gateBias(cell.recurrentBias(), "bias_hh", cell);
            })
            .complete();

    private static final Cases<Operation, Consumer<ModuleWeights>> FILLING =
            Cases.<Operation, Consumer<ModuleWeights>>of(Operation.class)
                    .on(Operation.Dense.class, op -> weights -> {
                        weights.put(op.kernel(), weights.transposed("weight"));
                        weights.vector(op.bias(), "bias", 0);
                    })
                    .on(
                            Operation.Recurrent.class,
                            op -> weights -> CELLS.of(op.cell()).accept(weights))
                    .on(
                            Operation.Embedding.class,
                            op -> weights -> weights.put(
                                    op.table(), weights.array("weight").floats()))
                    .on(Operation.BatchNorm.class, op -> weights -> {
                        weights.vector(op.gamma(), "weight", 1);
                        weights.vector(op.beta(), "bias", 0);
                        weights.vector(Optional.of(op.mean()), "running_mean", 0);
                        weights.vector(Optional.of(op.variance()), "running_var", 0);
                    })
                    .on(Operation.LayerNorm.class, op -> weights -> {
                        weights.vector(op.gamma(), "weight", 1);
                        weights.vector(op.beta(), "bias", 0);
                    })
                    .on(Operation.PRelu.class, op -> weights -> weights.vector(Optional.of(op.slopes()), "weight", 0))
                    .on(Operation.Standardize.class, op -> weights -> {
                        weights.vector(Optional.of(op.mean()), "mean", 0);
                        weights.vector(Optional.of(op.deviation()), "deviation", 1);
                    })
                    .ignore(
                            Operation.Affine.class,
                            Operation.Activate.class,
                            Operation.Dropout.class,
                            Operation.Merge.class,
                            Operation.Pool.class,
                            Operation.TakeStep.class,
                            Operation.ReverseTime.class,
                            Operation.RepeatVector.class,
                            Operation.SelectFeatures.class,
                            Operation.StepMask.class,
                            Operation.LengthMask.class,
                            Operation.JoinMasks.class,
                            Operation.ClearSteps.class)
                    .complete();

    /** @throws InvalidInputException of arrays that the operation has no place for, or that are missing */
    void fill(Operation operation) {
        FILLING.of(operation).accept(this);
    }

    private StoredArray array(String name) {
        StoredArray array = module.array(name);
        if (array == null || !array.floating()) {
            throw InvalidInputException.of(
                    who, "floating-point numbers as " + name, array == null ? null : array.type(), "");
        }
        return array;
    }

    private void put(Weight place, float[] values) {
        long count = place.values().length;
        if (values.length != count) {
            throw misfit(place.shape() + " for " + place.name(), values.length + " numbers");
        }
        to.accept(new Weight(place.name(), place.shape(), values));
    }

    /** A vector; where the module hasn't got it, the number that stands for it. */
    private void vector(Optional<Weight> place, String name, float absent) {
        if (place.isEmpty()) {
            if (module.has(name)) {
                throw misfit("a layer without " + name, array(name).toString());
            }
            return;
        }
        if (module.has(name)) {
            put(place.get(), array(name).floats());
        } else {
            float[] values = new float[place.get().values().length];
            Arrays.fill(values, absent);
            put(place.get(), values);
        }
    }

    private float[] transposed(String name) {
        return array(name).transposed(1, 0).floats();
    }

    /** @param order for each gate of the network, which of PyTorch's it is */
    private void matrices(Cell cell, int... order) {
        put(cell.kernel(), columns("weight_ih", cell.inputs(), cell.units(), order));
        put(cell.recurrent(), columns("weight_hh", cell.units(), cell.units(), order));
    }

    private float[] columns(String name, int rows, int units, int[] order) {
        StoredArray array = array(name);
        if (!Arrays.equals(array.shape(), new long[] {(long) order.length * units, rows})) {
            throw misfit("[" + order.length * units + ", " + rows + "] as " + name, array.toString());
        }
        float[] from = array.floats();
        float[] columns = new float[from.length];
        int gates = order.length;
        for (int gate = 0; gate < gates; gate++) {
            for (int unit = 0; unit < units; unit++) {
                int row = (order[gate] * units + unit) * rows;
                for (int i = 0; i < rows; i++) {
                    columns[(i * gates + gate) * units + unit] = from[row + i];
                }
            }
        }
        return columns;
    }

    private void summedBias(Optional<Weight> place, Cell cell) {
        int count = cell.gates() * cell.units();
        float[] sum = new float[count];
        for (String name : new String[] {"bias_ih", "bias_hh"}) {
            float[] bias = bias(name, count);
            for (int i = 0; i < count; i++) {
                sum[i] += bias[i];
            }
        }
        putBias(place, sum);
    }

    private void gateBias(Optional<Weight> place, String name, Cell cell) {
        int units = cell.units();
        float[] from = bias(name, GRU_ORDER.length * units);
        float[] to = new float[from.length];
        for (int gate = 0; gate < GRU_ORDER.length; gate++) {
            System.arraycopy(from, GRU_ORDER[gate] * units, to, gate * units, units);
        }
        putBias(place, to);
    }

    private float[] bias(String name, int count) {
        float[] bias = module.has(name) ? array(name).floats() : new float[count];
        if (bias.length != count) {
            throw misfit(count + " numbers as " + name, bias.length);
        }
        return bias;
    }

    private void putBias(Optional<Weight> place, float[] values) {
        if (place.isPresent()) {
            put(place.get(), values);
        } else {
            for (float value : values) {
                if (value != 0) {
                    throw misfit("a recurrent layer without bias", "one with it");
                }
            }
        }
    }

    private InvalidInputException misfit(String expected, Object got) {
        return InvalidInputException.of(who, expected, got, "Give the run file that fits.");
    }
}
