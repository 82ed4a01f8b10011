package org.steadygrad.forensics;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.engine.StepTrace.TimeProfile;

/** Looks for what made a gradient overflow after a forward pass that was finite. */
final class BackwardSuspects {
    private final Scene scene;

    BackwardSuspects(Scene scene) {
        this.scene = scene;
    }

    /** @param origin in a gradient */
    Optional<Cause> look(NonFiniteOrigin origin) {
        StepTrace trace = scene.pass().trace();
        return throughTime(origin.layer(), trace)
                .or(() -> throughLayers(trace))
                .or(() -> ofParameters(origin.layer(), trace));
    }

    /** The gradient of a recurrent layer's state, of the layer itself or of one that reads it. */
    private Optional<Cause> throughTime(String layer, StepTrace trace) {
        List<String> concerned = scene.pass().withReaders(layer);
        return trace.profiles().stream()
                .filter(profile -> concerned.contains(profile.layer()))
                .flatMap(profile -> throughTime(profile).stream())
                .findFirst();
    }

    private Optional<Cause> throughTime(TimeProfile profile) {
        int from = -1;
        int to = -1;
        double largest = 0;
        for (int i = 0; i < profile.steps().size(); i++) {
            double norm = profile.norms().get(i);
            boolean counts =
                    Double.isFinite(norm) && norm > 0 && profile.steps().get(i) >= scene.firstTimeStep();
            from = counts && from < 0 ? i : from;
            to = counts ? i : to;
            largest = counts ? Math.max(largest, norm) : Double.isFinite(norm) ? largest : Double.POSITIVE_INFINITY;
        }
        if (to - from < 2 || largest * scene.pass().examples() < scene.limit()) {
            return Optional.empty();
        }
        int early = profile.direction().equals("backward") ? to : from;
        int late = profile.direction().equals("backward") ? from : to;
        int span = Math.abs(profile.steps().get(late) - profile.steps().get(early));
        double factor = Math.pow(profile.norms().get(early) / profile.norms().get(late), 1.0 / span);
        return factor < Scene.GROWTH
                ? Optional.empty()
                : Optional.of(new Cause(
                        Cause.Kind.RECURRENT_GROWTH,
                        "The gradient through the recurrence of " + profile.layer()
                                + " explodes: in double precision it"
                                + " grows by a factor of " + Words.number(factor) + " per time step back, from "
                                + Words.number(profile.norms().get(late)) + " at step "
                                + profile.steps().get(late)
                                + " to " + Words.number(profile.norms().get(early)) + " at step "
                                + profile.steps().get(early) + ".",
                        Map.of("gradientGrowthPerStep", factor, "largestGradientNorm", largest)));
    }

    private Optional<Cause> throughLayers(StepTrace trace) {
        List<LayerTrace> layers = trace.layers();
        for (int i = layers.size() - 1; i >= 0; i--) {
            double norm = layers.get(i).outputGradientNorm();
            if (norm * scene.pass().examples() > scene.limit()) {
                double first = layers.get(layers.size() - 1).outputGradientNorm();
                return Optional.of(new Cause(
                        Cause.Kind.PRODUCT_OVERFLOW,
                        "In double precision the gradient of the output of "
                                + layers.get(i).layer() + " has the norm "
                                + Words.number(norm) + ", more than the engine's numbers can hold, from "
                                + Words.number(first) + " at "
                                + layers.get(layers.size() - 1).layer() + ".",
                        Map.of("gradientNorm", norm, "gradientNormNearOutput", first)));
            }
        }
        return Optional.empty();
    }

    /** A parameter's gradient is the product of what the layer reads and the gradient of what it puts out. */
    private Optional<Cause> ofParameters(String layer, StepTrace trace) {
        double input = scene.pass().largestInput(layer);
        double norm = trace.layers().stream()
                .filter(l -> l.layer().equals(layer))
                .mapToDouble(LayerTrace::outputGradientNorm)
                .findFirst()
                .orElse(0);
        return input * norm * scene.pass().examples() > scene.limit()
                ? Optional.of(new Cause(
                        Cause.Kind.PRODUCT_OVERFLOW,
                        "The gradient of the parameters of " + layer + " is the product of inputs of up to "
                                + Words.number(input) + " and a gradient of norm " + Words.number(norm)
                                + ", which together exceed what the engine's numbers can hold.",
                        Map.of("largestInput", input, "gradientNorm", norm)))
                : Optional.empty();
    }
}
