package org.steadygrad.engine;

import java.util.List;
import org.steadygrad.ops.GradientStatistics;

/**
 * What one update did.
 *
 * @param applied false when the gradient wasn't finite and nothing was changed
 * @param gradient statistics of the averaged gradient before clipping
 * @param clipScale smallest factor that clipping multiplied an element by; 1 when nothing was clipped
 * @param blocks one per block of the gradient's layout
 * @param rescaled whether nothing was changed because the gradient overflowed 16-bit floats under a scaled loss, whose scale
 *     is smaller from now on: part of the search for the right one, not a sign that training goes wrong
 */
public record UpdateOutcome(
        boolean applied, GradientStatistics gradient, double clipScale, List<BlockUpdate> blocks, boolean rescaled) {

    /**
     * @param weightNorm norm of the parameter after the update
     * @param updateNorm norm of what was subtracted from it; 0 when nothing was applied
     */
    public record BlockUpdate(double weightNorm, double updateNorm) {}

    public UpdateOutcome {
        blocks = List.copyOf(blocks);
    }

    /** Of an engine that doesn't scale the loss. */
    public UpdateOutcome(boolean applied, GradientStatistics gradient, double clipScale, List<BlockUpdate> blocks) {
        this(applied, gradient, clipScale, blocks, false);
    }
}
