package org.steadygrad.health;

import java.util.List;
import java.util.Map;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;

/**
 * What the gradients of the run of steps tell.
 *
 * <ul>
 *   <li>{@code gradient-spikes}: the norm of the gradient, per scored step as the loss is, exceeded {@value #SPIKE} times the median of
 *       the window.
 *   <li>{@code gradient-underflow}: where gradients are computed in 16-bit floats, the median share of elements of a weight
 *       matrix' gradient that are exactly 0 is {@value #MANY_ZEROS} or more; most of them have underflowed.
 * </ul>
 */
final class GradientRules implements StepRule {
    static final double SPIKE = 100;
    static final double MANY_ZEROS = 0.5;

    @Override
    public void look(StepHistory history, List<Finding> found) {
        spikes(history, found);
        for (StepHistory.BlockHistory block : history.blocks()) {
            if (block.matrix() && block.parameter().trained()) {
                zeros(block.parameter(), block.zeros(), found);
            }
        }
    }

    private static void spikes(StepHistory history, List<Finding> found) {
        RecentValues norms = history.gradientNormsPerStep();
        double median = norms.median();
        double highest = norms.max();
        if (norms.size() >= StepHistory.LOOK_EVERY && median > 0 && highest > SPIKE * median) {
            found.add(Finding.seen(
                    FindingKind.GRADIENT_SPIKES,
                    Severity.WARNING,
                    "",
                    "The norm of the gradient per scored step rose to " + Finding.number(highest) + ", "
                            + Finding.number(highest / median) + " times its recent median.",
                    Map.of("norm", highest, "median", median, "lossRise", lossRise(highest, history))));
        }
    }

    /** The loss of the step with that norm, divided by the median; 0 where that says nothing. */
    private static double lossRise(double norm, StepHistory history) {
        double[] norms = history.gradientNormsPerStep().values();
        double[] losses = history.losses().values();
        double median = history.losses().median();
        double loss = 0;
        for (int i = 0; i < norms.length; i++) {
            loss = norms[i] == norm ? losses[i] : loss;
        }
        return median > 0 ? loss / median : 0;
    }

    private static void zeros(ParameterBlock block, RecentValues shares, List<Finding> found) {
        double median = shares.median();
        if (shares.size() >= StepHistory.LOOK_EVERY && median >= MANY_ZEROS) {
            found.add(Finding.seen(
                    FindingKind.GRADIENT_UNDERFLOW,
                    Severity.WARNING,
                    block.layer(),
                    Finding.number(100 * median) + " % of the elements of the gradient of " + block.name()
                            + " (median) are exactly 0: what is left of them is too small for 16-bit floats, unless"
                            + " units are dead. Compare with precision bf16.",
                    Map.of("zeroShare", median)));
        }
    }
}
