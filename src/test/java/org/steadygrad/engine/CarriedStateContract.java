package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.engine.ContractModels.Cell;

/** State that is carried from one piece of a sequence to the next, in training and in inference. */
public interface CarriedStateContract extends EngineSubject {
    int STEPS = 7;
    int CUT = 4;

    private static ContractCase model(String name, Layer... layers) {
        ComputationGraphConfiguration configuration = chain(graphOn(InputType.recurrent(3)), layers)
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(STEPS)
                .build();
        ContractData data = new ContractData(14);
        return new ContractCase(
                name, configuration, ContractData.batch(data.normal(3, 3, STEPS), data.oneHot(3, 3, STEPS)));
    }

    private static List<ContractCase> models() {
        return List.of(
                model("SimpleRnn", Cell.SIMPLE.units(5), stepClasses(3)),
                model("LSTM", Cell.LSTM.units(5), stepClasses(3)),
                model("GRU", Cell.GRU.units(5), stepClasses(3)),
                model("stacked", Cell.GRU.units(4), Cell.LSTM.units(5), Cell.GRU.units(3), stepClasses(3)),
                model("with dense layers", dense(4), Cell.LSTM.units(5), dense(4), Cell.GRU.units(3), stepClasses(3)));
    }

    private static PassOptions carrying() {
        return new PassOptions(5, true, false, false);
    }

    private static INDArray piece(INDArray sequence, int from, int to) {
        return sequence.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to))
                .dup();
    }

    private static MultiDataSet piece(MultiDataSet batch, int from, int to) {
        return ContractData.batch(piece(batch.getFeatures(0), from, to), piece(batch.getLabels(0), from, to));
    }

    private static double loss(Engine engine, MultiDataSet batch, PassOptions options) {
        double loss = engine.computeGradient(batch, options).loss();
        engine.discardGradient();
        return loss;
    }

    @TestFactory
    default Stream<DynamicTest> lossesOfWindowsAddUpToThatOfTheWhole() {
        return models().stream()
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                    try (Engine engine = engine(test.model())) {
                        double whole = loss(engine, test.batch(), EngineSubject.plain());
                        double fresh = loss(engine, piece(test.batch(), CUT, STEPS), EngineSubject.plain());
                        engine.clearState();
                        double first = loss(engine, piece(test.batch(), 0, CUT), carrying());
                        double second = loss(engine, piece(test.batch(), CUT, STEPS), carrying());
                        assertEquals(whole, first + second, 1e-5 * whole);
                        assertNotEquals(fresh, second, 1e-4, "the state makes a difference");
                        engine.clearState();
                        assertEquals(fresh, loss(engine, piece(test.batch(), CUT, STEPS), carrying()), 1e-6 * fresh);
                    }
                }));
    }

    /** A window's gradient takes the state it starts from as given. */
    @TestFactory
    default Stream<DynamicTest> gradientOfAWindow() {
        // DL4J's rnnTimeStep, the reference, forgets the preprocessors that dense layers need
        return models().stream()
                .filter(test -> !test.name().contains("dense"))
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                    Optional<String> deviation = deviation("window of " + test.name());
                    Assumptions.assumeTrue(deviation.isEmpty(), () -> deviation.orElse(""));
                    ComputationGraph model = test.model();
                    try (Engine engine = engine(model)) {
                        loss(engine, piece(test.batch(), 0, CUT), carrying());
                        double loss = engine.computeGradient(piece(test.batch(), CUT, STEPS), carrying())
                                .loss();
                        Gradient gradient = new Gradient(loss, EngineSubject.collected(engine, model.clone()));
                        assertWindow(test, gradient);
                    }
                }));
    }

    private static void assertWindow(ContractCase test, Gradient gradient) {
        ComputationGraph reference = test.reference();
        MultiDataSet whole = test.referenceBatch();
        reference.rnnTimeStep(piece(whole.getFeatures(0), 0, CUT));
        Map<String, Map<String, INDArray>> states = new LinkedHashMap<>();
        for (org.deeplearning4j.nn.api.Layer layer : reference.getLayers()) {
            if (layer instanceof RecurrentLayer recurrent) {
                String name = layer.conf().getLayer().getLayerName();
                Map<String, INDArray> state = new LinkedHashMap<>();
                recurrent.rnnGetPreviousState().forEach((key, value) -> state.put(key, value.dup()));
                states.put(name, state);
            }
        }
        MultiDataSet window = piece(whole, CUT, STEPS);
        gradient.assertSlopesOf(reference, () -> {
            states.forEach(reference::rnnSetPreviousState);
            INDArray probabilities = reference.rnnTimeStep(window.getFeatures(0))[0];
            INDArray logs = org.nd4j.linalg.ops.transforms.Transforms.log(probabilities);
            return -logs.mul(window.getLabels(0)).sumNumber().doubleValue() / 3;
        });
    }

    /** Full back-propagation through a model that could carry state. */
    @TestFactory
    default Stream<DynamicTest> withoutCarryingAWindowStartsFromNothing() {
        return models().stream()
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                    ComputationGraph model = test.model();
                    ComputationGraphConfiguration standard =
                            test.configuration().clone();
                    standard.setBackpropType(BackpropType.Standard);
                    ContractCase plain = new ContractCase(test.name(), standard, test.batch());
                    Gradient expected = Gradient.byDl4j(plain.reference(), plain.referenceBatch());
                    try (Engine engine = engine(model)) {
                        loss(engine, piece(test.batch(), 0, CUT), carrying());
                        Gradient actual = EngineSubject.gradient(engine, model, test.batch(), EngineSubject.plain());
                        assertEquals(expected.loss(), actual.loss(), 1e-5 * expected.loss());
                        Gradient.assertClose(expected.blocks(), actual.blocks(), TOLERANCE, "gradient");
                    }
                }));
    }

    @TestFactory
    default Stream<DynamicTest> outputGoesOnWhereItStopped() {
        return models().stream()
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                    Optional<String> deviation = deviation("continued output " + test.name());
                    Assumptions.assumeTrue(deviation.isEmpty(), () -> deviation.orElse(""));
                    try (Engine engine = engine(test.model())) {
                        INDArray features = test.batch().getFeatures(0);
                        INDArray whole = engine.output(test.batch()).dup();
                        INDArray start =
                                engine.continueOutput(piece(features, 0, CUT)).dup();
                        // neither uses nor changes what is carried
                        assertSame(whole, engine.output(test.batch()));
                        INDArray joined = start;
                        for (int t = CUT; t < STEPS; t++) {
                            INDArray step = engine.continueOutput(piece(features, t, t + 1));
                            joined = Nd4j.concat(2, joined, step.reshape(step.size(0), step.size(1), 1));
                        }
                        assertSame(whole, joined);
                        engine.clearState();
                        assertSame(start, engine.continueOutput(piece(features, 0, CUT)));
                    }
                }));
    }

    /** Sequences that go on together, whatever they went through alone: each as if it were the only one. */
    @TestFactory
    default Stream<DynamicTest> statesOfSequencesArePutTogetherAndTakenApart() {
        return models().stream()
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                    Optional<String> deviation = deviation("continued output " + test.name());
                    Assumptions.assumeTrue(deviation.isEmpty(), () -> deviation.orElse(""));
                    try (Engine engine = engine(test.model())) {
                        INDArray features = test.batch().getFeatures(0);
                        INDArray whole = engine.output(test.batch()).dup();
                        List<SequenceState> states = new ArrayList<>();
                        int examples = (int) features.size(0);
                        for (int i = 0; i < examples; i++) {
                            engine.continueFrom(SequenceState.START);
                            INDArray one = features.get(
                                    NDArrayIndex.interval(i, i + 1), NDArrayIndex.all(), NDArrayIndex.interval(0, CUT));
                            engine.continueOutput(one.dup());
                            states.add(engine.sequenceState());
                        }
                        engine.continueFrom(SequenceState.joined(states));
                        INDArray together = engine.continueOutput(piece(features, CUT, CUT + 1));
                        SequenceState after = engine.sequenceState();
                        assertSame(at(whole, CUT), together.reshape(together.size(0), together.size(1)));
                        for (int i = 0; i < examples; i++) {
                            engine.continueFrom(after.of(i));
                            INDArray one = engine.continueOutput(features.get(
                                            NDArrayIndex.interval(i, i + 1),
                                            NDArrayIndex.all(),
                                            NDArrayIndex.interval(CUT + 1, CUT + 2))
                                    .dup());
                            assertSame(at(whole, CUT + 1).getRow(i, true), one.reshape(1, one.size(1)));
                        }
                    }
                }));
    }

    private static INDArray at(INDArray output, int step) {
        return output.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(step));
    }

    private static void assertSame(INDArray expected, INDArray actual) {
        assertEquals(0, expected.sub(actual).amaxNumber().doubleValue(), 1e-5);
    }

    /** A snapshot keeps what is carried. */
    @TestFactory
    default Stream<DynamicTest> snapshotsKeepTheState() {
        return models().stream()
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                    try (Engine engine = engine(test.model())) {
                        MultiDataSet second = piece(test.batch(), CUT, STEPS);
                        loss(engine, piece(test.batch(), 0, CUT), carrying());
                        EngineSnapshot snapshot = engine.snapshot();
                        double expected = loss(engine, second, carrying());
                        loss(engine, second, carrying());
                        engine.restore(snapshot);
                        assertEquals(expected, loss(engine, second, carrying()));
                    }
                }));
    }
}
