package org.steadygrad.exchange.network;

import java.util.Map;
import java.util.Optional;
import org.steadygrad.exchange.graph.Tensor;

/** Whether two networks gave the same for the same inputs. */
final class Proof {
    /** Largest difference in double that rounding explains, relative to the largest number. */
    private static final double ROUNDING = 1e-6;

    private Proof() {}

    /** Where two networks differ. */
    record Difference(String output, double expected, String got) {}

    /**
     * @param right outputs by name
     * @param got likewise
     * @return the first number that differs by more than rounding
     */
    static Optional<Difference> difference(Map<String, Tensor> right, Map<String, Tensor> got) {
        for (Map.Entry<String, Tensor> entry : right.entrySet()) {
            Tensor expected = entry.getValue();
            double largest = 1;
            for (double value : expected.values()) {
                largest = Double.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
            }
            double[] values = got.get(entry.getKey()).values();
            for (int i = 0; i < expected.values().length; i++) {
                double value = expected.values()[i];
                boolean same = values.length == expected.values().length
                        && (Double.compare(value, values[i]) == 0 || Math.abs(value - values[i]) <= ROUNDING * largest);
                if (!same) {
                    String other = values.length > i ? String.valueOf(values[i]) : "nothing";
                    return Optional.of(new Difference(entry.getKey(), value, other));
                }
            }
        }
        return Optional.empty();
    }
}
