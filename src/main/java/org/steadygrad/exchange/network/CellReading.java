package org.steadygrad.exchange.network;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.steadygrad.exchange.graph.Cell;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.exchange.network.NetworkBuilder.Order;
import org.steadygrad.nn.GRU;
import org.steadygrad.nn.GeneralRecurrent;
import org.steadygrad.nn.GeneralRecurrentParamInitializer;

/** Recurrent layers of a DL4J network as cells. */
final class CellReading {
    /** What names of parameters begin with: nothing, or the direction. */
    static final String ALONE = "";

    static final String FORWARD = "f";
    static final String BACKWARD = "b";

    private final NetworkReader to;
    private final String layer;
    private final String prefix;

    CellReading(NetworkReader to, String layer, String prefix) {
        this.to = to;
        this.layer = layer;
        this.prefix = prefix;
    }

    /** Whether a layer is one of those that every engine runs. */
    static boolean reads(Layer layer) {
        return layer instanceof LSTM || layer instanceof SimpleRnn || layer instanceof GRU;
    }

    Cell cell(BaseLayer conf) {
        int inputs = Math.toIntExact(((BaseRecurrentLayer) conf).getNIn());
        int units = Math.toIntExact(((BaseRecurrentLayer) conf).getNOut());
        Function activation = FunctionReading.single(conf.getActivationFn(), layer);
        if (conf instanceof LSTM lstm) {
            Function gate = FunctionReading.single(lstm.getGateActivationFn(), layer);
            return new Cell.Lstm(
                    array("W", "kernel", Order.LSTM, inputs, 4 * units),
                    array("RW", "recurrent", Order.LSTM, units, 4 * units),
                    Optional.of(array("b", "bias", Order.LSTM, 4 * units)),
                    Optional.empty(),
                    gate,
                    activation,
                    activation);
        }
        if (conf instanceof GRU gru) {
            List<Weight> biases = Orders.arrays(Order.GRU_BIASES, weight("b", "bias", 4 * units));
            return new Cell.Gru(
                    array("W", "kernel", Order.GRU, inputs, 3 * units),
                    array("RW", "recurrent", Order.GRU, units, 3 * units),
                    Optional.of(biases.get(0)),
                    Optional.of(biases.get(1)),
                    true,
                    FunctionReading.single(gru.getGateActivationFn(), layer),
                    activation);
        }
        if (((SimpleRnn) conf).isHasLayerNorm()) {
            throw LayerReading.hasLayerNorm(layer);
        }
        return new Cell.Simple(
                array("W", "kernel", Order.SAME, inputs, units),
                array("RW", "recurrent", Order.SAME, units, units),
                Optional.of(array("b", "bias", Order.SAME, units)),
                activation);
    }

    private Weight array(String parameter, String name, Order order, Integer... shape) {
        return Orders.arrays(order, weight(parameter, name, shape)).get(0);
    }

    private Weight weight(String parameter, String name, Integer... shape) {
        String direction = prefix.isEmpty() ? "" : prefix.equals(FORWARD) ? "forward/" : "backward/";
        return to.weight(layer, prefix + parameter, direction + name, shape);
    }

    /** What a layer that came from another library computes. */
    static Operation.Recurrent general(NetworkReader to, String name, GeneralRecurrent conf) {
        int inputs = Math.toIntExact(conf.getNIn());
        int units = Math.toIntExact(conf.getNOut());
        int gates = conf.getCell().gates();
        CellReading reading = new CellReading(to, name, ALONE);
        Weight kernel =
                reading.weight(GeneralRecurrentParamInitializer.INPUT_WEIGHT_KEY, "kernel", inputs, gates * units);
        Weight recurrent = reading.weight(
                GeneralRecurrentParamInitializer.RECURRENT_WEIGHT_KEY, "recurrent", units, gates * units);
        Optional<Weight> bias = conf.isBiased()
                ? Optional.of(reading.weight(GeneralRecurrentParamInitializer.BIAS_KEY, "bias", gates * units))
                : Optional.empty();
        Optional<Weight> recurrentBias = conf.isRecurrentBiased()
                ? Optional.of(reading.weight(
                        GeneralRecurrentParamInitializer.RECURRENT_BIAS_KEY, "recurrent_bias", gates * units))
                : Optional.empty();
        Optional<Weight> peepholes = conf.isPeepholes()
                ? Optional.of(reading.weight(GeneralRecurrentParamInitializer.PEEPHOLE_KEY, "peepholes", 3 * units))
                : Optional.empty();
        Function activation = FunctionReading.single(conf.getActivationFn(), name);
        Function gate = FunctionReading.single(conf.getGateActivation(), name);
        Cell cell =
                switch (conf.getCell()) {
                    case SIMPLE -> new Cell.Simple(kernel, recurrent, bias, activation);
                    case LSTM ->
                        new Cell.Lstm(
                                kernel,
                                recurrent,
                                bias,
                                peepholes,
                                gate,
                                activation,
                                FunctionReading.single(conf.getOutputActivation(), name));
                    case GRU_RESET_AFTER, GRU_RESET_BEFORE ->
                        new Cell.Gru(
                                kernel,
                                recurrent,
                                bias,
                                recurrentBias,
                                conf.getCell() == GeneralRecurrent.Cell.GRU_RESET_AFTER,
                                gate,
                                activation);
                };
        return new Operation.Recurrent(
                cell,
                conf.isReversed(),
                conf.isMasked(),
                conf.isRepeats() ? Operation.MaskedOutput.REPEAT : Operation.MaskedOutput.ZERO,
                conf.isStarts(),
                conf.getClip() == Double.MAX_VALUE ? Double.POSITIVE_INFINITY : conf.getClip(),
                conf.getInputDropout());
    }
}
