package org.steadygrad.runlog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.steadygrad.check.Counted;
import org.steadygrad.engine.StepTrace.LayerTrace;

/**
 * A run's health at its end.
 *
 * @param steps number of steps observed
 * @param tracedSteps number of them with a full look
 * @param skippedSteps number of them that weren't applied
 * @param medianGradientNorm of the recent steps, before clipping; NaN when there are none
 * @param medianClippedNorm of the same steps after clipping, in a network that is trained with DL4J's own {@code fit}; empty where
 *     nothing clips, and in runs, whose log tells by how much each step was clipped
 * @param layers the last full look at the layers, from input to output
 * @param horizons steps back that the gradient reaches, by recurrent layer and direction
 * @param findings the gravest first
 */
public record HealthSummary(
        long steps,
        long tracedSteps,
        long skippedSteps,
        double medianGradientNorm,
        @JsonIgnore OptionalDouble medianClippedNorm,
        List<Layer> layers,
        Map<String, Integer> horizons,
        List<Finding> findings) {

    /** Of a run that nothing is known of. */
    public static final HealthSummary NONE =
            new HealthSummary(0, 0, 0, Double.NaN, OptionalDouble.empty(), List.of(), Map.of(), List.of());

    /**
     * @param name of the layer
     * @param gradientNorm of its output; NaN when none reaches it
     * @param deviation of its outputs
     * @param saturatedShare of its outputs
     * @param deadShare of its units
     */
    public record Layer(String name, double gradientNorm, double deviation, double saturatedShare, double deadShare) {
        /** What of a layer's trace is kept. */
        public static Layer of(LayerTrace layer) {
            return new Layer(
                    layer.layer(),
                    layer.outputGradientNorm(),
                    layer.deviation(),
                    layer.saturatedShare(),
                    layer.deadShare());
        }
    }

    /** Of a run; what its result says. */
    @JsonCreator
    public HealthSummary(
            @JsonProperty("steps") long steps,
            @JsonProperty("tracedSteps") long tracedSteps,
            @JsonProperty("skippedSteps") long skippedSteps,
            @JsonProperty("medianGradientNorm") double medianGradientNorm,
            @JsonProperty("layers") List<Layer> layers,
            @JsonProperty("horizons") Map<String, Integer> horizons,
            @JsonProperty("findings") List<Finding> findings) {
        this(steps, tracedSteps, skippedSteps, medianGradientNorm, OptionalDouble.empty(), layers, horizons, findings);
    }

    public HealthSummary {
        layers = List.copyOf(layers);
        horizons = Collections.unmodifiableSortedMap(new TreeMap<>(horizons));
        findings = List.copyOf(findings);
    }

    /** The same with what was left of the gradient. */
    public HealthSummary clippedTo(double medianNorm) {
        return new HealthSummary(
                steps,
                tracedSteps,
                skippedSteps,
                medianGradientNorm,
                OptionalDouble.of(medianNorm),
                layers,
                horizons,
                findings);
    }

    /** As a table for people, several lines; findings that layers have in common are one. */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%s, %d looked at in full, %d skipped; gradient norm %s (recent median)%s%n",
                Counted.of(steps, "step"),
                tracedSteps,
                skippedSteps,
                Finding.number(medianGradientNorm),
                medianClippedNorm.isPresent()
                        ? ", after clipping " + Finding.number(medianClippedNorm.getAsDouble())
                        : ""));
        if (!layers.isEmpty()) {
            text.append(String.format(
                    Locale.ROOT, "%-24s %10s %10s %10s %7s%n", "layer", "gradient", "deviation", "saturated", "dead"));
        }
        for (Layer layer : layers) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-24s %10s %10s %9.0f%% %6.0f%%%n",
                    layer.name(),
                    Finding.number(layer.gradientNorm()),
                    Finding.number(layer.deviation()),
                    100 * layer.saturatedShare(),
                    100 * layer.deadShare()));
        }
        horizons.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(e -> text.append(String.format(
                        Locale.ROOT,
                        "%s: the gradient reaches %s back%n",
                        e.getKey(),
                        Counted.of(e.getValue(), "step"))));
        text.append(findings.isEmpty() ? String.format("No findings.%n") : "");
        for (FindingGroup group : FindingGroup.of(findings)) {
            Finding finding = group.first();
            text.append(String.format(
                    Locale.ROOT,
                    "%s %s (seen %s, first at iteration %d): %s%n",
                    finding.severity(),
                    finding.id(),
                    Counted.of(finding.count(), "time"),
                    finding.firstIteration(),
                    group.text()));
        }
        return text.toString();
    }
}
