package org.steadygrad.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

class OutlooksTest {
    private static RunSpec run(String layer, String training) {
        return RunFiles.parse(
                "{data: spirals, model: {layers: [" + layer + "]}, training: {iterations: 400, " + training + "}}",
                "test",
                List.of());
    }

    private static List<String> judged(RunSpec run, boolean lag, Finding... findings) {
        return Outlooks.judged(List.of(findings), run, lag, Optional::empty).stream()
                .map(f -> f.severity() + " " + f.id())
                .toList();
    }

    private static Finding seen(FindingKind kind, Severity severity, double perLayer) {
        return Finding.seen(kind, severity, "", "x", Map.of("factorPerLayer", perLayer));
    }

    @Test
    void whatTheRunFileSaysNeedsNoMeasurement() {
        String tanh = "stack: {depth: 4, units: 24, activation: tanh}";
        assertEquals(List.of(), judged(run(tanh, "warmup: 40"), false));
        assertEquals(List.of("WARNING learning-rate-too-low"), judged(run(tanh, "warmup: 1000000"), false));
        assertEquals(List.of("WARNING loss-plateau"), judged(run(tanh, "l2: 1.0"), false));
        assertEquals(
                List.of("WARNING learning-rate-too-low"),
                judged(
                        run(tanh, "warmup: 1000000"),
                        false,
                        seen(FindingKind.LEARNING_RATE_TOO_LOW, Severity.WARNING, 1)));
    }

    @Test
    void gradientsGrowABitInResidualNetworksThatLearn() {
        Finding slow = seen(FindingKind.EXPLODING_GRADIENT, Severity.ERROR, 1.1);
        String stack = "stack: {depth: 50, units: 24, batchNorm: true";
        assertEquals(
                List.of("INFO exploding-gradient"),
                judged(run(stack + ", residual: true}", "clip: none"), false, slow));
        assertEquals(List.of("ERROR exploding-gradient"), judged(run(stack + "}", "clip: none"), false, slow));
        assertEquals(
                List.of("ERROR exploding-gradient"),
                judged(
                        run(stack + ", residual: true}", "clip: none"),
                        false,
                        seen(FindingKind.EXPLODING_GRADIENT, Severity.ERROR, 3)));
    }

    @Test
    void gatesMayLearnToRememberWhatTheTaskAsks() {
        Finding fades = Finding.seen(FindingKind.VANISHING_THROUGH_TIME, Severity.WARNING, "gru1", "x", Map.of());
        assertEquals(List.of("INFO vanishing-through-time"), judged(run("gru: 8", "batch: 9"), false, fades));
        assertEquals(List.of("WARNING vanishing-through-time"), judged(run("gru: 8", "batch: 9"), true, fades));
        assertEquals(List.of("WARNING vanishing-through-time"), judged(run("rnn: 8", "batch: 9"), false, fades));
    }

    /** A forget gate at a bias of -5 keeps 0.7 % of the state from step to step; one at -1 keeps 27 %. */
    @Test
    void gatesThatStartClosedAreTold() {
        Finding fades = Finding.seen(FindingKind.VANISHING_THROUGH_TIME, Severity.WARNING, "lstm1", "x", Map.of());
        assertEquals(
                List.of("WARNING vanishing-through-time"),
                judged(run("lstm: {units: 8, forgetBias: -5}", "batch: 9"), false, fades));
        assertEquals(
                List.of("INFO vanishing-through-time"),
                judged(run("lstm: {units: 8, forgetBias: -1}", "batch: 9"), false, fades));
        assertEquals(
                List.of("INFO vanishing-through-time"),
                judged(run("lstm: {units: 8, forgetBias: -5, chrono: 40}", "batch: 9"), false, fades));
    }

    /** What tells the answer within reach of the gradient needs no memory; what lies beyond it does, of gated cells as well. */
    @Test
    void theDataSaysHowFarBackTheTaskReaches() {
        Finding fades = Finding.seen(
                FindingKind.VANISHING_THROUGH_TIME, Severity.WARNING, "rnn1", "x", Map.of("horizon", 12.0));
        for (String layer : List.of("rnn: 8", "gru: 8")) {
            RunSpec run = run(layer, "batch: 9");
            assertEquals(Severity.INFO, told(run, fades, 12));
            assertEquals(Severity.WARNING, told(run, fades, 13));
        }
    }

    private static Severity told(RunSpec run, Finding finding, int nearest) {
        Optional<TellingSteps> telling = Optional.of(new TellingSteps(300, nearest, 0.6));
        return Outlooks.judged(List.of(finding), run, false, () -> telling)
                .get(0)
                .severity();
    }
}
