package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;
import static org.steadygrad.engine.ContractModels.output;
import static org.steadygrad.engine.ContractModels.pooling;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.engine.step.StepOutcome;
import org.steadygrad.nn.ActivationExactGelu;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.ops.ParameterBlock;

/**
 * What isn't finite never disappears: with NaN or infinity in a weight, bias, running statistic, input or label, or made by an
 * overflow on the way, the loss isn't finite or the step is refused; and the trace names the place.
 */
public interface NonFiniteContract extends EngineSubject {
    List<Float> BAD = List.of(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);

    /** Whose product of two is beyond all floats. */
    float HUGE = 1e30f;

    /** The same by a less far way: itself, its square's root and sums with it are floats. */
    float LARGE = 1e20f;

    /** Number of features. */
    int SIZE = 4;

    private static List<IActivation> functions() {
        List<IActivation> functions = new ArrayList<>();
        for (Activation function : Activation.values()) {
            if (function != Activation.RRELU && function != Activation.SOFTMAX) {
                functions.add(function.getActivationFunction());
            }
        }
        functions.add(new ActivationExactGelu());
        return functions;
    }

    /** Between a linear layer and an output layer. */
    private static Layer[] between(Layer... layers) {
        return Stream.of(Stream.of(dense(SIZE, Activation.IDENTITY)), Stream.of(layers), Stream.of(classes(3)))
                .flatMap(stream -> stream)
                .toArray(Layer[]::new);
    }

    private static ContractCase vectors(String name, Layer... layers) {
        ContractData data = new ContractData(3);
        return new ContractCase(
                name,
                chain(InputType.feedForward(SIZE), between(layers)),
                ContractData.batch(data.normal(6, SIZE), data.oneHot(6, 3)));
    }

    private static ContractCase sequences(String name, Layer... layers) {
        ContractData data = new ContractData(4);
        return new ContractCase(
                name,
                chain(InputType.recurrent(SIZE), between(layers)),
                ContractData.batch(data.normal(3, SIZE, 5), data.oneHot(3, 3)));
    }

    private static List<ContractCase> activations() {
        List<ContractCase> cases = new ArrayList<>();
        for (IActivation function : functions()) {
            DenseLayer dense =
                    new DenseLayer.Builder().nOut(5).activation(function).build();
            cases.add(vectors("dense " + function, dense));
            cases.add(vectors("layer " + function, dense(5, Activation.IDENTITY), new ActivationLayer(function)));
        }
        return cases;
    }

    private static List<ContractCase> layers() {
        List<ContractCase> cases = new ArrayList<>();
        cases.add(vectors(
                "batch norm",
                dense(5, Activation.IDENTITY),
                new BatchNorm.Builder().activation(Activation.RELU).build()));
        cases.add(vectors("DL4J's batch norm", dense(5, Activation.RELU), new BatchNormalization()));
        for (Cell cell : Cell.values()) {
            cases.add(sequences("last of " + cell, new LastTimeStep(cell.units(5))));
            cases.add(sequences(
                    "last of both ways of " + cell,
                    new LastTimeStep(new Bidirectional(Bidirectional.Mode.CONCAT, cell.units(5)))));
        }
        Layer rectified =
                new SimpleRnn.Builder().nOut(5).activation(Activation.RELU).build();
        cases.add(sequences("last of rectified cells", new LastTimeStep(rectified)));
        cases.add(sequences(
                "both ways of rectified cells",
                new Bidirectional(Bidirectional.Mode.ADD, rectified),
                pooling(PoolingType.AVG)));
        for (PoolingType type : PoolingType.values()) {
            cases.add(
                    sequences("pooling " + type, new SimpleRnn.Builder().nOut(5).build(), pooling(type)));
        }
        cases.add(joined("max", ElementWiseVertex.Op.Max));
        cases.add(joined("product", ElementWiseVertex.Op.Product));
        cases.add(embedding());
        cases.add(stepwise());
        return cases;
    }

    private static ContractCase joined(String name, ElementWiseVertex.Op operation) {
        ContractData data = new ContractData(5);
        ComputationGraphConfiguration graph = graphOn(InputType.feedForward(SIZE))
                .addLayer("below", dense(SIZE, Activation.IDENTITY), "in")
                .addLayer("a", dense(5, Activation.IDENTITY), "below")
                .addLayer("b", dense(5, Activation.IDENTITY), "below")
                .addVertex("joined", new ElementWiseVertex(operation), "a", "b")
                .addLayer("out", classes(3), "joined")
                .build();
        return new ContractCase(name, graph, ContractData.batch(data.normal(6, SIZE), data.oneHot(6, 3)));
    }

    /** Rows of symbols that the batch lacks count as well. */
    private static ContractCase embedding() {
        ContractData data = new ContractData(6);
        return new ContractCase(
                "embedding",
                chain(
                        InputType.feedForward(7),
                        new EmbeddingLayer.Builder().nIn(7).nOut(4).build(),
                        classes(3)),
                ContractData.batch(data.indices(3, 6, 1), data.oneHot(6, 3)));
    }

    private static ContractCase stepwise() {
        ContractData data = new ContractData(7);
        return new ContractCase(
                "masked sequences",
                chain(
                        InputType.recurrent(SIZE),
                        dense(SIZE, Activation.IDENTITY),
                        new SimpleRnn.Builder()
                                .nOut(5)
                                .activation(Activation.RELU)
                                .build(),
                        stepClasses(3)),
                ContractData.batch(
                        data.normal(3, SIZE, 5),
                        data.oneHot(3, 3, 5),
                        ContractData.mask(5, 5, 3, 4),
                        ContractData.mask(5, 5, 3, 4)));
    }

    private static List<ContractCase> losses() {
        List<ContractCase> cases = new ArrayList<>();
        Map<LossFunction, Activation> losses = new LinkedHashMap<>();
        losses.put(LossFunction.MCXENT, Activation.SOFTMAX);
        losses.put(LossFunction.XENT, Activation.SIGMOID);
        losses.put(LossFunction.MSE, Activation.TANH);
        losses.put(LossFunction.L1, Activation.RELU);
        losses.put(LossFunction.MEAN_ABSOLUTE_ERROR, Activation.IDENTITY);
        losses.put(LossFunction.L2, Activation.SIGMOID);
        ContractData data = new ContractData(8);
        losses.forEach((loss, activation) -> cases.add(new ContractCase(
                loss + " of " + activation,
                chain(InputType.feedForward(SIZE), dense(5, Activation.RELU), output(3, loss, activation)),
                ContractData.batch(data.normal(6, SIZE), data.oneHot(6, 3)))));
        return cases;
    }

    private static Stream<ContractCase> all() {
        return Stream.of(activations(), layers(), losses()).flatMap(List::stream);
    }

    private Stream<DynamicTest> eachCase(Consumer<ContractCase> check) {
        return all().map(test -> DynamicTest.dynamicTest(test.name(), () -> check.accept(test)));
    }

    /** Runs a step as a run does it. @return the trace's origin */
    static Optional<NonFiniteOrigin> assertRefused(Engine engine, MultiDataSet batch, String what) {
        PassResult pass = engine.computeGradient(batch, new PassOptions(5, false, false, true));
        if (Double.isFinite(pass.loss())) {
            assertFalse(engine.update(EngineSubject.unclipped()).applied(), what + ": the loss is " + pass.loss());
        } else {
            engine.discardGradient();
        }
        return pass.trace().orElseThrow().nonFinite();
    }

    static float[] values(Engine engine) {
        float[] values = new float[(int) engine.layout().length()];
        engine.copyParameters(values);
        return values;
    }

    @TestFactory
    default Stream<DynamicTest> everyParameterCounts() {
        return eachCase(test -> {
            ComputationGraph model = test.model();
            try (Engine engine = engine(model)) {
                for (ParameterBlock block : engine.layout().blocks()) {
                    for (int i = 0; i < BAD.size(); i++) {
                        long at = block.offset() + (i == 0 ? block.length() - 1 : 0);
                        float good = model.params().getFloat(at);
                        model.params().putScalar(at, BAD.get(i));
                        engine.importFrom(model);
                        String what = BAD.get(i) + " in " + block.name();
                        NonFiniteOrigin origin =
                                assertRefused(engine, test.batch(), what).orElseThrow();
                        assertEquals(block.layer(), origin.layer(), what);
                        assertEquals("parameter " + block.parameter(), origin.tensor(), what);
                        model.params().putScalar(at, good);
                    }
                }
                engine.importFrom(model);
                assertTrue(Double.isFinite(engine.computeGradient(test.batch(), EngineSubject.plain())
                        .loss()));
            }
        });
    }

    @TestFactory
    default Stream<DynamicTest> everyInputAndLabelCounts() {
        return eachCase(test -> {
            try (Engine engine = engine(test.model())) {
                boolean symbols = test.name().equals("embedding");
                for (float bad : BAD) {
                    if (!symbols) {
                        check(engine, test, bad, true);
                    }
                    check(engine, test, bad, false);
                }
            }
        });
    }

    private static void check(Engine engine, ContractCase test, float bad, boolean features) {
        MultiDataSet batch = test.batch();
        INDArray array = features ? batch.getFeatures(0) : batch.getLabels(0);
        long[] place = array.rank() == 3 ? new long[] {1, 2, 1} : new long[] {1, 2};
        float good = array.getFloat(place);
        array.putScalar(place, bad);
        String what = bad + " in " + (features ? "features" : "labels");
        float[] before = values(engine);
        NonFiniteOrigin origin = assertRefused(engine, batch, what).orElseThrow();
        assertEquals(features ? "input" : "gradient", origin.tensor(), what);
        assertEquals(features ? "in" : "out", origin.layer(), what);
        assertEquals(array.rank() == 3 ? 1 : -1, origin.timeStep(), what);
        assertEquals(floats(before), floats(values(engine)), "nothing changes");
        array.putScalar(place, good);
    }

    static List<Float> floats(float[] values) {
        List<Float> list = new ArrayList<>();
        for (float value : values) {
            list.add(value);
        }
        return list;
    }

    /** The same for steps that are asked for as a whole, on engines that run ahead of their results. */
    @Test
    default void wholeStepsAreRefusedToo() {
        ContractCase test = vectors("dense", dense(5, Activation.RELU));
        MultiDataSet bad = vectors("bad").batch();
        bad.getLabels(0).putScalar(2, 1, Float.NaN);
        try (Engine engine = engine(test.model())) {
            float[] before = values(engine);
            PassOptions options = EngineSubject.plain();
            StepOutcome first = AskedSteps.run(engine, bad, options, EngineSubject.unclipped());
            assertFalse(first.applied());
            assertTrue(Double.isNaN(first.loss()));
            assertEquals(floats(before), floats(values(engine)));
            assertTrue(AskedSteps.run(engine, test.batch(), options, EngineSubject.unclipped())
                    .applied());
        }
    }

    /** Infinities of unlike sign, made by the linear layer, meet in the sums of the next. */
    @TestFactory
    default Stream<DynamicTest> overflowsOnTheWayShow() {
        return Stream.concat(activations().stream(), layers().stream())
                .filter(test -> !test.name().equals("embedding"))
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                    ComputationGraph model = test.model();
                    INDArray features = test.batch().getFeatures(0);
                    for (int i = 0; i < SIZE; i++) {
                        model.params().putScalar(i * SIZE + i, HUGE);
                        long[] place = features.rank() == 3 ? new long[] {1, i, 1} : new long[] {1, i};
                        features.putScalar(place, i % 2 == 0 ? HUGE : -HUGE);
                    }
                    try (Engine engine = engine(model)) {
                        assertRefused(engine, test.batch(), "overflow");
                    }
                }));
    }

    /** A product of finite factors that is beyond all floats, of one sign alone: what saturates makes a number of it. */
    @TestFactory
    default Stream<DynamicTest> overflowsOfOneSignShow() {
        return Stream.concat(activations().stream(), layers().stream().filter(test -> sequence(test)))
                .flatMap(test -> Stream.of(LARGE, -LARGE)
                        .map(weight -> DynamicTest.dynamicTest(
                                test.name() + (weight > 0 ? ", upward" : ", downward"),
                                () -> checkOverflow(test, weight))));
    }

    private static boolean sequence(ContractCase test) {
        return test.batch().getFeatures(0).rank() == 3;
    }

    /** The layer above the linear one, or the first above it that has weights, has a sum that is infinite. */
    private void checkOverflow(ContractCase test, float weight) {
        ComputationGraph model = test.model();
        MultiDataSet batch = test.batch();
        INDArray features = batch.getFeatures(0);
        // the linear layer hands on what it gets
        for (int i = 0; i < SIZE; i++) {
            for (int k = 0; k < SIZE; k++) {
                model.params().putScalar(k * SIZE + i, i == k ? 1 : 0);
            }
        }
        features.putScalar(features.rank() == 3 ? new long[] {1, 2, 1} : new long[] {1, 2}, LARGE);
        try (Engine engine = engine(model)) {
            ParameterBlock weights = engine.layout().blocks().stream()
                    .filter(block -> block.offset() >= SIZE * SIZE + SIZE)
                    .filter(block -> block.shape().get(0) == SIZE)
                    .findFirst()
                    .orElseThrow();
            model.params().putScalar(weights.offset() + 2, weight);
            engine.importFrom(model);
            float[] before = values(engine);
            NonFiniteOrigin origin = assertRefused(engine, batch, "overflow").orElseThrow();
            assertEquals(weights.layer(), origin.layer());
            assertEquals("activation", origin.tensor());
            assertEquals(floats(before), floats(values(engine)));
        }
    }
}
