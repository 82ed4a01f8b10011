package org.steadygrad.health.prescribe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.model.ModelBuilder;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.ActivationKind;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

class RunFilePrescriberTest {
    private static final DataDescription VECTORS = new DataDescription(InputKind.VECTOR, 2, TargetKind.CLASS, 3, 1);
    private static final DataDescription SEQUENCES =
            new DataDescription(InputKind.SEQUENCE, 2, TargetKind.NUMBERS, 1, 33);
    private static final DataDescription SYMBOLS =
            new DataDescription(InputKind.SYMBOLS, 10, TargetKind.CLASS_PER_STEP, 10, 70);

    /** Of all kinds of findings, and one that there isn't. */
    private static final List<String> IDS = Stream.concat(FindingKind.ids().stream(), Stream.of("something-else"))
            .toList();

    private record Patient(String text, DataDescription data, List<String> layers) {
        RunSpec run() {
            return RunFiles.parse(text, "test", List.of());
        }
    }

    private static Stream<Patient> patients() {
        return Stream.of(
                new Patient(
                        "{data: spirals, model: {layers: [stack: {depth: 7, units: 5, activation: sigmoid, init:"
                                + " smallNormal}]}}",
                        VECTORS,
                        List.of("stack1-1", "stack1-7")),
                new Patient(
                        "{data: spirals, model: {layers: [stack: {depth: 7, units: 5, batchNorm: true, residual:"
                                + " true}]}}",
                        VECTORS,
                        List.of("stack1-3-norm")),
                new Patient(
                        "{data: spirals, model: {layers: [dense: {units: 3, activation: tanh}, dense: 3, batchNorm: {},"
                                + " dense: {units: 1, init: unitNormal}, output: {init: heUniform}]}}",
                        VECTORS,
                        List.of("dense1", "dense2", "output")),
                new Patient(
                        "{data: adding, model: {layers: [rnn: {units: 7, layers: 2, recurrentInit: smallNormal,"
                                + " dropout: 0.1}]}}",
                        SEQUENCES,
                        List.of("rnn1-2")),
                new Patient(
                        "{data: adding, model: {layers: [rnn: {units: 7, direction: concat, activation: relu,"
                                + " recurrentInit: identity}, dense: 3, rnn: 3]}, training: {clip: none,"
                                + " updater: {sgd: 5}}}",
                        SEQUENCES,
                        List.of("rnn1", "dense2", "rnn3")),
                new Patient(
                        "{data: copyMemory, model: {layers: [embedding: 4, gru: 3, lstm: {units: 3, forgetBias: 0}]},"
                                + " training: {truncatedBptt: 17}, precision: fp16}",
                        SYMBOLS,
                        List.of("gru2", "lstm3")),
                new Patient(
                        "{data: copyMemory, model: {layers: [dense: {units: 3, activation: relu6}, gru: {units: 3,"
                                + " chrono: 70}]}, training: {clip: {globalNorm: 0.01}, weightDecay: 0.1, iterations: 7,"
                                + " updater: {adam: 1.0e-7}, warmup: 3, earlyStopping: {patience: 1}}}",
                        SYMBOLS,
                        List.of("gru2")),
                new Patient(
                        "{data: {kind: csv, path: x.csv, task: classification, target: [y], normalization: none},"
                                + " model: {layers: [dense: 3], lsuv: true}}",
                        VECTORS,
                        List.of("dense1")));
    }

    private static Finding finding(String id, String layer, Map<String, Double> evidence) {
        return new Finding(id, Severity.WARNING, layer, 1, 3, "It is so.", evidence, List.of());
    }

    private static List<Prescription> prescribe(
            String text, DataDescription data, Finding finding, double... gradientNorms) {
        return new RunFilePrescriber(RunFiles.parse(text, "test", List.of()), data).prescribe(finding, gradientNorms);
    }

    private static List<String> changes(List<Prescription> prescriptions) {
        return prescriptions.stream().flatMap(p -> p.changes().stream()).toList();
    }

    @ParameterizedTest
    @MethodSource("patients")
    void everyPrescriptionIsAnotherRunThatCanBeBuilt(Patient patient) {
        RunSpec run = patient.run();
        List<String> layers = new ArrayList<>(patient.layers());
        layers.add("");
        layers.add("no-such-layer9");
        RunFilePrescriber prescriber = new RunFilePrescriber(run, patient.data());
        Set<List<String>> seen = new HashSet<>();
        boolean classes =
                patient.data().target() == TargetKind.CLASS || patient.data().target() == TargetKind.CLASS_PER_STEP;
        List<Double> weights = classes ? Collections.nCopies(patient.data().targetSize(), 1.0) : null;
        for (String id : IDS) {
            for (String layer : layers) {
                for (double[] norms : new double[][] {{}, {Double.NaN}, {1e-9, 3, 1e30, Double.POSITIVE_INFINITY, 0}}) {
                    for (Map<String, Double> evidence : List.of(
                            Map.<String, Double>of(),
                            Map.of("medianRatio", 30.0, "horizon", 3.0, "length", 33.0, "factorPerLayer", 0.1),
                            Map.of("medianRatio", 1e-12, "largestRatio", 1e-3),
                            Map.of("medianRatio", 1e-12, "lag", Double.NaN, "factorPerStep", 7.0))) {
                        for (Prescription p : prescriber.prescribe(finding(id, layer, evidence), norms)) {
                            assertFalse(p.title().isBlank() || p.reason().isBlank(), p.toString());
                            if (!p.changes().isEmpty() && seen.add(p.changes())) {
                                RunSpec changed = RunFiles.with(run, p.changes());
                                assertNotEquals(run, changed, p.toString());
                                new ModelBuilder(changed, patient.data(), 10, weights).configuration();
                            }
                        }
                    }
                }
            }
        }
        assertTrue(seen.size() > 10, seen.toString());
    }

    @Test
    void everyKindOfFindingHasACureForSomeRun() {
        List<String> without = IDS.stream()
                .filter(id -> !id.equals("something-else"))
                .filter(id -> patients().allMatch(p -> new RunFilePrescriber(p.run(), p.data())
                        .prescribe(finding(id, p.layers().get(0), Map.of()), new double[] {1, 2, 3})
                        .isEmpty()))
                .toList();
        assertEquals(List.of(), without);
        assertEquals(
                List.of(),
                prescribe(
                        "{data: spirals, model: {layers: [dense: 3]}}",
                        VECTORS,
                        finding("something-else", "", Map.of())));
    }

    @Test
    void theFirstCureForADeepSigmoidStackIsBatchNormThenResiduals() {
        List<Prescription> cures = prescribe(
                "{data: spirals, model: {layers: [stack: {depth: 20, units: 32, activation: sigmoid}]}}",
                VECTORS,
                finding("vanishing-gradient", "stack1-1", Map.of("factorPerLayer", 0.25, "layersBetween", 19.0)));
        assertEquals(
                List.of("model.layers[0].stack.batchNorm=true"), cures.get(0).changes());
        assertEquals(
                List.of("model.layers[0].stack.residual=true"), cures.get(1).changes());
        assertTrue(cures.get(0)
                .reason()
                .startsWith("The gradient changes by a factor of 0.250 per layer over 19 layers."));
        assertTrue(cures.get(0).source().contains("2015"), cures.get(0).source());
    }

    @Test
    void whatTheRunHasIsNotPrescribed() {
        List<String> changes = changes(prescribe(
                "{data: spirals, model: {layers: [stack: {depth: 20, units: 32, batchNorm: true, residual: true}],"
                        + " lsuv: true}}",
                VECTORS,
                finding("vanishing-gradient", "stack1-1", Map.of())));
        assertEquals(List.of("model.layers[0].stack.activation=selu"), changes);
    }

    @Test
    void batchNormGoesBetweenTheLinearPartAndTheActivationOfDenseLayers() {
        String text = "{data: spirals, model: {layers: [dense: {units: 3, activation: sigmoid},"
                + " dense: {units: 4, activation: tanh}, output: {}]}}";
        Prescription cure = prescribe(text, VECTORS, finding("vanishing-gradient", "dense1", Map.of()))
                .get(0);
        List<LayerSpec> layers = RunFiles.with(RunFiles.parse(text, "test", List.of()), cure.changes())
                .model()
                .layers();
        assertEquals(5, layers.size());
        assertEquals(ActivationKind.IDENTITY, ((LayerSpec.Dense) layers.get(0)).activation());
        assertEquals(ActivationKind.SIGMOID, ((LayerSpec.BatchNorm) layers.get(1)).activation());
        assertEquals(4, ((LayerSpec.Dense) layers.get(2)).units());
        assertEquals(ActivationKind.TANH, ((LayerSpec.BatchNorm) layers.get(3)).activation());
    }

    @Test
    void anRnnThatForgetsBecomesAGatedLayerForTheLagOfTheTask() {
        String text = "{data: adding, model: {layers: [rnn: {units: 7, layers: 2, direction: concat, dropout: 0.1}]}}";
        Finding finding = finding("vanishing-through-time", "rnn1-1", Map.of("horizon", 5.0, "length", 33.0));
        DataDescription known = new DataDescription(InputKind.SEQUENCE, 2, TargetKind.NUMBERS, 1, 33, 17);
        List<Prescription> cures = prescribe(text, known, finding);
        LayerSpec.Gru gru = (LayerSpec.Gru) RunFiles.with(
                        RunFiles.parse(text, "test", List.of()), cures.get(0).changes())
                .model()
                .layers()
                .get(0);
        assertEquals(7, gru.units());
        assertEquals(2, gru.layers());
        assertEquals(LayerSpec.Direction.CONCAT, gru.direction());
        assertEquals(0.1, gru.dropout());
        assertEquals(17, gru.chrono());
        assertTrue(cures.get(0).reason().contains("5 of 33 steps"), cures.get(0).reason());
        Finding unknown = finding("vanishing-through-time", "rnn1-1", Map.of());
        assertTrue(changes(prescribe(text, SEQUENCES, unknown)).get(0).contains("chrono: 33"));
    }

    @ParameterizedTest
    @CsvSource({"3e-4, 0.003", "3e-5, 0.01", "1e-9, 0.01", "0.0005, 0.002"})
    void theLearningRateGoesUpByWhatUpdatesAreTooSmall(double ratio, double expected) {
        List<String> changes = changes(prescribe(
                "{data: spirals, model: {layers: [dense: 3]}, training: {updater: {adam: 0.001}}}",
                VECTORS,
                finding("updates-too-small", "dense1", Map.of("medianRatio", ratio))));
        assertEquals("training.updater.learningRate=" + FindingInRun.plain(expected, 1), changes.get(0));
    }

    /** The finding's own ratio asks for a thousand times the rate; the largest of the network doesn't bear it, nor does Adam. */
    @ParameterizedTest
    @CsvSource({
        "updates-too-small, 1e-4, 0.01",
        "updates-too-small, 5e-9, 0.01",
        "learning-rate-too-low, 2e-4, 0.005",
        "loss-plateau, 5e-5, 0.01"
    })
    void theLearningRateGoesUpOnlyAsFarAsTheLargestUpdatesBear(String id, double largest, double expected) {
        Map<String, Double> evidence = id.equals("loss-plateau")
                ? Map.of("largestRatio", largest)
                : Map.of("medianRatio", 1e-9, "largestRatio", largest);
        List<String> rates = changes(prescribe(STACK_WITH_ADAM, VECTORS, finding(id, "", evidence))).stream()
                .filter(change -> change.contains("learningRate"))
                .toList();
        assertEquals("training.updater.learningRate=" + FindingInRun.plain(expected, 1), rates.get(0), rates::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"updates-too-small", "learning-rate-too-low", "loss-plateau"})
    void theLearningRateIsNotRaisedWhereSomeUpdatesAreLargeEnough(String id) {
        for (double largest : new double[] {7e-4, 1e-3, 0.02, 33}) {
            Map<String, Double> evidence = Map.of("medianRatio", 1e-9, "largestRatio", largest);
            List<Prescription> cures = prescribe(STACK_WITH_ADAM, VECTORS, finding(id, "stack1-1", evidence));
            assertFalse(cures.isEmpty());
            for (Prescription cure : cures) {
                double rate = RunFiles.with(RunFiles.parse(STACK_WITH_ADAM, "test", List.of()), cure.changes())
                        .training()
                        .updater()
                        .learningRate();
                assertTrue(0.001 * Math.max(1, 0.01 / largest) >= rate, cure + " at " + largest);
                assertTrue(id.startsWith("learning") || rate <= 0.001, cure + " at " + largest);
            }
        }
    }

    private static final String STACK_WITH_ADAM =
            "{data: spirals, model: {layers: [stack: {depth: 7, units: 5, activation: sigmoid, init: smallNormal}]},"
                    + " training: {updater: {adam: 0.001}}}";

    /** What automatic weights would come to is no cure: the loss would be the same to the last digit. */
    @ParameterizedTest
    @CsvSource({
        "sigmoid, xavier, false",
        "tanh, xavierUniform, false",
        "relu, he, false",
        "selu, lecun, false",
        "sigmoid, he, true",
        "relu, xavier, true",
        "relu, smallNormal, true"
    })
    void initialisersThatFitAreLeftAlone(String activation, String init, boolean replaced) {
        String text = "{data: spirals, model: {layers: [stack: {depth: 25, units: 5, activation: " + activation
                + ", init: " + init + "}]}}";
        List<String> changes = changes(
                prescribe(text, VECTORS, finding("vanishing-gradient", "stack1-1", Map.of("factorPerLayer", 0.2))));
        assertEquals(replaced, changes.get(0).equals("model.layers[0].stack.init=auto"), changes.toString());
    }

    @Test
    void unevenUpdatesAreEvened() {
        Map<String, Double> uneven = Map.of("medianRatio", 1e-9, "largestRatio", 1e-3);
        List<String> changes =
                changes(prescribe(STACK_WITH_ADAM, VECTORS, finding("updates-too-small", "stack1-1", uneven)));
        assertEquals("model.layers[0].stack.init=auto", changes.get(0));
        assertTrue(changes.contains("model.layers[0].stack.batchNorm=true"), changes.toString());
        String plain = "{data: adding, model: {layers: [gru: 3, dense: 3]}, training: {updater: {sgd: 0.1}}}";
        assertEquals(
                List.of("training.updater=adam"),
                changes(prescribe(plain, SEQUENCES, finding("updates-too-small", "gru1", uneven))),
                "batch norm of dense layers does nothing for a recurrent one");
        assertEquals(
                List.of("training.updater.learningRate=0.5", "training.updater=adam"),
                changes(prescribe(
                        plain,
                        SEQUENCES,
                        finding("updates-too-small", "dense2", Map.of("medianRatio", 1e-4, "largestRatio", 1.02e-4)))),
                "where all are as small it is the rate");
    }

    @Test
    void plainNetworksGetNoHigherRateWhereSomeUpdatesAreLargeEnough() {
        for (String id : List.of("updates-too-small", "learning-rate-too-low", "loss-plateau")) {
            assertTrue(titles(id, Map.of()).contains("ten times the learning rate"), id);
            List<String> titles = titles(id, Map.of("medianRatio", 1e-9, "largestRatio", 0.002));
            assertFalse(titles.isEmpty() || titles.contains("ten times the learning rate"), titles.toString());
        }
        assertEquals(
                "an adaptive updater (Adam)",
                titles("updates-too-small", Map.of("medianRatio", 1e-9, "largestRatio", 1e-4))
                        .get(0));
        assertEquals(
                "ten times the learning rate",
                titles("updates-too-small", Map.of("medianRatio", 1e-7, "largestRatio", 2e-7))
                        .get(0));
    }

    private static List<String> titles(String id, Map<String, Double> evidence) {
        return new GeneralPrescriber()
                .prescribe(finding(id, "0", evidence), new double[0]).stream()
                        .map(Prescription::title)
                        .toList();
    }

    @Test
    void theClipFollowsTheNormsThatWereSeen() {
        String text = "{data: adding, model: {layers: [rnn: 3]}, training: {clip: none}}";
        RunSpec run = RunFiles.parse(text, "test", List.of());
        double[] spiky = {Double.NaN, 0.2, 0.21, 0.22, 0.23, 0.24, 0.25, 0.26, 0.27, 0.28, 90, Double.POSITIVE_INFINITY
        };
        Prescription spikes = prescribe(text, SEQUENCES, finding("gradient-spikes", "", Map.of()), spiky)
                .get(0);
        assertEquals(
                new ClipSpec.GlobalNorm(0.28),
                RunFiles.with(run, spikes.changes()).training().clip());
        Prescription explosion = prescribe(
                        text, SEQUENCES, finding("exploding-through-time", "rnn1", Map.of()), 5e3, 1e6, 1e9)
                .get(0);
        assertEquals(
                new ClipSpec.GlobalNorm(1),
                RunFiles.with(run, explosion.changes()).training().clip());
    }

    @Test
    void aClipThatIsTightAlreadyIsNotTightened() {
        List<String> changes = changes(prescribe(
                "{data: adding, model: {layers: [rnn: 3]}, training: {clip: {globalNorm: 0.1}}}",
                SEQUENCES,
                finding("exploding-through-time", "rnn1", Map.of()),
                0.5,
                1e6,
                1e9));
        assertFalse(changes.contains("training.clip={globalNorm: 0.5}"), changes.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"exploding-gradient", "non-finite", "vanishing-gradient", "overfitting", "saturation"})
    void plainNetworksGetClippingAsAnAssignmentAndTheRestInWords(String id) {
        List<Prescription> cures =
                new GeneralPrescriber().prescribe(finding(id, "0", Map.of()), new double[] {0.5, 0.5, 0.6, 8});
        assertFalse(cures.isEmpty());
        boolean clips = id.equals("exploding-gradient") || id.equals("non-finite");
        assertEquals(clips ? List.of("training.clip={globalNorm: 0.5}") : List.of(), changes(cures));
        assertTrue(new GeneralPrescriber()
                .prescribe(finding("something-else", "", Map.of()), new double[0])
                .isEmpty());
    }
}
