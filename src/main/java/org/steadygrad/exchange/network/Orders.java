package org.steadygrad.exchange.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.exchange.network.NetworkBuilder.Placement;

/** Takes arrays of a graph to parameters of a network, and gradients back. */
final class Orders {
    /** Which block of the graph's each block of the parameter is. */
    private static final int[] LSTM = {2, 1, 3, 0};

    private static final int[] GRU = {1, 0, 2};

    private Orders() {}

    /** The parameter, row by row. */
    static float[] parameter(Placement placement) {
        Weight first = placement.weights().get(0);
        return switch (placement.order()) {
            case SAME -> first.values();
            case LSTM -> columns(first, LSTM, false);
            case GRU -> columns(first, GRU, false);
            case GRU_BIASES -> biases(first, placement.weights().get(1));
        };
    }

    /** @param back from the parameter's order to the graph's */
    private static float[] columns(Weight weight, int[] order, boolean back) {
        int columns = weight.size(weight.shape().size() - 1);
        int block = columns / order.length;
        float[] result = new float[weight.values().length];
        for (int i = 0; i < result.length; i++) {
            int row = i / columns;
            int there = order[i % columns / block] * block + i % block;
            int other = row * columns + there;
            if (back) {
                result[other] = weight.values()[i];
            } else {
                result[i] = weight.values()[other];
            }
        }
        return result;
    }

    private static float[] biases(Weight input, Weight recurrent) {
        int units = input.size(0) / 3;
        float[] result = new float[4 * units];
        for (int k = 0; k < units; k++) {
            result[k] = input.values()[units + k] + recurrent.values()[units + k];
            result[units + k] = input.values()[k] + recurrent.values()[k];
            result[2 * units + k] = input.values()[2 * units + k];
            result[3 * units + k] = recurrent.values()[2 * units + k];
        }
        return result;
    }

    /**
     * The graph's arrays that a parameter holds: what {@link #parameter} takes, back. Of two biases that are added, the second is 0.
     *
     * @param parameter row by row, under the name that its array is to have; for two, names end in {@code /input} and {@code /recurrent}
     */
    static List<Weight> arrays(NetworkBuilder.Order order, Weight parameter) {
        return switch (order) {
            case SAME -> List.of(parameter);
            case LSTM -> List.of(new Weight(parameter.name(), parameter.shape(), columns(parameter, LSTM, true)));
            case GRU -> List.of(new Weight(parameter.name(), parameter.shape(), columns(parameter, GRU, true)));
            case GRU_BIASES -> {
                int units = parameter.size(0) / 4;
                float[] values = parameter.values();
                float[] input = new float[3 * units];
                float[] recurrent = new float[3 * units];
                System.arraycopy(values, units, input, 0, units);
                System.arraycopy(values, 0, input, units, units);
                System.arraycopy(values, 2 * units, input, 2 * units, units);
                System.arraycopy(values, 3 * units, recurrent, 2 * units, units);
                yield List.of(
                        Weight.of(parameter.name() + "/input", input),
                        Weight.of(parameter.name() + "/recurrent", recurrent));
            }
        };
    }

    /** Gradients of the graph's arrays from that of the parameter. @param values row by row */
    static Map<String, Weight> gradients(Placement placement, float[] values) {
        List<Weight> weights = placement.weights();
        Weight first = weights.get(0);
        Map<String, Weight> gradients = new LinkedHashMap<>();
        switch (placement.order()) {
            case SAME -> put(gradients, first, values);
            case LSTM -> put(gradients, first, columns(new Weight("", first.shape(), values), LSTM, true));
            case GRU -> put(gradients, first, columns(new Weight("", first.shape(), values), GRU, true));
            case GRU_BIASES -> {
                int units = values.length / 4;
                float[] input = new float[3 * units];
                float[] recurrent = new float[3 * units];
                for (int k = 0; k < units; k++) {
                    input[k] = values[units + k];
                    input[units + k] = values[k];
                    input[2 * units + k] = values[2 * units + k];
                    recurrent[k] = input[k];
                    recurrent[units + k] = input[units + k];
                    recurrent[2 * units + k] = values[3 * units + k];
                }
                put(gradients, first, input);
                put(gradients, weights.get(1), recurrent);
            }
        }
        return gradients;
    }

    private static void put(Map<String, Weight> gradients, Weight of, float[] values) {
        gradients.put(of.name(), new Weight(of.name(), of.shape(), values));
    }
}
