package org.steadygrad.engine.cpu.update;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateOutcome.BlockUpdate;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.engine.plan.UpdateNumbers;
import org.steadygrad.engine.plan.UpdatePlan;
import org.steadygrad.ops.GradientStatistics;
import org.steadygrad.ops.ParameterBlock;

/**
 * Turns a flat gradient into new parameters, in two passes over memory: statistics, from which the clip is decided, and
 * one that does all the rest. Neither allocates anything but what it reports, and results don't depend on the number of
 * threads.
 */
public final class UpdatePass {
    /** With gradients, penalties and weights up to this, no updater's arithmetic overflows if its settings are usual. */
    private static final double SURELY_SAFE = 1e15;

    private static final double USUAL_RATE = 1e3;
    private static final double USUAL_EPSILON = 1e-12;

    private final UpdatePlan plan;
    private final GradientScan scan;
    private final UpdateClip clip;
    private final FusedUpdate step;
    private final UpdateNumbers[] numbers;

    /** Per block, what makes the average of the flat gradient. */
    private final double[] averaging;

    /** Whether the parameters and states were looked at: those that were given may hold anything. */
    private boolean known;

    /** @param memory stays the caller's */
    public UpdatePass(UpdatePlan plan, UpdateMemory memory, Workers workers) {
        memory.check(plan);
        this.plan = plan;
        List<ParameterBlock> blocks = plan.layout().blocks();
        UpdatePieces pieces = new UpdatePieces(plan.updates());
        UpdateChunk[] chunks =
                Stream.generate(UpdateChunk::new).limit(workers.threads()).toArray(UpdateChunk[]::new);
        scan = new GradientScan(plan.layout(), pieces, chunks, memory.gradient(), workers);
        UnitRatios units = new UnitRatios(blocks, memory.parameters(), memory.gradient(), chunks, workers);
        clip = new UpdateClip(blocks, units);
        step = new FusedUpdate(plan, pieces, chunks, clip, memory, workers);
        numbers = new UpdateNumbers[blocks.size()];
        averaging = new double[blocks.size()];
    }

    /**
     * One update. If the gradient isn't finite, or the updaters' own arithmetic would overflow, nothing is changed.
     *
     * @param divisor trained blocks of the flat gradient are divided by it: the number of examples, usually
     * @param passes the changes of running statistics are divided by it: the number of accumulated passes
     */
    public UpdateOutcome apply(UpdateRule rule, double divisor, int passes) {
        for (int i = 0; i < averaging.length; i++) {
            averaging[i] = switch (plan.updates().get(i).block().kind()) {
                case TRAINED -> 1 / divisor;
                case STATISTIC -> 1.0 / passes;
                case FROZEN -> 1;
            };
            numbers[i] = plan.updates().get(i).at(rule.iteration(), rule.epoch());
        }
        GradientStatistics statistics = scan.statistics(averaging);
        if (!statistics.isFinite()) {
            return refused(statistics, 1);
        }
        clip.decide(rule.clip().decide(statistics.globalNorm()), statistics, averaging);
        boolean safe = surelySafe(statistics, rule.learningRateScale());
        if (!safe && !step.test(numbers, rule.learningRateScale())) {
            return refused(statistics, clip.smallest());
        }
        step.run(numbers, rule.learningRateScale());
        known = true;
        return new UpdateOutcome(true, statistics, clip.smallest(), blockUpdates());
    }

    /** Parameters and states may hold anything from now on. */
    public void parametersReplaced() {
        known = false;
    }

    private UpdateOutcome refused(GradientStatistics statistics, double clipScale) {
        step.measure();
        return new UpdateOutcome(false, statistics, clipScale, blockUpdates());
    }

    private List<BlockUpdate> blockUpdates() {
        List<BlockUpdate> updates = new ArrayList<>(numbers.length);
        for (int i = 0; i < numbers.length; i++) {
            updates.add(new BlockUpdate(step.weightNorm(i), step.updateNorm(i)));
        }
        return updates;
    }

    /** False when in doubt: a step that isn't surely safe is tried first, which takes as long again. */
    private boolean surelySafe(GradientStatistics statistics, double learningRateScale) {
        boolean safe = known && learningRateScale <= USUAL_RATE;
        for (int i = 0; safe && i < numbers.length; i++) {
            ParameterBlock.Kind kind = plan.updates().get(i).block().kind();
            safe = kind == ParameterBlock.Kind.FROZEN
                    || surelySafe(i, statistics.rows().get(i).maxAbs());
        }
        return safe;
    }

    private boolean surelySafe(int block, double largest) {
        UpdateNumbers with = numbers[block];
        double weight = step.weightNorm(block);
        boolean decays =
                with.firstDecay() >= 0 && with.firstDecay() < 1 && with.secondDecay() >= 0 && with.secondDecay() < 1;
        boolean divisor = !plan.updates().get(block).kind().divides() || with.epsilon() >= USUAL_EPSILON;
        return with.isFinite()
                && decays
                && divisor
                && Math.abs(with.rate()) + Math.abs(with.gradientRate()) <= USUAL_RATE
                && weight <= SURELY_SAFE
                && largest + Math.abs(with.l1()) + Math.abs(with.l2()) * weight <= SURELY_SAFE
                && Math.abs(with.weightDecay()) * weight <= SURELY_SAFE;
    }
}
