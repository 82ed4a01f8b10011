package org.steadygrad.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;

/**
 * {@code all-zero}: everything in a tensor is 0. For a weight matrix before the first step, which the first step tells:
 * the layer's outputs are all alike, and its weights are as large afterwards as the update. In a full look, for the outputs
 * of a layer or the gradient of these, where no dead layer and no vanishing gradient is the reason.
 */
final class ZeroRules {
    private static final double ROUNDING = 1e-5;

    private ZeroRules() {}

    /**
     * @param first outcome of the first step
     * @param trace of the same step; without it nothing is told
     */
    static List<Finding> weights(FlatLayout layout, UpdateOutcome first, Optional<StepTrace> trace) {
        List<Finding> found = new ArrayList<>();
        Set<String> constant = trace.map(ZeroRules::constantLayers).orElse(Set.of());
        for (int i = 0; first.applied() && i < layout.blocks().size(); i++) {
            ParameterBlock block = layout.blocks().get(i);
            UpdateOutcome.BlockUpdate update = first.blocks().get(i);
            double difference = Math.abs(update.weightNorm() - update.updateNorm());
            if (block.trained()
                    && StepHistory.matrix(block)
                    && constant.contains(block.layer())
                    && difference <= ROUNDING * update.weightNorm()) {
                found.add(finding(
                        block.layer(),
                        "The weights " + block.name() + " are all 0 before the first step; their units are all alike"
                                + " and stay so.",
                        Map.of("updateNorm", update.updateNorm())));
            }
        }
        return found;
    }

    private static Set<String> constantLayers(StepTrace trace) {
        return trace.layers().stream()
                .filter(layer -> layer.deviation() <= ROUNDING)
                .map(LayerTrace::layer)
                .collect(Collectors.toSet());
    }

    /** To be asked when nothing else explains it. */
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
