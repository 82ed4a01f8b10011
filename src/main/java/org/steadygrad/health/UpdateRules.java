package org.steadygrad.health;

import java.util.List;
import java.util.Map;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;

/**
 * What the updates of each parameter tell.
 *
 * <ul>
 *   <li>{@code updates-too-small}, {@code updates-too-large}: the median ratio of a weight matrix' update to its weights
 *       is below {@code updates.small} or above {@code updates.large}. Biases, which start at 0, aren't looked at. The
 *       largest of these medians is told with it, since it says whether the learning rate is to blame.
 *   <li>{@code unchanging-parameter}: a trained parameter was never changed in the window.
 * </ul>
 */
final class UpdateRules implements StepRule {
    private final HealthSpec.Updates spec;

    UpdateRules(HealthSpec.Updates spec) {
        this.spec = spec;
    }

    @Override
    public void look(StepHistory history, List<Finding> found) {
        double largest = history.largestUpdate();
        for (ParameterBlock block : history.layout().blocks()) {
            if (block.trained() && history.updates(block).size() >= StepHistory.LOOK_EVERY) {
                look(block, history.updates(block), largest, found);
            }
        }
    }

    private void look(ParameterBlock block, Window ratios, double largest, List<Finding> found) {
        double median = ratios.median();
        boolean matrix = StepHistory.matrix(block);
        String change = "A step changes " + block.name() + " by " + Finding.number(median) + " of its size (median); ";
        if (ratios.max() == 0) {
            found.add(seen(
                    FindingKind.UNCHANGING_PARAMETER,
                    block,
                    block.name() + " hasn't changed at all for " + ratios.size() + " steps: no gradient reaches it, or"
                            + " its learning rate is 0.",
                    Map.of("medianRatio", median)));
        } else if (matrix && median < spec.small()) {
            found.add(tooSmall(block, change, new UpdateRatios(median, Math.max(median, largest))));
        } else if (matrix && median > spec.large()) {
            found.add(seen(
                    FindingKind.UPDATES_TOO_LARGE,
                    block,
                    change + "lower the learning rate.",
                    Map.of("medianRatio", median)));
        }
    }

    private static Finding tooSmall(ParameterBlock block, String change, UpdateRatios ratios) {
        String others = ratios.uneven()
                ? " The matrix that moves most changes by " + Finding.number(ratios.largest()) + " of its size."
                : "";
        return seen(
                FindingKind.UPDATES_TOO_SMALL,
                block,
                change + "it hardly learns." + others,
                Map.of("medianRatio", ratios.own(), UpdateRatios.LARGEST, ratios.largest()));
    }

    private static Finding seen(FindingKind kind, ParameterBlock block, String message, Map<String, Double> evidence) {
        return Finding.seen(kind, Severity.WARNING, block.layer(), message, evidence);
    }
}
