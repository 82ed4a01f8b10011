package org.steadygrad.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.diagnose.LayerFlow.Outlook;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Look;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.train.Trainer;

class PreflightTest {
    private static final String SIGMOID = "model.layers[0].stack={depth: 20, units: 17, activation: sigmoid}";
    private static final String RELU = "model.layers[0].stack={depth: 20, units: 33, activation: relu, init: ";

    private static List<String> ids(Diagnosis diagnosis, Severity severity) {
        return diagnosis.findings().stream()
                .filter(finding -> finding.severity() == severity)
                .map(Finding::id)
                .toList();
    }

    /** Median update-to-weight ratio by layer over a few real steps. */
    private static Map<String, Double> trained(Subjects subject) {
        Map<String, List<Double>> ratios = new TreeMap<>();
        RunListener observer = event -> {
            if (event instanceof Look look) {
                look.parameters().stream().filter(p -> p.name().endsWith("_W")).forEach(p -> ratios.computeIfAbsent(
                                p.name().replace("_W", ""), n -> new ArrayList<>())
                        .add(p.updateRatio()));
            }
        };
        Trainer.of(subject.model(), subject.data())
                .iterations(5)
                .clip(new ClipSpec.None())
                .health(subject.run().health())
                .engine(subject.run().engine())
                .listener(observer)
                .run();
        Map<String, Double> medians = new TreeMap<>();
        ratios.forEach((layer, values) -> {
            assertEquals(5, values.size());
            medians.put(layer, values.stream().sorted().toList().get(2));
        });
        return medians;
    }

    @Test
    void sigmoidsStallWherePredicted() {
        Subjects subject = Subjects.of(Subjects.STACK, SIGMOID, "health.every=1");
        Diagnosis diagnosis = subject.diagnosis();
        assertEquals("vanishing-gradient", diagnosis.findings().get(0).id());
        assertFalse(diagnosis.findings().get(0).prescriptions().isEmpty());
        List<String> stalled = diagnosis.layers(Outlook.STALLS);
        assertTrue(stalled.size() >= 12 && stalled.contains("stack1-1"), stalled::toString);
        assertEquals(List.of(), diagnosis.layers(Outlook.BLOWS_UP));
        assertTrue(diagnosis.stacks().get(0).perLayer() < 0.25);
        Map<String, Double> ratios = trained(subject);
        double best = ratios.get("stack1-20");
        assertTrue(best > 1e-4);
        for (String layer : stalled) {
            assertTrue(ratios.get(layer) < 3e-3 * best, layer + " " + ratios);
        }
        for (String layer : List.of("stack1-19", "stack1-20", "output")) {
            assertTrue(ratios.get(layer) > 0.05 * best, layer + " " + ratios);
        }
    }

    @Test
    void smallWeightsShrinkTheSignalAndStallLayers() {
        Subjects subject = Subjects.of(Subjects.STACK, RELU + "smallNormal}", "health.every=1");
        Diagnosis diagnosis = subject.diagnosis();
        assertTrue(ids(diagnosis, Severity.ERROR).contains("vanishing-gradient"), diagnosis.findings()::toString);
        LayerFlow middle = diagnosis.layers().get(9);
        assertTrue(middle.forwardFactor() < 0.2, middle::toString);
        assertTrue(middle.backwardFactor() < 0.2, middle::toString);
        assertTrue(diagnosis.stacks().get(0).perLayer() < 0.1);
        List<String> stalled = diagnosis.layers(Outlook.STALLS);
        assertTrue(stalled.contains("stack1-1") && stalled.contains("stack1-10"), stalled::toString);
        Map<String, Double> ratios = trained(subject);
        stalled.forEach(layer -> assertTrue(ratios.get(layer) < 1e-5, layer + " " + ratios));
    }

    @Test
    void unitWeightsBlowUp() {
        Subjects subject = Subjects.of(Subjects.STACK, RELU + "unitNormal}", "health.every=1");
        Diagnosis diagnosis = subject.diagnosis();
        List<String> errors = ids(diagnosis, Severity.ERROR);
        assertTrue(errors.contains("learning-rate-too-high"), errors::toString);
        assertTrue(diagnosis.layers().get(9).forwardFactor() > 2);
        assertTrue(diagnosis.stacks().get(0).perLayer() > 2);
        assertTrue(diagnosis.layers(Outlook.BLOWS_UP).contains("stack1-1"));
        assertFalse(
                diagnosis.subject().lossAfterStep() <= 2 * diagnosis.subject().loss());
    }

    @Test
    void heWeightsKeepSignalAndGradient() {
        Diagnosis diagnosis = Subjects.of(Subjects.STACK, RELU + "he}").diagnosis();
        assertEquals(List.of(), ids(diagnosis, Severity.ERROR), diagnosis.findings()::toString);
        assertEquals(20, diagnosis.layers(Outlook.LEARNS).size());
        LayerFlow first = diagnosis.layers().get(0);
        LayerFlow last = diagnosis.layers().get(19);
        assertEquals(1, Math.log10(10 * last.deviation() / first.deviation()), 1);
        assertEquals(1, Math.log10(10 * last.gradientNorm() / first.gradientNorm()), 1);
        assertEquals(1, diagnosis.stacks().get(0).perLayer(), 0.3);
    }

    @Test
    void batchNormAndResidualsLetDeepSigmoidsLearn() {
        Subjects subject = Subjects.of(
                Subjects.STACK,
                "model.layers[0].stack={depth: 20, units: 17, activation: sigmoid, batchNorm: true, residual: true}",
                "training.updater={adam: {learningRate: 0.002}}",
                "health.every=1");
        Diagnosis diagnosis = subject.diagnosis();
        assertEquals(List.of(), ids(diagnosis, Severity.ERROR), diagnosis.findings()::toString);
        assertEquals(List.of(), diagnosis.layers(Outlook.STALLS));
        Map<String, Double> ratios = trained(subject);
        ratios.forEach((layer, ratio) -> assertTrue(ratio > 1e-3, layer + " " + ratios));
    }

    @Test
    void anExplodingRecurrentMatrixIsFoundAndItsFactorIsRight() {
        Subjects subject = Subjects.of(Subjects.RECURRENT, "model.layers[0].rnn.activation=identity");
        subject.model().getLayer("rnn1").getParam("RW").muli(1.5);
        Diagnosis diagnosis = subject.diagnosis();
        assertEquals("exploding-through-time", diagnosis.findings().get(0).id(), diagnosis.findings()::toString);
        MemoryReach reach = diagnosis.memory().get(0);
        assertEquals(1.5, reach.factor(), 0.02);
        assertEquals(1.5, reach.predicted(), 0.02);
        assertEquals(1.5, diagnosis.recurrent().get(0).values().median(), 0.01);
    }

    @Test
    void aRecurrentMatrixThatForgetsIsFound() {
        Subjects subject = Subjects.of(Subjects.RECURRENT);
        subject.model().getLayer("rnn1").getParam("RW").muli(0.4);
        Diagnosis diagnosis = subject.diagnosis();
        Finding first = diagnosis.findings().get(0);
        assertEquals("vanishing-through-time", first.id(), diagnosis.findings()::toString);
        MemoryReach reach = diagnosis.memory().get(0);
        assertTrue(reach.factor() < 0.42, reach::toString);
        assertTrue(reach.horizon() < reach.lag() / 2, reach::toString);
    }

    @Test
    void aLossAtEveryStepHidesNoVanishingWhereTheLagIsKnown() {
        Diagnosis diagnosis = Subjects.of(
                        Subjects.RECURRENT,
                        "data={kind: copyMemory, delay: 30, symbols: 3, examples: 40}",
                        "model.layers=[rnn: {units: 9, recurrentInit: smallNormal}]")
                .diagnosis();
        assertEquals("vanishing-through-time", diagnosis.findings().get(0).id());
    }

    @Test
    void windowsShorterThanTheLagAreFound() {
        Diagnosis diagnosis = Subjects.of(
                        Subjects.RECURRENT,
                        "data={kind: copyMemory, delay: 20, symbols: 3, examples: 40}",
                        "model.layers=[lstm: {units: 9}]",
                        "training.truncatedBptt=5")
                .diagnosis();
        Finding finding = diagnosis.findings().stream()
                .filter(f -> f.id().equals("short-truncation"))
                .findFirst()
                .orElseThrow();
        assertEquals(5, finding.evidence().get("window"));
        assertEquals(23, finding.evidence().get("lag"));
        assertTrue(finding.evidence().get("enough") >= 23);
        assertTrue(diagnosis.truncation().isPresent());
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-7, 30})
    void stepsOfTheWrongSizeAreFound(double rate) {
        Subjects subject = Subjects.of(
                Subjects.STACK,
                "model.layers[0].stack={depth: 2, units: 17, activation: relu}",
                "training.updater={adam: {learningRate: " + rate + "}}",
                "training.warmup=50");
        Diagnosis diagnosis = Preflight.of(subject.run(), 2);
        assertEquals(2, diagnosis.subject().batches());
        List<String> ids = diagnosis.findings().stream().map(Finding::id).toList();
        assertEquals(rate < 1 ? "learning-rate-too-low" : "learning-rate-too-high", ids.get(0), ids::toString);
        assertEquals(
                rate < 1 ? Severity.WARNING : Severity.ERROR,
                diagnosis.findings().get(0).severity());
    }

    @Test
    void aStarvedLayerIsNoReasonForAHigherLearningRate() {
        Subjects subject = Subjects.of(
                Subjects.STACK,
                "model.layers[0].stack={depth: 3, units: 17, activation: tanh}",
                "training.updater={sgd: {learningRate: 0.1}}");
        subject.model().setLearningRate("stack1-2", 1e-9);
        Finding finding = subject.diagnosis().findings().stream()
                .filter(f -> f.id().equals("updates-too-small"))
                .findFirst()
                .orElseThrow();
        assertEquals("stack1-2", finding.layer());
        assertTrue(finding.evidence().get("largestRatio") > 1e-4, finding.toString());
        assertEquals(
                List.of("training.updater=adam"), finding.prescriptions().get(0).changes());
    }

    @Test
    void smallUpdatesAreNotToldBesideTheVanishingGradientThatMakesThem() {
        for (String ignored : List.of("[]", "[vanishing-gradient]")) {
            Subjects subject = Subjects.of(
                    Subjects.STACK,
                    "model.layers[0].stack={depth: 33, units: 17, activation: sigmoid}",
                    "health.ignore=" + ignored);
            List<String> ids =
                    subject.diagnosis().findings().stream().map(Finding::id).toList();
            assertEquals(ignored.equals("[]"), ids.contains("vanishing-gradient"), ids::toString);
            assertEquals(!ignored.equals("[]"), ids.contains("updates-too-small"), ids::toString);
        }
    }

    @Test
    void ignoredFindingsAreLeftOutAndNothingIsChanged() {
        Subjects subject = Subjects.of(Subjects.STACK, SIGMOID, "health.ignore=[vanishing-gradient]");
        INDArray before = subject.model().params().dup();
        Diagnosis diagnosis = subject.diagnosis();
        assertFalse(ids(diagnosis, Severity.ERROR).contains("vanishing-gradient"));
        assertEquals(before, subject.model().params());
        assertEquals(diagnosis, subject.diagnosis());
    }

    @Test
    void aModelWhoseNumbersAreNotFiniteIsStillDiagnosed() {
        Subjects subject = Subjects.of(Subjects.STACK);
        subject.model().getLayer("stack1-3").getParam("W").putScalar(0, 0, Double.NaN);
        Diagnosis diagnosis = subject.diagnosis();
        Finding first = diagnosis.findings().get(0);
        assertEquals("non-finite", first.id(), diagnosis.findings()::toString);
        assertTrue(diagnosis.findings().stream().anyMatch(f -> f.layer().equals("stack1-3")));
        assertTrue(Double.isNaN(diagnosis.stacks().get(0).values().largest()));
    }
}
