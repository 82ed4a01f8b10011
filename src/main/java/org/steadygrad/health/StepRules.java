package org.steadygrad.health;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.spec.HealthSpec;

/**
 * What the run of the steps tells: losses, gradient norms and update-to-weight ratios of the last {@value #WINDOW}
 * steps. Looked at every {@value #LOOK_EVERY} steps once there are enough.
 *
 * <ul>
 *   <li>{@code non-finite}: the loss or the gradient of this step isn't finite; at every step.
 *   <li>{@code gradient-spikes}: the norm of the gradient exceeded {@value #SPIKE} times the median of the window.
 *   <li>{@code updates-too-small}, {@code updates-too-large}: the median ratio of a weight matrix' update to its weights
 *       is below {@code updates.small} or above {@code updates.large}. Biases, which start at 0, aren't looked at.
 *   <li>{@code unchanging-parameter}: a trained parameter was never changed in the window.
 *   <li>{@code gradient-underflow}: where gradients are computed in 16-bit floats, the median share of elements of a weight
 *       matrix' gradient that are exactly 0 is {@value #MANY_ZEROS} or more; most of them have underflowed.
 *   <li>{@code oscillating-loss}: from step to step the loss changes by more than half its median, that median is more
 *       than a tenth of that at the start, and the second half of the window isn't better than the first.
 * </ul>
 */
final class StepRules {
    static final String NON_FINITE = "non-finite";
    static final int WINDOW = 60;
    static final int LOOK_EVERY = 20;
    static final double SPIKE = 100;
    static final double MANY_ZEROS = 0.5;

    private final HealthSpec spec;
    private final FlatLayout layout;
    private final Predicate<ParameterBlock> underflowing;
    private final Map<String, Window> windows = new LinkedHashMap<>();
    private double firstMedianLoss = Double.NaN;
    private long steps;

    /** @param underflowing whether small elements of a parameter's gradient become 0 */
    StepRules(HealthSpec spec, FlatLayout layout, Predicate<ParameterBlock> underflowing) {
        this.underflowing = underflowing;
        this.spec = spec;
        this.layout = layout;
    }

    /** Takes a step in; what isn't finite is told at once. */
    List<Finding> take(double loss, UpdateOutcome outcome) {
        steps++;
        if (outcome.rescaled()) {
            return List.of();
        }
        if (!Double.isFinite(loss) || !outcome.gradient().isFinite()) {
            return List.of(nonFinite(loss, outcome));
        }
        window("loss").add(loss);
        window("gradient").add(outcome.gradient().globalNorm());
        for (int i = 0; outcome.applied() && i < layout.blocks().size(); i++) {
            ParameterBlock block = layout.blocks().get(i);
            if (underflowing.test(block)) {
                double zeros = outcome.gradient().rows().get(i).zeros();
                window("zeros " + block.name()).add(zeros / block.length());
            }
            UpdateOutcome.BlockUpdate update = outcome.blocks().get(i);
            if (block.trained()) {
                double weight = update.weightNorm();
                window("update " + block.name()).add(weight == 0 ? update.updateNorm() : update.updateNorm() / weight);
            }
        }
        return List.of();
    }

    private Finding nonFinite(double loss, UpdateOutcome outcome) {
        String layer = "";
        for (int i = 0; i < layout.blocks().size() && layer.isEmpty(); i++) {
            boolean sick = outcome.gradient().rows().get(i).nonFinite() > 0;
            layer = sick ? layout.blocks().get(i).layer() : "";
        }
        long count = outcome.gradient().nonFinite();
        String message = "The loss is " + loss + ", and " + count + " elements of the gradient aren't finite"
                + (layer.isEmpty() ? "." : ", the first of them in " + layer + ".");
        return Finding.seen(NON_FINITE, Severity.ERROR, "", message, Map.of("loss", loss, "nonFinite", (double) count));
    }

    boolean due() {
        return steps % LOOK_EVERY == 0;
    }

    List<Finding> look() {
        List<Finding> found = new ArrayList<>();
        Window losses = window("loss");
        if (Double.isNaN(firstMedianLoss) && losses.size() > 0) {
            firstMedianLoss = losses.median();
        }
        oscillation(losses, found);
        spikes(window("gradient"), found);
        for (ParameterBlock block : layout.blocks()) {
            if (block.trained()) {
                updates(block, window("update " + block.name()), found);
                if (underflowing.test(block) && matrix(block)) {
                    zeros(block, window("zeros " + block.name()), found);
                }
            }
        }
        return found;
    }

    /** Median of the window; NaN when it is empty. */
    double recentGradientNorm() {
        return window("gradient").median();
    }

    /** Of the averaged gradient at the latest applied steps, oldest first. */
    double[] gradientNorms() {
        return window("gradient").values();
    }

    private void oscillation(Window losses, List<Finding> found) {
        if (losses.size() < WINDOW) {
            return;
        }
        double[] values = losses.values();
        double[] changes = new double[values.length - 1];
        for (int i = 0; i < changes.length; i++) {
            changes[i] = Math.abs(values[i + 1] - values[i]);
        }
        double median = Math.abs(losses.median());
        double change = median(changes);
        double before = median(Arrays.copyOfRange(values, 0, values.length / 2));
        double after = median(Arrays.copyOfRange(values, values.length / 2, values.length));
        if (change > 0.5 * median && median > 0.1 * Math.abs(firstMedianLoss) && after >= before) {
            found.add(Finding.seen(
                    "oscillating-loss",
                    Severity.WARNING,
                    "",
                    "The loss jumps by " + Finding.number(change) + " from step to step around a median of "
                            + Finding.number(median) + " and doesn't get better; the learning rate is likely too high.",
                    Map.of("medianChange", change, "medianLoss", median)));
        }
    }

    private static void spikes(Window norms, List<Finding> found) {
        double median = norms.median();
        double highest = norms.max();
        if (norms.size() >= LOOK_EVERY && median > 0 && highest > SPIKE * median) {
            found.add(Finding.seen(
                    "gradient-spikes",
                    Severity.WARNING,
                    "",
                    "The norm of the gradient rose to " + Finding.number(highest) + ", "
                            + Finding.number(highest / median) + " times its recent median.",
                    Map.of("norm", highest, "median", median)));
        }
    }

    private void updates(ParameterBlock block, Window ratios, List<Finding> found) {
        if (ratios.size() < LOOK_EVERY) {
            return;
        }
        double median = ratios.median();
        boolean matrix = matrix(block);
        Map<String, Double> evidence = Map.of("medianRatio", median);
        String name = block.name();
        if (ratios.max() == 0) {
            found.add(Finding.seen(
                    "unchanging-parameter",
                    Severity.WARNING,
                    block.layer(),
                    name + " hasn't changed at all for " + ratios.size() + " steps: no gradient reaches it, or its"
                            + " learning rate is 0.",
                    evidence));
        } else if (matrix && median < spec.updates().small()) {
            found.add(Finding.seen(
                    "updates-too-small",
                    Severity.WARNING,
                    block.layer(),
                    "A step changes " + name + " by " + Finding.number(median) + " of its size (median); it hardly"
                            + " learns.",
                    evidence));
        } else if (matrix && median > spec.updates().large()) {
            found.add(Finding.seen(
                    "updates-too-large",
                    Severity.WARNING,
                    block.layer(),
                    "A step changes " + name + " by " + Finding.number(median) + " of its size (median); lower the"
                            + " learning rate.",
                    evidence));
        }
    }

    private static boolean matrix(ParameterBlock block) {
        return block.shape().size() >= 2
                && block.shape().get(0) > 1
                && block.shape().get(1) > 1;
    }

    private static void zeros(ParameterBlock block, Window shares, List<Finding> found) {
        double median = shares.median();
        if (shares.size() >= LOOK_EVERY && median >= MANY_ZEROS) {
            found.add(Finding.seen(
                    "gradient-underflow",
                    Severity.WARNING,
                    block.layer(),
                    Finding.number(100 * median) + " % of the elements of the gradient of " + block.name()
                            + " (median) are exactly 0: what is left of them is too small for 16-bit floats, unless"
                            + " units are dead. Compare with precision bf16.",
                    Map.of("zeroShare", median)));
        }
    }

    private Window window(String name) {
        return windows.computeIfAbsent(name, n -> new Window());
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** What a resumed run needs: recent values by what they are of, the first median (NaN before), the count of steps. */
    public record State(Map<String, List<Double>> windows, double firstMedianLoss, long steps) {}

    State state() {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        windows.forEach((name, window) ->
                values.put(name, Arrays.stream(window.values()).boxed().toList()));
        return new State(values, firstMedianLoss, steps);
    }

    void restore(State state) {
        windows.clear();
        state.windows().forEach((name, values) -> values.forEach(window(name)::add));
        firstMedianLoss = state.firstMedianLoss();
        steps = state.steps();
    }

    /** The last values of a series. */
    private static final class Window {
        private final double[] ring = new double[WINDOW];
        private long added;

        void add(double value) {
            ring[(int) (added++ % WINDOW)] = value;
        }

        int size() {
            return (int) Math.min(added, WINDOW);
        }

        /** Oldest first. */
        double[] values() {
            double[] values = new double[size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = ring[(int) ((added - values.length + i) % WINDOW)];
            }
            return values;
        }

        double median() {
            return size() == 0 ? Double.NaN : StepRules.median(values());
        }

        double max() {
            return Arrays.stream(values()).max().orElse(Double.NaN);
        }
    }
}
