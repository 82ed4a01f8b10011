package org.steadygrad.health;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;

/**
 * What one traced step tells about the layers.
 *
 * <ul>
 *   <li>{@code vanishing-gradient}: between two depths at least {@value #MIN_SPAN} apart, the norm of the gradient of the
 *       layers' outputs falls, towards the input, to under {@code flow.total} in all <em>and</em> per layer, as a
 *       geometric mean, to under {@code flow.vanishing}. A slow fall over a deep network isn't one, nor is one layer's
 *       small gradient. Where several layers have the same depth, the largest gradient counts, so that a residual branch
 *       with a small one is no alarm. Nor is it one below a layer that is dead altogether, which is told as such.
 *   <li>{@code exploding-gradient}: the same upside down, with {@code flow.exploding} and 1 / {@code flow.total}.
 *       Where it comes up in the course of training and stays below {@value #VIOLENT} per layer it is only a warning;
 *       normalised residual networks learn well through such times.
 *   <li>{@code dead-units}: the share of units that are 0 for the whole batch is {@code units.dead} or more. Of fewer than
 *       {@value #FEW_EXAMPLES} examples a sound unit may well pass none, so that with them only a layer without any is told.
 *   <li>{@code saturation}: the share of outputs within 2 % of a bound is {@code units.saturated} or more; the network's
 *       own outputs aren't looked at.
 *   <li>{@code non-finite}: NaN or infinity, with the first tensor and time step.
 * </ul>
 */
final class FlowRules {
    static final int MIN_SPAN = 3;
    static final double VIOLENT = 2;
    static final int FEW_EXAMPLES = 8;
    private static final int NAMED_LAYERS = 3;

    private final HealthSpec spec;
    private boolean explodesFromTheStart;

    FlowRules(HealthSpec spec) {
        this.spec = spec;
    }

    /**
     * @param first whether it is that of the first step
     * @param examples in the step's batch
     */
    List<Finding> look(StepTrace trace, boolean first, long examples) {
        List<Finding> found = new ArrayList<>();
        if (trace.nonFinite().isEmpty()) {
            vanishing(trace.layers()).ifPresent(found::add);
            Optional<Stretch> explosion = explosion(largestByDepth(trace.layers()));
            explodesFromTheStart |= first && explosion.isPresent();
            explosion.map(this::exploding).ifPresent(found::add);
        }
        for (int i = 0; i < trace.layers().size(); i++) {
            LayerTrace layer = trace.layers().get(i);
            dead(layer, examples, found);
            if (i + 1 < trace.layers().size()) {
                saturated(layer, found);
            }
        }
        return found;
    }

    /** Whether the gradient vanishes. */
    boolean vanishes(StepTrace trace) {
        return trace.nonFinite().isEmpty() && vanishing(trace.layers()).isPresent();
    }

    private Optional<Finding> vanishing(List<LayerTrace> layers) {
        boolean dead = layers.stream().anyMatch(layer -> layer.deadShare() == 1);
        return dead ? Optional.empty() : vanishing(largestByDepth(layers), layers);
    }

    static Finding nonFinite(StepTrace.NonFiniteOrigin origin) {
        String step = origin.timeStep() < 0 ? "" : ", time step " + origin.timeStep();
        return Finding.seen(
                FindingKind.NON_FINITE,
                Severity.ERROR,
                origin.layer(),
                "The first value that isn't finite is " + origin.value() + " in the " + origin.tensor() + " of "
                        + origin.layer() + step + ".",
                Map.of("timeStep", (double) origin.timeStep(), "value", origin.value()));
    }

    private static TreeMap<Integer, LayerTrace> largestByDepth(List<LayerTrace> layers) {
        TreeMap<Integer, LayerTrace> largest = new TreeMap<>();
        for (LayerTrace layer : layers) {
            if (Double.isFinite(layer.outputGradientNorm())) {
                largest.merge(layer.depth(), layer, (a, b) -> a.outputGradientNorm() >= b.outputGradientNorm() ? a : b);
            }
        }
        return largest;
    }

    /** Two depths and what becomes of the gradient from the one near the output to the one near the input. */
    private record Stretch(LayerTrace low, LayerTrace high) {
        double total() {
            return low.outputGradientNorm() / high.outputGradientNorm();
        }

        double perLayer() {
            return Math.pow(total(), 1.0 / (high.depth() - low.depth()));
        }
    }

    /**
     * Of the stretches long enough to be judged those whose gradients differ by more than a factor.
     *
     * @param total ratio of the gradient near the input to that near the output beyond which one counts: below it if it is under
     *     1, above it otherwise
     */
    private static List<Stretch> stretches(Collection<LayerTrace> byDepth, double total) {
        LayerTrace[] layers = byDepth.toArray(new LayerTrace[0]);
        List<Stretch> all = new ArrayList<>();
        for (int low = 0; low < layers.length; low++) {
            for (int high = low + 1; high < layers.length; high++) {
                double ratio = layers[low].outputGradientNorm() / layers[high].outputGradientNorm();
                boolean beyond = total < 1 ? ratio < total : ratio > total;
                if (beyond
                        && layers[high].outputGradientNorm() > 0
                        && layers[high].depth() - layers[low].depth() >= MIN_SPAN) {
                    all.add(new Stretch(layers[low], layers[high]));
                }
            }
        }
        return all;
    }

    private Optional<Finding> vanishing(TreeMap<Integer, LayerTrace> byDepth, List<LayerTrace> layers) {
        return stretches(byDepth.values(), spec.flow().total()).stream()
                .filter(s -> s.perLayer() < spec.flow().vanishing())
                .min(Comparator.comparingDouble(Stretch::total))
                .map(s -> {
                    List<String> weak = layers.stream()
                            .filter(l -> l.outputGradientNorm()
                                    < spec.flow().total() * s.high().outputGradientNorm())
                            .map(LayerTrace::layer)
                            .toList();
                    String names = String.join(", ", weak.subList(0, Math.min(NAMED_LAYERS, weak.size())));
                    return Finding.seen(
                            FindingKind.VANISHING_GRADIENT,
                            Severity.ERROR,
                            s.low().layer(),
                            "The gradient shrinks by a factor of " + Finding.number(s.perLayer())
                                    + " per layer on its way to the input: from "
                                    + Finding.number(s.high().outputGradientNorm()) + " at "
                                    + s.high().layer() + " to "
                                    + Finding.number(s.low().outputGradientNorm()) + " at "
                                    + s.low().layer() + ". "
                                    + weak.size() + " layers hardly learn: " + names
                                    + (weak.size() > NAMED_LAYERS ? ", ..." : "") + ".",
                            evidence(s));
                });
    }

    private Optional<Stretch> explosion(TreeMap<Integer, LayerTrace> byDepth) {
        return stretches(byDepth.values(), 1 / spec.flow().total()).stream()
                .filter(s -> s.perLayer() > spec.flow().exploding())
                .max(Comparator.comparingDouble(Stretch::total));
    }

    private Finding exploding(Stretch s) {
        return Finding.seen(
                FindingKind.EXPLODING_GRADIENT,
                explodesFromTheStart || s.perLayer() > VIOLENT ? Severity.ERROR : Severity.WARNING,
                s.low().layer(),
                "The gradient grows by a factor of " + Finding.number(s.perLayer())
                        + " per layer on its way to the input: from "
                        + Finding.number(s.high().outputGradientNorm()) + " at "
                        + s.high().layer() + " to "
                        + Finding.number(s.low().outputGradientNorm()) + " at "
                        + s.low().layer() + ".",
                evidence(s));
    }

    /** What a resumed run needs: whether the gradient exploded at the first step. */
    boolean state() {
        return explodesFromTheStart;
    }

    void restore(boolean state) {
        explodesFromTheStart = state;
    }

    private static Map<String, Double> evidence(Stretch s) {
        return Map.of(
                "factorPerLayer", s.perLayer(),
                "totalRatio", s.total(),
                "layersBetween", (double) (s.high().depth() - s.low().depth()),
                "normNearInput", s.low().outputGradientNorm(),
                "normNearOutput", s.high().outputGradientNorm());
    }

    /** @param last whether the layer's outputs are the network's, which may well lie at their bounds */
    private void dead(LayerTrace layer, long examples, List<Finding> found) {
        double limit = examples < FEW_EXAMPLES ? 1 : spec.units().dead();
        if (layer.deadShare() > 0 && layer.deadShare() >= limit) {
            found.add(Finding.seen(
                    FindingKind.DEAD_UNITS,
                    layer.deadShare() == 1 ? Severity.ERROR : Severity.WARNING,
                    layer.layer(),
                    Finding.number(100 * layer.deadShare()) + " % of the units of " + layer.layer()
                            + " are 0 for the whole batch, so that no gradient passes through them.",
                    Map.of("deadShare", layer.deadShare())));
        }
    }

    private void saturated(LayerTrace layer, List<Finding> found) {
        if (layer.saturatedShare() > 0 && layer.saturatedShare() >= spec.units().saturated()) {
            found.add(Finding.seen(
                    FindingKind.SATURATION,
                    Severity.WARNING,
                    layer.layer(),
                    Finding.number(100 * layer.saturatedShare()) + " % of the outputs of " + layer.layer() + " ("
                            + layer.activation() + ") lie at its bounds, where its slope is next to 0.",
                    Map.of("saturatedShare", layer.saturatedShare())));
        }
    }
}
