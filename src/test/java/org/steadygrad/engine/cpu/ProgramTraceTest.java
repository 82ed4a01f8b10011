package org.steadygrad.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.engine.dl4j.Dl4jEngineProvider;
import org.steadygrad.nn.BatchNorm;

/** What the CPU engine sees of a step is what engine dl4j sees. */
class ProgramTraceTest {
    private static final PassOptions TRACED = new PassOptions(5, false, false, true);

    private static StepTrace trace(EngineProvider provider, ComputationGraph model, MultiDataSet batch) {
        try (Engine engine = provider.create(model)) {
            return engine.computeGradient(batch, TRACED).trace().orElseThrow();
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
    Stream<DynamicTest> layersLookTheSame() {
        return cases().stream()
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                    ComputationGraph model = test.model();
                    // a row of saturated and one of dead units
                    model.params().muli(3);
                    StepTrace own = trace(new CpuEngineProvider(), model, test.batch());
                    StepTrace reference = trace(new Dl4jEngineProvider(), model, test.batch());
                    assertEquals(reference.nonFinite(), own.nonFinite());
                    assertEquals(reference.layers().size(), own.layers().size());
                    for (int i = 0; i < own.layers().size(); i++) {
                        assertSame(reference.layers().get(i), own.layers().get(i));
                    }
                }));
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
    void theFirstNonFiniteValueIsNamed() {
        ContractCase test = cases().get(1);
        INDArray features = test.batch().getFeatures(0).dup();
        features.putScalar(new int[] {1, 2, 3}, Float.POSITIVE_INFINITY);
        features.putScalar(new int[] {0, 0, 6}, Float.NaN);
        MultiDataSet broken = ContractData.batch(features, test.batch().getLabels(0));
        StepTrace own = trace(new CpuEngineProvider(), test.model(), broken);
        assertEquals(
                new NonFiniteOrigin("in", "input", 3, Double.POSITIVE_INFINITY),
                own.nonFinite().orElseThrow());

        MultiDataSet labels = ContractData.batch(
                test.batch().getFeatures(0),
                Nd4j.valueArrayOf(test.batch().getLabels(0).shape(), Float.NaN));
        NonFiniteOrigin origin =
                trace(new CpuEngineProvider(), test.model(), labels).nonFinite().orElseThrow();
        assertEquals("out", origin.layer());
        assertEquals("gradient", origin.tensor());
        assertTrue(Double.isNaN(origin.value()));
    }
}
