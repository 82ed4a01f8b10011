package org.steadygrad.exchange.network;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.steadygrad.check.Cases;
import org.steadygrad.exchange.graph.Cell;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.exchange.network.NetworkBuilder.Order;
import org.steadygrad.nn.GRU;

/**
 * A cell as one of the layers that every engine runs.
 *
 * @param places of the cell's arrays
 */
record Plain(BaseLayer layer, List<Place> places) {
    /** Where arrays lie in a layer. */
    record Place(String parameter, List<Weight> weights, Order order) {}

    private static final Set<Function> GATES = Set.of(Function.SIGMOID, Function.HARD_SIGMOID_FIFTH);

    private static final Cases<Cell, BiFunction<String, Cell, Optional<Plain>>> CELLS =
            Cases.<Cell, BiFunction<String, Cell, Optional<Plain>>>of(Cell.class)
                    .on(Cell.Simple.class, cell -> (node, same) -> simple(node, cell))
                    .on(Cell.Lstm.class, cell -> (node, same) -> lstm(node, cell))
                    .on(Cell.Gru.class, cell -> (node, same) -> gru(node, cell))
                    .complete();

    /** @return empty if the cell has something that these layers lack */
    static Optional<Plain> of(String node, Cell cell) {
        return CELLS.of(cell).apply(node, cell);
    }

    private static Optional<Plain> simple(String node, Cell.Simple cell) {
        if (cell.bias().isEmpty()) {
            return Optional.empty();
        }
        SimpleRnn layer = new SimpleRnn.Builder()
                .nIn(cell.inputs())
                .nOut(cell.units())
                .activation(ActivationFunctions.of(cell.activation(), node))
                .build();
        return Optional.of(new Plain(
                layer,
                List.of(
                        new Place("W", List.of(cell.kernel()), Order.SAME),
                        new Place("RW", List.of(cell.recurrent()), Order.SAME),
                        new Place("b", List.of(cell.bias().get()), Order.SAME))));
    }

    private static Optional<Plain> lstm(String node, Cell.Lstm cell) {
        boolean same = cell.candidate().equals(cell.output());
        if (cell.bias().isEmpty() || cell.peepholes().isPresent() || !same || !GATES.contains(cell.gate())) {
            return Optional.empty();
        }
        LSTM layer = new LSTM.Builder()
                .nIn(cell.inputs())
                .nOut(cell.units())
                .activation(ActivationFunctions.of(cell.candidate(), node))
                .gateActivationFunction(ActivationFunctions.of(cell.gate(), node))
                .build();
        return Optional.of(new Plain(
                layer,
                List.of(
                        new Place("W", List.of(cell.kernel()), Order.LSTM),
                        new Place("RW", List.of(cell.recurrent()), Order.LSTM),
                        new Place("b", List.of(cell.bias().get()), Order.LSTM))));
    }

    private static Optional<Plain> gru(String node, Cell.Gru cell) {
        boolean biases = cell.inputBias().isPresent() && cell.recurrentBias().isPresent();
        if (!cell.resetAfter() || !biases || !GATES.contains(cell.gate())) {
            return Optional.empty();
        }
        GRU layer = new GRU.Builder()
                .nIn(cell.inputs())
                .nOut(cell.units())
                .activation(ActivationFunctions.of(cell.candidate(), node))
                .gateActivationFunction(ActivationFunctions.of(cell.gate(), node))
                .build();
        return Optional.of(new Plain(
                layer,
                List.of(
                        new Place("W", List.of(cell.kernel()), Order.GRU),
                        new Place("RW", List.of(cell.recurrent()), Order.GRU),
                        new Place(
                                "b",
                                List.of(
                                        cell.inputBias().get(),
                                        cell.recurrentBias().get()),
                                Order.GRU_BIASES))));
    }
}
