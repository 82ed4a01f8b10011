package org.steadygrad.health;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.steadygrad.health.StepHistory.BlockHistory;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
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
    private final HealthSpec all;
    private final HealthSpec.Updates spec;

    UpdateRules(HealthSpec all) {
        this.all = all;
        spec = all.updates();
    }

    @Override
    public void look(StepHistory history, List<Finding> found) {
        List<BlockHistory> blocks = history.blocks().stream()
                .filter(block -> block.updates().size() >= StepHistory.LOOK_EVERY)
                .toList();
        double[] medians = blocks.stream().mapToDouble(UpdateRules::median).toArray();
        double largest = Arrays.stream(medians).filter(Double::isFinite).max().orElse(0);
        for (int i = 0; i < medians.length; i++) {
            BlockHistory block = blocks.get(i);
            if (block.updates().max() == 0) {
                if (!LearningRateRules.slow(history, all)) {
                    found.add(unchanging(block));
                }
            } else if (block.matrix() && !(medians[i] < spec.small() && history.startRatio() > spec.large())) {
                look(block.parameter(), medians[i], largest, found);
            }
        }
    }

    /** 0 for what isn't a matrix. */
    private static double median(BlockHistory block) {
        return block.matrix() ? block.updates().median() : 0;
    }

    private static Finding unchanging(BlockHistory block) {
        String name = block.parameter().name();
        return seen(
                FindingKind.UNCHANGING_PARAMETER,
                block.parameter(),
                name + " hasn't changed at all for " + block.updates().size() + " steps: no gradient reaches it, or its"
                        + " learning rate is 0.",
                Map.of("medianRatio", 0.0));
    }

    private void look(ParameterBlock block, double median, double largest, List<Finding> found) {
        if (median < spec.small()) {
            found.add(tooSmall(block, new UpdateRatios(median, largest)));
        } else if (median > spec.large()) {
            found.add(seen(
                    FindingKind.UPDATES_TOO_LARGE,
                    block,
                    change(block, median) + "lower the learning rate.",
                    Map.of("medianRatio", median)));
        }
    }

    private static String change(ParameterBlock block, double median) {
        return "A step changes " + block.name() + " by " + Finding.number(median) + " of its size (median); ";
    }

    private static Finding tooSmall(ParameterBlock block, UpdateRatios ratios) {
        String others = ratios.uneven()
                ? " The matrix that moves most changes by " + Finding.number(ratios.largest()) + " of its size."
                : "";
        return seen(
                FindingKind.UPDATES_TOO_SMALL,
                block,
                change(block, ratios.own()) + "it hardly learns." + others,
                Map.of("medianRatio", ratios.own(), UpdateRatios.LARGEST, ratios.largest()));
    }

    private static Finding seen(FindingKind kind, ParameterBlock block, String message, Map<String, Double> evidence) {
        return Finding.seen(kind, Severity.WARNING, block.layer(), message, evidence);
    }
}
