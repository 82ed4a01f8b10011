package org.steadygrad.health;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.Median;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.spec.HealthSpec;

/**
 * What the rules about the run of the steps need to know of them: the last {@value #WINDOW} values of each series, and the
 * course of the loss from the start on. Steps that aren't finite, and those refused for their loss scale, leave no trace
 * in it.
 */
final class StepHistory {
    static final int WINDOW = 60;
    /** Steps between two looks at the history. */
    static final int LOOK_EVERY = 20;
    /** Losses that make up the loss at the start. */
    static final int START = 5;
    /** Median deviations from the median that a spike is away at least. */
    static final double SPIKE_DEVIATIONS = 8;
    /** Share of the weights' norm at the start below which they have withered. */
    static final double WITHERED = 0.1;
    /** Of what has no such series; stays empty. */
    static final RecentValues NONE = new RecentValues(0);

    private static final String LOSS = "loss";
    private static final String MANY_LOSSES = "losses of a plateau";
    private static final String GRADIENT = "gradient";
    private static final String GRADIENT_PER_STEP = "gradient per step";
    private static final String CLIP = "clip";
    private static final String WEIGHTS = "weights";
    private static final String UPDATE = "update ";
    private static final String ZEROS = "zeros ";

    private final FlatLayout layout;
    private final RunFacts facts;
    private final Map<String, RecentValues> windows = new LinkedHashMap<>();
    private final List<BlockHistory> blocks;
    private final List<Double> firstLosses = new ArrayList<>();
    /** Medians of the loss over every {@link #LOOK_EVERY} steps. */
    private final RecentValues course;

    private final double spikeFactor;
    private final double low;
    private final Learning learning = new Learning(this);
    private double bestLoss = Double.NaN;
    private double startRatio;
    private double peakRatio;
    private double startWeights;
    private double weights;
    private long smallSteps;
    private long steps;
    private long clipped;
    private long spikes;

    StepHistory(HealthSpec all, FlatLayout layout, RunFacts facts) {
        HealthSpec.Loss spec = all.loss();
        low = all.updates().low();
        this.layout = layout;
        this.facts = facts;
        windows.put(MANY_LOSSES, new RecentValues(spec.plateau()));
        course = new RecentValues(Math.max(2, spec.plateau() / LOOK_EVERY));
        spikeFactor = spec.spike();
        blocks = layout.blocks().stream().map(this::history).toList();
    }

    private BlockHistory history(ParameterBlock block) {
        boolean underflows = facts.underflowing().test(block);
        return new BlockHistory(
                block,
                matrix(block),
                block.trained() ? window(UPDATE + block.name()) : NONE,
                underflows ? window(ZEROS + block.name()) : NONE);
    }

    /**
     * What is kept of a parameter.
     *
     * @param matrix whether it is a matrix of weights; biases, which start at 0, have no size to compare updates with
     * @param updates norms of the update divided by that of the weights; {@link #NONE} of what isn't trained
     * @param zeros shares of elements of the gradient that are 0; {@link #NONE} where gradients don't underflow
     */
    record BlockHistory(ParameterBlock parameter, boolean matrix, RecentValues updates, RecentValues zeros) {}

    /** Counts a step. */
    void count() {
        steps++;
    }

    /**
     * Takes a finite step in.
     *
     * @param loss of the step
     * @param perStep the same per scored step; NaN when nothing is scored, which says nothing of the loss
     */
    void take(double loss, double perStep, UpdateOutcome outcome) {
        double norm = outcome.gradient().globalNorm();
        if (!Double.isNaN(perStep)) {
            if (firstLosses.size() < START) {
                firstLosses.add(perStep);
            }
            window(LOSS).add(perStep);
            window(MANY_LOSSES).add(perStep);
            window(GRADIENT_PER_STEP).add(loss == 0 ? norm : norm * perStep / loss);
        }
        window(GRADIENT).add(norm);
        if (outcome.applied()) {
            window(CLIP).add(outcome.clipScale());
            clipped += outcome.clipScale() < 1 ? 1 : 0;
            takeUpdates(outcome);
        }
    }

    private void takeUpdates(UpdateOutcome outcome) {
        double updates = 0;
        double squares = 0;
        for (int i = 0; i < blocks.size(); i++) {
            BlockHistory history = blocks.get(i);
            if (history.zeros() != NONE) {
                double zeros = outcome.gradient().rows().get(i).zeros();
                history.zeros().add(zeros / history.parameter().length());
            }
            if (history.updates() != NONE) {
                UpdateOutcome.BlockUpdate update = outcome.blocks().get(i);
                double weight = update.weightNorm();
                history.updates().add(weight == 0 ? update.updateNorm() : update.updateNorm() / weight);
                if (history.matrix()) {
                    updates += update.updateNorm() * update.updateNorm();
                    squares += weight * weight;
                }
            }
        }
        double ratio = squares == 0 ? 0 : Math.sqrt(updates / squares);
        weights = Math.sqrt(squares);
        startWeights = startWeights == 0 ? weights : startWeights;
        startRatio = window(LOSS).size() <= START ? Math.max(startRatio, ratio) : startRatio;
        window(WEIGHTS).add(ratio);
    }

    /** Whether a parameter is a matrix of weights. */
    static boolean matrix(ParameterBlock block) {
        return block.shape().size() >= 2
                && block.shape().get(0) > 1
                && block.shape().get(1) > 1;
    }

    /** Whether it is time to look. */
    boolean due() {
        return steps > 0 && steps % LOOK_EVERY == 0;
    }

    /** Brings what is known of the whole run up to date; to be called at every look, before the rules are asked. */
    void summarize() {
        double[] latest = losses().last(LOOK_EVERY);
        if (latest.length == LOOK_EVERY) {
            double limit = spikeLimit();
            for (double loss : latest) {
                spikes += losses().full() && loss > limit ? 1 : 0;
            }
            course.add(Median.upper(latest));
            bestLoss = Double.isNaN(bestLoss) ? recentLoss() : Math.min(bestLoss, recentLoss());
        }
        double ratio = Median.upper(window(WEIGHTS).last(LOOK_EVERY));
        smallSteps += ratio < low ? LOOK_EVERY : 0;
        peakRatio = ratio > peakRatio ? ratio : peakRatio;
    }

    FlatLayout layout() {
        return layout;
    }

    RunFacts facts() {
        return facts;
    }

    long steps() {
        return steps;
    }

    /** Steps that were clipped. */
    long clipped() {
        return clipped;
    }

    /** Losses that were spikes. */
    long spikes() {
        return spikes;
    }

    /**
     * The loss above which one is a spike: that it stands out from the noise is told by logarithms as well, since losses of heavy
     * tails and those that have nearly vanished are spread over orders of magnitude.
     */
    double spikeLimit() {
        double median = losses().median();
        double limit = Math.max(spikeFactor * median, median + SPIKE_DEVIATIONS * losses().deviation());
        if (!(median > 0)) {
            return limit;
        }
        RecentValues logarithms = new RecentValues(WINDOW);
        Arrays.stream(losses().values()).map(Math::log).forEach(logarithms::add);
        return Math.max(limit, median * Math.exp(SPIKE_DEVIATIONS * logarithms.deviation()));
    }

    /** Losses of as many steps as a plateau takes. */
    RecentValues manyLosses() {
        return window(MANY_LOSSES);
    }

    RecentValues losses() {
        return window(LOSS);
    }

    RecentValues gradientNorms() {
        return window(GRADIENT);
    }

    /** The same per scored step, as the losses are. */
    RecentValues gradientNormsPerStep() {
        return window(GRADIENT_PER_STEP);
    }

    RecentValues clipScales() {
        return window(CLIP);
    }

    /** Norm of the update divided by that of the weights, over all weight matrices. */
    RecentValues updateRatios() {
        return window(WEIGHTS);
    }

    /** In the layout's order. */
    List<BlockHistory> blocks() {
        return blocks;
    }

    /** The largest median of the updates of any trained weight matrix; 0 before the first. */
    double largestUpdate() {
        return blocks.stream()
                .filter(BlockHistory::matrix)
                .mapToDouble(block -> block.updates().median())
                .filter(Double::isFinite)
                .max()
                .orElse(0);
    }

    /** The first loss, or the median of the first ones if that is lower; NaN before the first. */
    double startLoss() {
        double median = Median.upper(
                firstLosses.stream().mapToDouble(Double::doubleValue).toArray());
        return firstLosses.isEmpty() ? Double.NaN : Math.min(firstLosses.get(0), median);
    }

    /** What a loss must be above to be higher than at the start: {@link #startLoss}, or the highest of the first where steps were small. */
    double startLevel() {
        return startRatio > LearningRateRules.LARGE_WHEN_SICK
                ? startLoss()
                : firstLosses.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    }

    /** Median of the latest losses; NaN before the first. */
    double recentLoss() {
        return Median.upper(losses().last(LOOK_EVERY));
    }

    /** Of the latest losses; infinite before the first. */
    double lowestRecentLoss() {
        return Arrays.stream(losses().last(LOOK_EVERY)).min().orElse(Double.POSITIVE_INFINITY);
    }

    /** The latest medians of the loss over every {@value #LOOK_EVERY} steps. */
    RecentValues course() {
        return course;
    }

    /** The lowest median of the loss over {@value #LOOK_EVERY} steps; NaN before the first. */
    double bestLoss() {
        return bestLoss;
    }

    /** The largest of the {@link #updateRatios} of the first {@value #START} steps. */
    double startRatio() {
        return startRatio;
    }

    /** The largest of the {@link #updateRatios} that lasted for {@value #LOOK_EVERY} steps. */
    double peakRatio() {
        return peakRatio;
    }

    /** Steps so far, by {@value #LOOK_EVERY}, at which updates were below what the settings call too small for a learning rate. */
    long smallSteps() {
        return smallSteps;
    }

    /** Whether the run learns. */
    Learning learning() {
        return learning;
    }

    /** Whether next to nothing is left of the weights, so that any update is large beside them. */
    boolean withered() {
        return weights < WITHERED * startWeights;
    }

    private RecentValues window(String name) {
        return windows.computeIfAbsent(name, n -> new RecentValues(WINDOW));
    }

    /**
     * What a resumed run needs.
     *
     * @param counts steps, clipped steps, spikes, small steps
     * @param startWeights norm of all weight matrices after the first step
     * @param weights the same after the latest one
     * @param perScoredStep whether losses are per scored step; older checkpoints hold sums over time, which are left out
     */
    record State(
            Map<String, List<Double>> windows,
            List<Double> firstLosses,
            List<Double> course,
            double bestLoss,
            double startRatio,
            double peakRatio,
            List<Long> counts,
            boolean perScoredStep,
            double startWeights,
            double weights) {}

    State state() {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        windows.forEach((name, window) -> values.put(name, window.state()));
        return new State(
                values,
                List.copyOf(firstLosses),
                course.state(),
                bestLoss,
                startRatio,
                peakRatio,
                List.of(steps, clipped, spikes, smallSteps),
                true,
                startWeights,
                weights);
    }

    void restore(State state) {
        boolean losses = state.perScoredStep();
        windows.values().forEach(RecentValues::clear);
        state.windows().forEach((name, values) -> {
            if (losses || !name.equals(LOSS)) {
                values.forEach(window(name)::add);
            }
        });
        firstLosses.clear();
        course.clear();
        if (losses) {
            firstLosses.addAll(state.firstLosses());
            state.course().forEach(course::add);
            bestLoss = state.bestLoss();
        }
        startRatio = state.startRatio();
        peakRatio = state.peakRatio();
        startWeights = state.startWeights();
        weights = state.weights();
        steps = state.counts().get(0);
        clipped = state.counts().get(1);
        spikes = losses ? state.counts().get(2) : 0;
        smallSteps = state.counts().size() > 3 ? state.counts().get(3) : 0;
    }
}
