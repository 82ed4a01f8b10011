package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.output;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.engine.dl4j.Dl4jEngineProvider;
import org.steadygrad.nn.GRU;

/** Dropout: what a seed decides, how many are dropped, and that backward uses the masks of forward. */
public interface DropoutContract extends EngineSubject {
    private static List<ContractCase> models() {
        ContractData data = new ContractData(3);
        return List.of(
                new ContractCase(
                        "dropout layer",
                        chain(InputType.feedForward(5), dense(17), new DropoutLayer(0.6), dense(7), classes(3)),
                        ContractData.batch(data.normal(7, 5), data.oneHot(7, 3))),
                new ContractCase(
                        "a layer's own dropout",
                        chain(
                                InputType.feedForward(5),
                                dense(17),
                                new DenseLayer.Builder().nOut(7).dropOut(0.6).build(),
                                classes(3)),
                        ContractData.batch(data.normal(7, 5), data.oneHot(7, 3))),
                new ContractCase(
                        "a GRU's input",
                        chain(
                                InputType.recurrent(5),
                                new GRU.Builder().nOut(7).dropOut(0.6).build(),
                                stepClasses(3)),
                        ContractData.batch(data.normal(7, 5, 3), data.oneHot(7, 3, 3))),
                new ContractCase(
                        "both directions, and steps as rows",
                        chain(
                                InputType.recurrent(5),
                                new Bidirectional(
                                        Bidirectional.Mode.CONCAT,
                                        new LSTM.Builder().nOut(7).dropOut(0.6).build()),
                                new DenseLayer.Builder().nOut(7).dropOut(0.7).build(),
                                stepClasses(3)),
                        ContractData.batch(data.normal(7, 5, 4), data.oneHot(7, 3, 4))));
    }

    @TestFactory
    default Stream<DynamicTest> theSeedDecidesTheMasks() {
        return models().stream()
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                    ComputationGraph model = test.model();
                    try (Engine engine = engine(model)) {
                        Gradient first = EngineSubject.gradient(engine, model, test.batch(), EngineSubject.plain(7));
                        Gradient other = EngineSubject.gradient(engine, model, test.batch(), EngineSubject.plain(8));
                        Gradient again = EngineSubject.gradient(engine, model, test.batch(), EngineSubject.plain(7));
                        assertEquals(first.loss(), again.loss());
                        Gradient.assertIdentical(first.blocks(), again.blocks(), "same seed");
                        assertFalse(
                                Arrays.equals(
                                        first.blocks().get("out_W"),
                                        other.blocks().get("out_W")),
                                "other seed, same mask");
                    }
                }));
    }

    /** The same seed gives the same masks on every engine. */
    @TestFactory
    default Stream<DynamicTest> masksAreTheSameOnEveryEngine() {
        return models().stream()
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                    ComputationGraph model = test.model();
                    try (Engine engine = engine(model);
                            Engine other = new Dl4jEngineProvider().create(model)) {
                        Gradient own = EngineSubject.gradient(engine, model, test.batch(), EngineSubject.plain(7));
                        Gradient theirs = EngineSubject.gradient(other, model, test.batch(), EngineSubject.plain(7));
                        assertEquals(theirs.loss(), own.loss(), 1e-5 * theirs.loss());
                        Gradient.assertClose(theirs.blocks(), own.blocks(), EngineSubject.TOLERANCE, "gradient");
                    }
                }));
    }

    /** Inference drops nothing. */
    @TestFactory
    default Stream<DynamicTest> nothingIsDroppedInInference() {
        return models().stream()
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                    try (Engine engine = engine(test.model())) {
                        INDArray expected = test.reference()
                                .output(false, test.referenceBatch().getFeatures())[0];
                        INDArray actual = engine.output(test.batch()).castTo(expected.dataType());
                        assertEquals(0, expected.sub(actual).amaxNumber().doubleValue(), 1e-5);
                    }
                }));
    }

    /** For one example of ones, the gradient of a weight is 0 where its input was dropped, and else 2 (z - y) / keep. */
    @Test
    default void asManyAreKeptAsAskedForAndScaledUp() {
        int inputs = 2000;
        double keep = 0.7;
        ContractCase test = new ContractCase(
                "ones",
                chain(
                        InputType.feedForward(inputs),
                        new DropoutLayer(keep),
                        output(1, LossFunction.MSE, Activation.IDENTITY)),
                ContractData.batch(Nd4j.ones(1, inputs), Nd4j.scalar(9f).reshape(1, 1)));
        ComputationGraph model = test.model();
        try (Engine engine = engine(model)) {
            Gradient gradient = EngineSubject.gradient(engine, model, test.batch(), EngineSubject.plain(1));
            double[] weights = gradient.blocks().get("out_W");
            double[] kept = Arrays.stream(weights).filter(w -> w != 0).toArray();
            // four standard deviations of the binomial distribution
            assertEquals(keep, kept.length / (double) inputs, 4 * Math.sqrt(keep * (1 - keep) / inputs));
            double size = 2 * Math.sqrt(gradient.loss()) / keep;
            for (double w : kept) {
                assertEquals(size, Math.abs(w), 1e-3 * size);
            }
        }
    }

    /** The loss along the gradient, masks held by the seed, rises as the gradient says. */
    @TestFactory
    default Stream<DynamicTest> backwardUsesTheMasksOfForward() {
        return models().stream()
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                    ComputationGraph model = test.model();
                    try (Engine engine = engine(model)) {
                        Map<String, double[]> blocks = EngineSubject.gradient(
                                        engine, model, test.batch(), EngineSubject.plain(7))
                                .blocks();
                        INDArray slopes = flat(blocks);
                        Random random = new Random(2);
                        INDArray mix = Nd4j.createFromArray(
                                        random.doubles(slopes.length(), 0, 2).toArray())
                                .castTo(slopes.dataType());
                        INDArray direction = slopes.mul(mix).divi(slopes.norm2Number());
                        double along = slopes.mul(direction).sumNumber().doubleValue();
                        double step = 0.02;
                        double rise = lossAt(engine, model, direction.mul(step), test)
                                - lossAt(engine, model, direction.mul(-step), test);
                        assertEquals(along, rise / (2 * step), 0.01 * along);
                    }
                }));
    }

    private static double lossAt(Engine engine, ComputationGraph model, INDArray shift, ContractCase test) {
        ComputationGraph moved = model.clone();
        moved.params().addi(shift.reshape(moved.params().shape()));
        engine.importFrom(moved);
        double loss =
                engine.computeGradient(test.batch(), EngineSubject.plain(7)).loss();
        engine.discardGradient();
        return loss;
    }

    /** In DL4J's order, which is that of the map. */
    private static INDArray flat(Map<String, double[]> blocks) {
        double[] all = blocks.values().stream().flatMapToDouble(Arrays::stream).toArray();
        return Nd4j.createFromArray(all).castTo(Nd4j.dataType());
    }
}
