package org.steadygrad.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.steadygrad.nn.BatchNorm;

/**
 * Finds layers whose running statistics DL4J's own {@code fit} would spoil: it passes their changes off as gradients, which its
 * gradient normalisation then scales or cuts, and takes the statistics for weights, which constraints on all parameters
 * limit.
 */
public final class NormalizedStatistics {
    private NormalizedStatistics() {}

    /** @return names the first such layer, what spoils it and what to do; empty if there is none */
    public static Optional<String> of(MultiLayerNetwork network) {
        return of(network.getLayers());
    }

    /** @return as for the other kind of network */
    public static Optional<String> of(ComputationGraph network) {
        return of(network.getLayers());
    }

    private static Optional<String> of(Layer[] layers) {
        return Arrays.stream(layers)
                .map(layer -> layer.conf().getLayer())
                .filter(layer -> layer instanceof BatchNormalization && !(layer instanceof BatchNorm))
                .map(layer -> problem((BatchNormalization) layer))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> problem(BatchNormalization layer) {
        GradientNormalization normalization = layer.getGradientNormalization();
        String spoiler = null;
        if (normalization != null && normalization != GradientNormalization.None) {
            spoiler = "gradient normalisation " + normalization;
        } else if (constrained(layer.getConstraints())) {
            spoiler = "constraints on all parameters";
        }
        return Optional.ofNullable(spoiler)
                .map(what -> "BatchNormalization layer '" + layer.getLayerName() + "': " + what
                        + " also changes its running mean and variance in DL4J's fit. Take org.steadygrad.nn.BatchNorm, or train"
                        + " with SteadyGrad's Trainer, which keep them apart.");
    }

    private static boolean constrained(List<LayerConstraint> constraints) {
        return constraints != null
                && constraints.stream()
                        .anyMatch(c -> c.getParams().contains(BatchNormalizationParamInitializer.GLOBAL_MEAN));
    }
}
