package org.steadygrad.exchange.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.steadygrad.check.Cases;
import org.steadygrad.exchange.graph.Cell;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.exchange.network.NetworkBuilder.Order;
import org.steadygrad.exchange.network.Plain.Place;
import org.steadygrad.nn.GeneralRecurrent;
import org.steadygrad.nn.GeneralRecurrentParamInitializer;

/** A cell as a {@link GeneralRecurrent}, which can do all of them. */
record General(GeneralRecurrent.Builder builder, List<Place> places) {
    private static final Cases<Cell, Function<String, General>> CELLS = Cases.<Cell, Function<String, General>>of(
                    Cell.class)
            .on(
                    Cell.Simple.class,
                    cell -> node -> of(
                            new GeneralRecurrent.Builder()
                                    .cell(GeneralRecurrent.Cell.SIMPLE)
                                    .biases(cell.bias().isPresent(), false)
                                    .activation(ActivationFunctions.of(cell.activation(), node)),
                            cell,
                            cell.bias(),
                            Optional.empty(),
                            Optional.empty()))
            .on(
                    Cell.Lstm.class,
                    cell -> node -> of(
                            new GeneralRecurrent.Builder()
                                    .cell(GeneralRecurrent.Cell.LSTM)
                                    .biases(cell.bias().isPresent(), false)
                                    .peepholes(cell.peepholes().isPresent())
                                    .functions(
                                            ActivationFunctions.of(cell.gate(), node),
                                            ActivationFunctions.of(cell.output(), node))
                                    .activation(ActivationFunctions.of(cell.candidate(), node)),
                            cell,
                            cell.bias(),
                            Optional.empty(),
                            cell.peepholes()))
            .on(
                    Cell.Gru.class,
                    cell -> node -> of(
                            new GeneralRecurrent.Builder()
                                    .cell(
                                            cell.resetAfter()
                                                    ? GeneralRecurrent.Cell.GRU_RESET_AFTER
                                                    : GeneralRecurrent.Cell.GRU_RESET_BEFORE)
                                    .biases(
                                            cell.inputBias().isPresent(),
                                            cell.recurrentBias().isPresent())
                                    .functions(
                                            ActivationFunctions.of(cell.gate(), node),
                                            ActivationFunctions.of(cell.gate(), node))
                                    .activation(ActivationFunctions.of(cell.candidate(), node)),
                            cell,
                            cell.inputBias(),
                            cell.recurrentBias(),
                            Optional.empty()))
            .complete();

    static General of(String node, Cell cell) {
        return CELLS.of(cell).apply(node);
    }

    private static General of(
            GeneralRecurrent.Builder builder,
            Cell cell,
            Optional<Weight> bias,
            Optional<Weight> recurrentBias,
            Optional<Weight> peepholes) {
        List<Place> places = new ArrayList<>();
        places.add(place(GeneralRecurrentParamInitializer.INPUT_WEIGHT_KEY, cell.kernel()));
        places.add(place(GeneralRecurrentParamInitializer.RECURRENT_WEIGHT_KEY, cell.recurrent()));
        bias.ifPresent(weight -> places.add(place(GeneralRecurrentParamInitializer.BIAS_KEY, weight)));
        recurrentBias.ifPresent(
                weight -> places.add(place(GeneralRecurrentParamInitializer.RECURRENT_BIAS_KEY, weight)));
        peepholes.ifPresent(weight -> places.add(place(GeneralRecurrentParamInitializer.PEEPHOLE_KEY, weight)));
        return new General(builder, places);
    }

    private static Place place(String parameter, Weight weight) {
        return new Place(parameter, List.of(weight), Order.SAME);
    }
}
