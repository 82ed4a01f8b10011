package org.steadygrad.engine.dl4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.NoOp;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateOutcome.BlockUpdate;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.model.UpdaterSettings;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.GradientOps;
import org.steadygrad.ops.GradientStatistics;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.ops.ParameterBlock.Kind;

/**
 * Turns a graph's flat gradient into new parameters: average, statistics, clip, DL4J's updaters, step.
 *
 * <p>DL4J leaves the sum over the minibatch in its flat gradient and divides within its updater, too late for a clip
 * that shall see the average. So the division is done here, and the updater is told of a minibatch of one.
 */
final class FlatUpdate {
    private static final int ALREADY_AVERAGED = 1;

    /** Updaters that keep squares have no room for those of larger magnitudes in float. */
    private static final double SQUARES_MAY_OVERFLOW = 1e18;

    private final ComputationGraph graph;
    private final FlatLayout layout;
    private final UpdaterSettings settings;
    private final INDArray flatGradient;
    private final INDArray flatParameters;
    private final Gradient gradient;
    private final List<INDArray> trained;
    private final List<INDArray> statistics;

    /** Those of running statistics, which are subtracted from them as they are. */
    private final List<INDArray> changes;

    private final List<INDArray> runningStatistics;

    /** Sum of the gradients of two or more passes; null until the first time there are so many. */
    private INDArray accumulated;

    private long examples;
    private int passes;

    /** @param graph its flat gradient must be set up already */
    FlatUpdate(ComputationGraph graph) {
        this.graph = graph;
        layout = FlatLayouts.of(graph);
        settings = UpdaterSettings.of(graph);
        flatGradient = flat(graph.getFlattenedGradients());
        flatParameters = flat(graph.params());
        gradient = new DefaultGradient(graph.getFlattenedGradients());
        for (ParameterBlock block : layout.blocks()) {
            gradient.setGradientFor(
                    block.name(), stretch(flatGradient, block.offset(), block.offset() + block.length()));
        }
        trained = stretches(flatGradient, block -> block.kind() == Kind.TRAINED);
        statistics = stretches(flatGradient, block -> block.kind() == Kind.STATISTIC);
        changes = stretches(flatGradient, this::isRunning);
        runningStatistics = stretches(flatParameters, this::isRunning);
    }

    FlatLayout layout() {
        return layout;
    }

    /**
     * To be called before a pass, which overwrites the graph's gradient.
     *
     * @param accumulate whether the pass' gradient joins those since the last update
     */
    void expect(boolean accumulate) {
        if (!accumulate) {
            discard();
        } else if (passes == 1) {
            if (accumulated == null) {
                accumulated = flatGradient.dup();
            } else {
                accumulated.assign(flatGradient);
            }
        }
    }

    /**
     * Takes note of the gradient that a pass has just left in the graph.
     *
     * @param batchExamples number of examples in the pass
     */
    void collect(long batchExamples) {
        if (passes > 0) {
            accumulated.addi(flatGradient);
        }
        examples += batchExamples;
        passes++;
    }

    /** Forgets the gradients since the last update. */
    void discard() {
        examples = 0;
        passes = 0;
    }

    UpdateOutcome apply(UpdateRule rule) {
        if (passes == 0) {
            throw new IllegalStateException("engine dl4j: update() needs a gradient. Call computeGradient() first.");
        }
        average();
        discard();
        GradientStatistics before = GradientOps.statistics(flatGradient, layout);
        if (!before.isFinite()) {
            return new UpdateOutcome(false, before, 1, blockUpdates(false));
        }
        double clipScale = GradientOps.clip(
                        flatGradient,
                        flatParameters,
                        layout,
                        before,
                        rule.clip().decide(before.globalNorm()))
                .scale();
        double largest = before.rows().stream()
                .mapToDouble(GradientStatistics.Row::maxAbs)
                .max()
                .orElse(0);
        boolean applied = step(rule, largest);
        return new UpdateOutcome(applied, before, clipScale, blockUpdates(applied));
    }

    /**
     * Copies the average over the passes collected so far, which stays as it is.
     *
     * @throws IllegalStateException when there are none
     */
    void copyAverage(float[] target) {
        checkGradient();
        copy(passes > 1 ? accumulated : flatGradient, target);
        float divisor = divisor();
        for (int i = 0; i < target.length; i++) {
            target[i] /= divisor;
        }
    }

    private void checkGradient() {
        if (passes == 0) {
            throw new IllegalStateException("engine dl4j: there is no gradient. Call computeGradient() first.");
        }
    }

    /**
     * Puts another average in place of that over the passes collected so far, in the blocks that are trained.
     *
     * @param values in the layout's order
     * @throws IllegalStateException when there are no passes
     */
    void replaceAverage(float[] values) {
        checkGradient();
        average();
        for (ParameterBlock block : layout.blocks()) {
            if (block.trained()) {
                int from = (int) block.offset();
                int to = (int) (block.offset() + block.length());
                stretch(flatGradient, from, to).assign(Nd4j.createFromArray(Arrays.copyOfRange(values, from, to)));
            }
        }
        examples = 1;
        passes = 1;
    }

    /** @param source with as many elements as the array */
    static void copy(INDArray source, float[] target) {
        float[] values = source.dup('c').data().asFloat();
        System.arraycopy(values, 0, target, 0, target.length);
    }

    private long divisor() {
        return graph.conf().isMiniBatch() ? examples : passes;
    }

    private void average() {
        if (passes > 1) {
            flatGradient.assign(accumulated);
        }
        double divisor = divisor();
        trained.forEach(stretch -> stretch.divi(divisor));
        if (passes > 1) {
            statistics.forEach(stretch -> stretch.divi(passes));
        }
    }

    /** @return false when the updater's own arithmetic overflowed, or its settings aren't finite; nothing is changed then */
    private boolean step(UpdateRule rule, double largest) {
        if (settings.at(rule.iteration(), rule.epoch()).isPresent()) {
            return false;
        }
        INDArray state = graph.getUpdater().getStateViewArray();
        boolean risky = state != null && largest > SQUARES_MAY_OVERFLOW;
        INDArray saved = risky ? state.dup() : null;
        update(rule);
        if (rule.learningRateScale() != 1) {
            trained.forEach(stretch -> stretch.muli(rule.learningRateScale()));
        }
        boolean stateFinite = !risky || GradientOps.isFinite(flat(state));
        if (!stateFinite || !GradientOps.isFinite(flatGradient)) {
            if (risky) {
                state.assign(saved);
            }
            return false;
        }
        flatParameters.subi(flatGradient);
        List<INDArray> running = copies(runningStatistics);
        graph.applyConstraints(rule.iteration(), rule.epoch());
        restore(runningStatistics, running);
        return true;
    }

    /** DL4J normalises, by layer or by parameter, whatever lies in its gradient; changes of running statistics don't, here. */
    private void update(UpdateRule rule) {
        List<INDArray> held = copies(changes);
        changes.forEach(stretch -> stretch.assign(0));
        graph.getUpdater()
                .update(gradient, rule.iteration(), rule.epoch(), ALREADY_AVERAGED, LayerWorkspaceMgr.noWorkspaces());
        restore(changes, held);
    }

    private static List<INDArray> copies(List<INDArray> stretches) {
        return stretches.stream().map(INDArray::dup).toList();
    }

    private static void restore(List<INDArray> stretches, List<INDArray> values) {
        for (int i = 0; i < values.size(); i++) {
            stretches.get(i).assign(values.get(i));
        }
    }

    /** After a step, the flat gradient holds what was subtracted from the parameters. */
    private List<BlockUpdate> blockUpdates(boolean applied) {
        double[] weightNorms = GradientOps.norms(flatParameters, layout);
        double[] updateNorms = applied ? GradientOps.norms(flatGradient, layout) : new double[weightNorms.length];
        List<BlockUpdate> updates = new ArrayList<>();
        for (int i = 0; i < weightNorms.length; i++) {
            updates.add(new BlockUpdate(weightNorms[i], updateNorms[i]));
        }
        return updates;
    }

    private static INDArray flat(INDArray row) {
        return row.reshape(row.length());
    }

    private static INDArray stretch(INDArray flat, long from, long to) {
        return flat.get(NDArrayIndex.interval(from, to));
    }

    private boolean isRunning(ParameterBlock block) {
        TrainingConfig config = graph.getVertex(block.layer()).getConfig();
        return block.kind() == Kind.STATISTIC && config.getUpdaterByParam(block.parameter()) instanceof NoOp;
    }

    /** The longest contiguous stretches of a flat vector whose blocks are of a kind. */
    private List<INDArray> stretches(INDArray flat, Predicate<ParameterBlock> kind) {
        List<INDArray> found = new ArrayList<>();
        long start = -1;
        for (ParameterBlock block : layout.blocks()) {
            boolean inside = kind.test(block);
            if (inside && start < 0) {
                start = block.offset();
            } else if (!inside && start >= 0) {
                found.add(stretch(flat, start, block.offset()));
                start = -1;
            }
        }
        if (start >= 0) {
            found.add(stretch(flat, start, layout.length()));
        }
        return found;
    }
}
