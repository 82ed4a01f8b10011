package org.steadygrad.exchange.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.steadygrad.exchange.graph.Tensor;
import org.steadygrad.exchange.graph.Weight;

/** Compares gradients with Keras's, whose names have the cell's among them. */
final class KerasGradients {
    private KerasGradients() {}

    static void assertGradients(JsonNode expected, Map<String, Weight> gradients, double tolerance) {
        expected.properties().forEach(entry -> {
            String key = entry.getKey();
            // models that layers stand in; a model's own name doesn't count, TimeDistributed's does
            String plain = gradients.keySet().stream().anyMatch(known -> known.startsWith("sequential/"))
                    ? key.replaceFirst("^sequential_1/", "time_distributed/")
                    : key.replaceFirst("^sequential(_\\d+)?/", "");
            String name = plain.replaceAll("/(gru|lstm|simple_rnn)_cell/", "/")
                    .replaceAll("forward_(gru|lstm|simple_rnn)(_\\d+)?/", "forward/")
                    .replaceAll("backward_(gru|lstm|simple_rnn)(_\\d+)?/", "backward/");
            Tensor right = RightNumbers.tensor(entry.getValue());
            double largest = 1e-3;
            for (double value : right.values()) {
                largest = Math.max(largest, Math.abs(value));
            }
            int at = 0;
            for (String part : new String[] {name, name + "/input", name + "/recurrent"}) {
                Weight found = gradients.get(part);
                for (int i = 0; found != null && i < found.values().length; i++) {
                    assertEquals(right.values()[at++], found.values()[i], tolerance * largest, entry.getKey());
                }
            }
            assertEquals(right.values().length, at, entry.getKey() + " among " + gradients.keySet());
        });
    }
}
