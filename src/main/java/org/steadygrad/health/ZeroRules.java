package org.steadygrad.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.spec.FindingKind;

/**
 * {@code all-zero}: everything in a tensor is 0. For a weight matrix before the first step, which the first update tells:
 * weights that are as large as it have been 0. In a full look, for the outputs of a layer whose units aren't dead, which is
 * told by a name of its own, and for the gradient of a layer's outputs.
 */
final class ZeroRules {
    private static final double ROUNDING = 1e-5;

    private ZeroRules() {}

    /** @param first outcome of the first step */
    static List<Finding> weights(FlatLayout layout, UpdateOutcome first) {
        List<Finding> found = new ArrayList<>();
        for (int i = 0; first.applied() && i < layout.blocks().size(); i++) {
            ParameterBlock block = layout.blocks().get(i);
            UpdateOutcome.BlockUpdate update = first.blocks().get(i);
            double difference = Math.abs(update.weightNorm() - update.updateNorm());
            if (block.trained() && StepHistory.matrix(block) && difference <= ROUNDING * update.weightNorm()) {
                found.add(finding(
                        block.layer(),
                        "The weights " + block.name() + " are all 0 before the first step; their units are all alike"
                                + " and stay so.",
                        Map.of("updateNorm", update.updateNorm())));
            }
        }
        return found;
    }

    static List<Finding> look(StepTrace trace) {
        List<Finding> found = new ArrayList<>();
        for (LayerTrace layer : trace.layers()) {
            boolean outputs = layer.mean() == 0 && layer.deviation() == 0 && layer.deadShare() == 0;
            if (outputs || layer.outputGradientNorm() == 0) {
                found.add(finding(
                        layer.layer(),
                        (outputs ? "The outputs of " : "The gradients of the outputs of ") + layer.layer()
                                + " are all 0.",
                        Map.of("deviation", layer.deviation())));
            }
        }
        return found;
    }

    private static Finding finding(String layer, String message, Map<String, Double> evidence) {
        return Finding.seen(FindingKind.ALL_ZERO, Severity.ERROR, layer, message, evidence);
    }
}
