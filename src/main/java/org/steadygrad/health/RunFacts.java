package org.steadygrad.health;

import java.util.OptionalInt;
import java.util.function.Predicate;
import org.steadygrad.check.Check;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.runlog.Baselines;

/**
 * What is known of a run beforehand and that its steps don't tell.
 *
 * @param lag steps back that the task needs, at the longest; empty when it isn't known
 * @param window time steps of a window of truncated back-propagation; 0 for whole sequences
 * @param lossAtEveryStep whether every time step has a loss of its own
 * @param symbols whether the features are symbol numbers, whose size means nothing
 * @param clips whether gradients are clipped at all
 * @param batchesPerEpoch number of batches in the training data; 0 when it isn't known
 * @param underflowing whether small elements of a parameter's gradient become 0, as in 16-bit floats
 * @param baselines what guessing gives; their training loss compares with the steps' loss per scored step, their validation loss with
 *     that of validations
 * @param penalised whether training losses hold penalties on weights
 * @param longest time steps of the longest sequence; 1 for vectors, 0 when it isn't known
 */
public record RunFacts(
        OptionalInt lag,
        int window,
        boolean lossAtEveryStep,
        boolean symbols,
        boolean clips,
        int batchesPerEpoch,
        Predicate<ParameterBlock> underflowing,
        Baselines baselines,
        boolean penalised,
        int longest) {

    /** Of a run of which nothing is known. */
    public static final RunFacts NONE =
            new RunFacts(OptionalInt.empty(), 0, false, false, false, 0, block -> false, Baselines.NONE);

    /** Of a run without penalties. */
    public RunFacts(
            OptionalInt lag,
            int window,
            boolean lossAtEveryStep,
            boolean symbols,
            boolean clips,
            int batchesPerEpoch,
            Predicate<ParameterBlock> underflowing,
            Baselines baselines) {
        this(lag, window, lossAtEveryStep, symbols, clips, batchesPerEpoch, underflowing, baselines, false, 0);
    }

    public RunFacts {
        Check.notNull(lag, "RunFacts", "lag");
        Check.nonNegative(window, "RunFacts", "window");
        Check.nonNegative(batchesPerEpoch, "RunFacts", "batchesPerEpoch");
        Check.notNull(underflowing, "RunFacts", "underflowing");
        Check.notNull(baselines, "RunFacts", "baselines");
        Check.nonNegative(longest, "RunFacts", "longest");
    }

    /** The same with clipping. */
    RunFacts clipped() {
        return new RunFacts(
                lag,
                window,
                lossAtEveryStep,
                symbols,
                true,
                batchesPerEpoch,
                underflowing,
                baselines,
                penalised,
                longest);
    }

    /** The same with gradients of which some underflow. */
    RunFacts underflowing(Predicate<ParameterBlock> where) {
        return new RunFacts(
                lag, window, lossAtEveryStep, symbols, clips, batchesPerEpoch, where, baselines, penalised, longest);
    }
}
