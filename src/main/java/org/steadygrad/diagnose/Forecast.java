package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.stream.Collectors;
import org.steadygrad.health.UpdateRatios;
import org.steadygrad.ops.Median;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;

/**
 * What the first updates and the windows of truncated back-propagation lead to. The rules on data, initialisation, layers and
 * time are health's, by which a running training is judged as well; these need what only a look beforehand can tell:
 *
 * <ul>
 *   <li>{@code learning-rate-too-high}: the first update changes the weights, all matrices together, by more than {@code
 *       updates.large} of their norm; an error when it lets the loss of its own batch rise to more than {@code loss.diverging}
 *       times what it was, or to NaN.
 *   <li>{@code learning-rate-too-low}: it changes every matrix by less than {@code updates.low}.
 *   <li>{@code updates-too-small}, {@code updates-too-large}: it changes some of them by less than {@code updates.small} or by
 *       more than {@code updates.large}; the latter for information where the loss of its own batch doesn't rise.
 *   <li>{@code short-truncation}: see {@link Truncation}; or the task is known to need more steps than a window has.
 * </ul>
 */
final class Forecast {
    private static final int NAMED = 4;
    /** Name of the size of the first step in the evidence, as a share of the weights. */
    private static final String RATIO = "ratio";

    private final HealthSpec spec;
    private final List<Finding> found = new ArrayList<>();

    Forecast(HealthSpec spec) {
        this.spec = spec;
    }

    /** In no particular order. */
    List<Finding> findings() {
        return List.copyOf(found);
    }

    /** Whether a finding says that first steps are small, which has its cause elsewhere where hardly any gradient arrives. */
    static boolean slow(Finding finding) {
        return finding.kind() == FindingKind.LEARNING_RATE_TOO_LOW
                && finding.evidence().containsKey(RATIO);
    }

    /**
     * Judges the first updates.
     *
     * @param probes at least one
     */
    void steps(LayerFlows flows, List<Probe> probes) {
        Map<String, Double> ratios = flows.updateRatios();
        double all = flows.updateRatio();
        if (ratios.isEmpty() || Double.isNaN(all)) {
            return;
        }
        double before = probes.stream().mapToDouble(Probe::loss).average().orElseThrow();
        double after = probes.stream().mapToDouble(Probe::lossAfter).average().orElseThrow();
        Map<String, Double> evidence = new LinkedHashMap<>();
        evidence.put(RATIO, all);
        evidence.put("medianRatio", median(ratios));
        evidence.put(UpdateRatios.LARGEST, largest(ratios));
        evidence.put("startLoss", before);
        evidence.put("recentLoss", after);
        boolean worse = !(after <= spec.loss().diverging() * before);
        if (all > spec.updates().large()) {
            found.add(finding(
                    FindingKind.LEARNING_RATE_TOO_HIGH,
                    worse ? Severity.ERROR : Severity.WARNING,
                    "",
                    "The first step changes the weights by " + percent(all)
                            + " of their size; 0.1 % to 1 % is usual. It takes"
                            + " the loss of its own batch from " + Finding.number(before) + " to "
                            + Finding.number(after)
                            + ".",
                    evidence));
        } else if (ratios.values().stream().allMatch(r -> r < spec.updates().low())) {
            found.add(finding(
                    FindingKind.LEARNING_RATE_TOO_LOW,
                    Severity.WARNING,
                    "",
                    "The first step changes no weight matrix by more than "
                            + percent(largest(ratios))
                            + " of its size; at that rate it takes thousands of steps to get anywhere.",
                    evidence));
        }
        uneven(ratios, after <= before ? Severity.INFO : Severity.WARNING);
    }

    /** Matrices whose steps are too small or too large by themselves. @param large what a too large one is worth */
    private void uneven(Map<String, Double> ratios, Severity large) {
        sized(
                ratios,
                FindingKind.UPDATES_TOO_SMALL,
                Severity.WARNING,
                "hardly change",
                ratio -> ratio < spec.updates().small(),
                Comparator.comparing(ratios::get));
        sized(
                ratios,
                FindingKind.UPDATES_TOO_LARGE,
                large,
                "are torn away from where they start",
                ratio -> ratio > spec.updates().large(),
                Comparator.<String, Double>comparing(ratios::get).reversed());
    }

    /** @param gravest names of matrices, the gravest first */
    private void sized(
            Map<String, Double> ratios,
            FindingKind kind,
            Severity severity,
            String fate,
            DoublePredicate wrong,
            Comparator<String> gravest) {
        List<String> names = ratios.keySet().stream()
                .filter(name -> wrong.test(ratios.get(name)))
                .sorted(gravest)
                .toList();
        if (!names.isEmpty()) {
            String listed = names.stream()
                    .limit(NAMED)
                    .map(name -> name + " by " + percent(ratios.get(name)))
                    .collect(Collectors.joining(", "));
            String more = names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "";
            String first = names.get(0);
            found.add(finding(
                    kind,
                    severity,
                    first.substring(0, first.lastIndexOf('_')),
                    "The first step changes " + listed + more + " of their size: these weights " + fate + ".",
                    Map.of(
                            "medianRatio",
                            ratios.get(first),
                            "matrices",
                            (double) names.size(),
                            UpdateRatios.LARGEST,
                            largest(ratios))));
        }
    }

    /**
     * Judges windows of truncated back-propagation.
     *
     * @param lag steps back that the task needs; null when it isn't known
     */
    void truncation(Optional<Truncation> measured, List<RecurrentPart> parts, Integer lag) {
        if (measured.isEmpty()) {
            return;
        }
        Truncation truncation = measured.get();
        Truncation.Comparison first = truncation.comparisons().get(0);
        boolean behind = lag != null && lag > truncation.steps();
        if (!truncation.tooShort() && !behind) {
            return;
        }
        Map<String, Double> evidence = new LinkedHashMap<>();
        evidence.put("window", (double) truncation.steps());
        evidence.put("enough", (double) Math.max(truncation.enough(), behind ? Math.min(lag, truncation.length()) : 0));
        evidence.put("cosine", first.cosine());
        evidence.put("growth", first.growth());
        evidence.put("change", first.change());
        String message = "Windows of " + truncation.steps() + " steps cut the gradient: with windows of "
                + first.doubled() + " it is " + percent(first.change()) + " different (cosine "
                + Finding.number(first.cosine()) + ").";
        if (behind) {
            evidence.put("lag", (double) lag);
            message += " The task needs " + lag + " steps.";
        }
        message += " Windows of " + Math.round(evidence.get("enough")) + " steps would do.";
        found.add(finding(
                FindingKind.SHORT_TRUNCATION,
                Severity.WARNING,
                parts.isEmpty() ? "" : parts.get(0).layer(),
                message,
                evidence));
    }

    private static double largest(Map<String, Double> ratios) {
        return ratios.values().stream().max(Double::compare).orElseThrow();
    }

    private static double median(Map<String, Double> ratios) {
        return Median.upper(
                ratios.values().stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static String percent(double share) {
        return Finding.number(100 * share) + " %";
    }

    private static Finding finding(
            FindingKind kind, Severity severity, String layer, String message, Map<String, Double> evidence) {
        return new Finding(kind.id(), severity, layer, 0, 1, message, evidence, List.of());
    }
}
