package org.steadygrad.health.prescribe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

class CausesTest {
    private static RunSpec run(String training) {
        return RunFiles.parse(
                "{data: spirals, model: {layers: [stack: {depth: 4, units: 24, activation: tanh}]}, training: {"
                        + "iterations: 400, " + training + "}}",
                "test",
                List.of());
    }

    private static List<Prescription> prescribed(RunSpec run, FindingKind kind) {
        Finding finding =
                Finding.seen(kind, Severity.WARNING, "", "x", Map.of("medianRatio", 1e-6, "largestRatio", 1e-6));
        DataDescription data = new DataDescription(InputKind.VECTOR, 2, TargetKind.CLASS, 3, 1);
        return new RunFilePrescriber(run, data).prescribe(finding, new double[0]);
    }

    /** What is prescribed is the cause's undoing, and nothing else. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "warmup: 1000000 | training.warmup=40",
                "schedule: {step: {every: 1, factor: 0.5}} | training.schedule=cosine",
                "schedule: {exponential: {every: 2, factor: 0.7}} | training.schedule=cosine",
                "updater: {adam: {epsilon: 1000}} | training.updater.epsilon=0.00000001",
                "updater: sgd, clip: {globalNorm: 0.000001} | training.clip={globalNorm: 1}",
                "l2: 1.0 | training.l2=0.0001",
                "l1: 0.3 | training.l1=0.00001",
                "weightDecay: 100 | training.weightDecay=0.01",
            })
    void whatTheRunFileSaysIsUndone(String training, String undoing) {
        RunSpec run = run(training);
        for (FindingKind kind :
                List.of(FindingKind.LEARNING_RATE_TOO_LOW, FindingKind.LOSS_PLATEAU, FindingKind.VANISHING_GRADIENT)) {
            List<Prescription> prescribed = prescribed(run, kind);
            assertEquals(
                    List.of(List.of(undoing)),
                    prescribed.stream().map(Prescription::changes).toList());
            assertTrue(Causes.of(RunFiles.with(run, List.of(undoing))).isEmpty(), undoing);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "warmup: 100",
                "schedule: cosine",
                "schedule: {step: {every: 100, factor: 0.3}}",
                "clip: {globalNorm: 0.001}",
                "l2: 0.001",
                "weightDecay: 0.1",
            })
    void usualSettingsAreNoCause(String training) {
        assertEquals(List.of(), Causes.of(run(training)));
    }

    /** Adam at 3, or gradient descent at 50, is no advice. */
    @ParameterizedTest
    @CsvSource({"adam, 0.01", "sgd, 0.5", "nesterovs, 0.1", "rmsProp, 0.01"})
    void ratesStayWithinBounds(String updater, double most) {
        RunSpec run = run("updater: {" + updater + ": {learningRate: 0.003}}");
        for (FindingKind kind : List.of(FindingKind.LEARNING_RATE_TOO_LOW, FindingKind.LOSS_PLATEAU)) {
            for (Prescription prescription : prescribed(run, kind)) {
                double rate = RunFiles.with(run, prescription.changes())
                        .training()
                        .updater()
                        .learningRate();
                assertTrue(rate <= most, prescription.title());
            }
        }
    }

    @Test
    void dropoutOfNearlyAllIsUndoneInEveryLayer() {
        RunSpec run = RunFiles.parse(
                "{data: spirals, model: {layers: [dense: {units: 9, dropout: 0.95}, dropout: 0.9, output: {}]}}",
                "test",
                List.of());
        assertEquals(
                List.of("model.layers[0].dense.dropout=0.2", "model.layers[1].dropout.rate=0.2"),
                Causes.of(run).get(0).undoing().changes());
    }
}
