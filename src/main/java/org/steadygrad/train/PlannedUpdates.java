package org.steadygrad.train;

import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataSource;

/** How many updates a run is going to make if nothing ends it early. */
final class PlannedUpdates {
    private PlannedUpdates() {}

    /**
     * @param accumulate number of batches whose gradients are averaged
     * @param window time steps of a window of truncated BPTT; 0 for whole sequences
     */
    static long of(DataSource data, LoopSettings.Limits limits, int accumulate, int window) {
        long perEpoch =
                (long) ceilDiv(data.training().batchesPerEpoch(), accumulate) * windows(data.description(), window);
        long all = Math.multiplyExact(perEpoch, limits.epochs());
        return limits.iterations() == null ? all : Math.min(all, limits.iterations());
    }

    /** Most windows that a batch is cut into. */
    static int windows(DataDescription described, int window) {
        return window == 0 ? 1 : ceilDiv(described.maxSteps(), window);
    }

    static int ceilDiv(int dividend, int divisor) {
        return (dividend + divisor - 1) / divisor;
    }
}
