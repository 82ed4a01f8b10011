package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.engine.dl4j.Dl4jEngineProvider;
import org.steadygrad.nn.BatchNorm;

/** What engines with a plan see of a step is what engine dl4j sees. */
public interface TraceContract extends EngineSubject {

    private static StepTrace trace(Engine engine, MultiDataSet batch) {
        return engine.computeGradient(batch, new PassOptions(5, false, false, true))
                .trace()
                .orElseThrow();
    }

    private StepTrace trace(ContractCase test, MultiDataSet batch) {
        try (Engine engine = engine(test.model())) {
            return trace(engine, batch);
        }
    }

    private static List<ContractCase> cases() {
        ContractData data = new ContractData(8);
        INDArray mask = ContractData.mask(9, 9, 4, 0, 7, 1);
        return List.of(
                new ContractCase(
                        "dense, batch norm and ReLU",
                        chain(
                                InputType.feedForward(7),
                                dense(33, Activation.SIGMOID),
                                new BatchNorm.Builder()
                                        .activation(Activation.RELU)
                                        .build(),
                                dense(17, Activation.RELU),
                                classes(3)),
                        ContractData.batch(data.normal(7, 7), data.oneHot(7, 3))),
                new ContractCase(
                        "recurrent layers under a mask",
                        chain(
                                InputType.recurrent(3),
                                Cell.GRU.units(5),
                                new Bidirectional(Bidirectional.Mode.ADD, Cell.GRU.units(4)),
                                dense(6, Activation.TANH),
                                stepClasses(3)),
                        ContractData.batch(data.normal(5, 3, 9), data.oneHot(5, 3, 9), mask, mask.dup())),
                new ContractCase(
                        "a join",
                        graphOn(InputType.feedForward(4))
                                .addLayer("a", dense(5, Activation.RELU), "in")
                                .addLayer("b", dense(5), "a")
                                .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b")
                                .addLayer("out", classes(3), "add")
                                .build(),
                        ContractData.batch(data.normal(3, 4), data.oneHot(3, 3))));
    }

    @TestFactory
    default Stream<DynamicTest> layersLookTheSame() {
        return cases().stream()
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                    // a row of saturated and one of dead units
                    test.model().params().muli(3);
                    StepTrace reference;
                    try (Engine engine = new Dl4jEngineProvider().create(test.model())) {
                        reference = trace(engine, test.batch());
                    }
                    try (Engine engine = engine(test.model())) {
                        // engines may do a step differently when they know it already
                        for (int i = 0; i < 3; i++) {
                            assertSame(reference, trace(engine, test.batch()));
                        }
                    }
                }));
    }

    private static void assertSame(StepTrace expected, StepTrace actual) {
        assertEquals(expected.nonFinite(), actual.nonFinite());
        assertEquals(expected.layers().size(), actual.layers().size());
        for (int i = 0; i < actual.layers().size(); i++) {
            assertSame(expected.layers().get(i), actual.layers().get(i));
        }
    }

    private static void assertSame(LayerTrace expected, LayerTrace actual) {
        assertEquals(expected.layer(), actual.layer());
        assertEquals(expected.depth(), actual.depth());
        assertEquals(expected.activation(), actual.activation());
        String layer = expected.layer();
        assertEquals(
                expected.outputGradientNorm(),
                actual.outputGradientNorm(),
                1e-4 * expected.outputGradientNorm(),
                layer);
        assertEquals(expected.mean(), actual.mean(), 1e-5, layer);
        assertEquals(expected.deviation(), actual.deviation(), 1e-5 * (1 + expected.deviation()), layer);
        assertEquals(expected.saturatedShare(), actual.saturatedShare(), 1e-9, layer);
        assertEquals(expected.deadShare(), actual.deadShare(), 1e-9, layer);
    }

    @Test
    default void everyTraceIsOfItsOwnPass() {
        ContractCase test = cases().get(1);
        INDArray features = test.batch().getFeatures(0).mul(2);
        MultiDataSet other = ContractData.batch(
                features,
                test.batch().getLabels(0),
                test.batch().getFeaturesMaskArray(0),
                test.batch().getLabelsMaskArray(0));
        try (Engine engine = engine(test.model())) {
            StepTrace first = trace(engine, test.batch());
            assertNotEquals(first, trace(engine, other));
            assertEquals(first, trace(engine, test.batch()));
            StepTrace second = trace(engine, other);
            engine.computeGradient(test.batch(), EngineSubject.plain());
            assertEquals(second, trace(engine, other));
        }
    }

    @Test
    default void theFirstNonFiniteValueIsNamed() {
        ContractCase test = cases().get(1);
        INDArray features = test.batch().getFeatures(0).dup();
        features.putScalar(new int[] {1, 2, 3}, Float.POSITIVE_INFINITY);
        features.putScalar(new int[] {0, 0, 6}, Float.NaN);
        StepTrace broken = trace(test, ContractData.batch(features, test.batch().getLabels(0)));
        assertEquals(
                new NonFiniteOrigin("in", "input", 3, Double.POSITIVE_INFINITY),
                broken.nonFinite().orElseThrow());

        MultiDataSet labels = ContractData.batch(
                test.batch().getFeatures(0),
                Nd4j.valueArrayOf(test.batch().getLabels(0).shape(), Float.NaN));
        NonFiniteOrigin origin = trace(test, labels).nonFinite().orElseThrow();
        assertEquals("out", origin.layer());
        assertEquals("gradient", origin.tensor());
        assertTrue(Double.isNaN(origin.value()));
    }
}
