package org.steadygrad.health;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;

/**
 * {@code poor-initialisation}: in the first look, which comes before the first step, the deviation of the layers' outputs
 * falls or rises between two depths at least {@value FlowRules#MIN_SPAN} apart by {@code initialisation.total} in all and,
 * per layer, as a geometric mean, below {@code initialisation.shrinking} or above {@code initialisation.growing}. From
 * {@value #GRAVE} times as much on it is an error. Of layers with bounds, at which a signal that grows stays, most of
 * them having {@code units.saturated} of their outputs there means the same, and is an error when all do. Layers are compared with those of the
 * same activation. The network's own outputs and dead layers aren't looked at.
 *
 * <p>What good weights are scaled for is that this deviation neither falls nor rises (Glorot and Bengio 2010; He et al.
 * 2015).
 */
final class InitialisationRules {
    static final double GRAVE = 100;

    private final HealthSpec.Initialisation spec;
    private final HealthSpec.Units units;

    InitialisationRules(HealthSpec spec) {
        this.spec = spec.initialisation();
        units = spec.units();
    }

    /** @param trace of the first step */
    List<Finding> look(StepTrace trace) {
        List<LayerTrace> hidden =
                trace.layers().subList(0, Math.max(0, trace.layers().size() - 1));
        List<Finding> found = new ArrayList<>();
        hidden.stream().collect(Collectors.groupingBy(LayerTrace::activation)).values().stream()
                .flatMap(alike -> stretches(largestByDepth(alike)).stream())
                .filter(this::poor)
                .max(Comparator.comparingDouble(s -> Math.abs(Math.log(s.total()))))
                .ifPresent(s -> found.add(finding(s)));
        long saturated = hidden.stream()
                .filter(l -> l.saturatedShare() > 0 && l.saturatedShare() >= units.saturated())
                .count();
        if (found.isEmpty() && 2 * saturated > hidden.size()) {
            found.add(saturated(hidden, saturated));
        }
        return found;
    }

    private static TreeMap<Integer, LayerTrace> largestByDepth(List<LayerTrace> layers) {
        TreeMap<Integer, LayerTrace> largest = new TreeMap<>();
        for (LayerTrace layer : layers) {
            if (Double.isFinite(layer.deviation()) && layer.deviation() > 0) {
                largest.merge(layer.depth(), layer, (a, b) -> a.deviation() >= b.deviation() ? a : b);
            }
        }
        return largest;
    }

    /** Two depths and what becomes of the signal from the one near the input to the one near the output. */
    private record Stretch(LayerTrace low, LayerTrace high) {
        double total() {
            return high.deviation() / low.deviation();
        }

        double perLayer() {
            return Math.pow(total(), 1.0 / (high.depth() - low.depth()));
        }
    }

    private static List<Stretch> stretches(TreeMap<Integer, LayerTrace> byDepth) {
        List<Stretch> all = new ArrayList<>();
        for (LayerTrace low : byDepth.values()) {
            byDepth.tailMap(low.depth() + FlowRules.MIN_SPAN, true)
                    .values()
                    .forEach(high -> all.add(new Stretch(low, high)));
        }
        return all;
    }

    private boolean poor(Stretch s) {
        boolean shrinks = s.total() * spec.total() < 1 && s.perLayer() < spec.shrinking();
        boolean grows = s.total() > spec.total() && s.perLayer() > spec.growing();
        return shrinks || grows;
    }

    private Finding finding(Stretch s) {
        boolean grows = s.total() > 1;
        double size = grows ? s.total() : 1 / s.total();
        return Finding.seen(
                FindingKind.POOR_INITIALISATION,
                size >= GRAVE * spec.total() ? Severity.ERROR : Severity.WARNING,
                s.low().layer(),
                "Before the first step the deviation of the layers' outputs " + (grows ? "grows" : "shrinks")
                        + " by a factor of " + Finding.number(s.perLayer()) + " per layer: from "
                        + Finding.number(s.low().deviation()) + " at " + s.low().layer() + " to "
                        + Finding.number(s.high().deviation()) + " at "
                        + s.high().layer() + ".",
                Map.of(
                        "factorPerLayer", s.perLayer(),
                        "totalRatio", s.total(),
                        "layersBetween", (double) (s.high().depth() - s.low().depth())));
    }

    private Finding saturated(List<LayerTrace> hidden, long count) {
        LayerTrace worst = hidden.stream()
                .max(Comparator.comparingDouble(LayerTrace::saturatedShare))
                .orElseThrow();
        return Finding.seen(
                FindingKind.POOR_INITIALISATION,
                count == hidden.size() ? Severity.ERROR : Severity.WARNING,
                worst.layer(),
                "Before the first step " + Finding.number(100 * worst.saturatedShare()) + " % of the outputs of "
                        + worst.layer() + " (" + worst.activation() + ") lie at its bounds, as in " + count + " of "
                        + hidden.size() + " layers: the weights or what goes into them are too large.",
                Map.of("saturatedShare", worst.saturatedShare(), "saturatedLayers", (double) count));
    }
}
