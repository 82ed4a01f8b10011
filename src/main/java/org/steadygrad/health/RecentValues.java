package org.steadygrad.health;

import java.util.Arrays;
import java.util.List;
import org.steadygrad.ops.Median;

/** The last values of a series. */
final class RecentValues {
    private final double[] ring;
    private long added;

    RecentValues(int size) {
        ring = new double[size];
    }

    void add(double value) {
        ring[(int) (added++ % ring.length)] = value;
    }

    void clear() {
        added = 0;
    }

    int size() {
        return (int) Math.min(added, ring.length);
    }

    boolean full() {
        return added >= ring.length;
    }

    /** Oldest first. */
    double[] values() {
        return last(size());
    }

    /** The latest values, oldest first; fewer where there are fewer. */
    double[] last(int count) {
        double[] values = new double[Math.min(count, size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = ring[(int) ((added - values.length + i) % ring.length)];
        }
        return values;
    }

    /** NaN when it is empty. */
    double median() {
        return Median.upper(values());
    }

    /** NaN when it is empty. */
    double max() {
        double most = size() == 0 ? Double.NaN : ring[0];
        for (int i = 1; i < size(); i++) {
            most = Math.max(most, ring[i]);
        }
        return most;
    }

    /** Median of the distances from the median; NaN when it is empty. */
    double deviation() {
        double middle = median();
        return Median.upper(
                Arrays.stream(values()).map(v -> Math.abs(v - middle)).toArray());
    }

    List<Double> state() {
        return Arrays.stream(values()).boxed().toList();
    }
}
