package org.steadygrad.engine.cpu.norm;

import org.steadygrad.engine.cpu.kernel.ModelMemory;
import org.steadygrad.engine.plan.Normalization;
import org.steadygrad.ops.ParameterBlock;

/** Running mean and variance of a batch normalisation, as the flat vectors hold them. */
final class RunningStatistics {
    /** Smallest variance that the logarithmic form stores; the logarithm of 0 would never be left again. */
    private static final double SMALLEST_VARIANCE = 1e-30;

    private final ModelMemory model;
    private final Normalization settings;

    RunningStatistics(ModelMemory model, Normalization settings) {
        this.model = model;
        this.settings = settings;
    }

    float mean(int column) {
        return model.parameters().get(at(settings.mean(), column));
    }

    double variance(int column) {
        double stored = model.parameters().get(at(settings.variance(), column));
        return settings.logarithmic() ? Math.pow(10, 2 * stored) : stored;
    }

    /** Leaves old minus new in the flat gradient: a batch's moments pull the running ones a little towards them. */
    void move(int column, double mean, double variance) {
        write(column, mean, variance, 1 - settings.decay());
    }

    /** For a batch without a row that counts: nothing moves. */
    void stay(int column) {
        write(column, 0, 0, 0);
    }

    private void write(int column, double mean, double variance, double share) {
        double old = variance(column);
        double change = share * (old - variance);
        if (settings.logarithmic()) {
            double next = Math.max(old - change, SMALLEST_VARIANCE);
            change = 0.5 * Math.log10(Math.max(old, SMALLEST_VARIANCE) / next);
        }
        model.gradient().put(at(settings.mean(), column), (float) (share * (mean(column) - mean)));
        model.gradient().put(at(settings.variance(), column), (float) change);
    }

    private static int at(ParameterBlock block, int column) {
        return (int) block.offset() + column;
    }
}
