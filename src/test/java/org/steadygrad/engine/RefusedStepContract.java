package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;

import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.ops.ClipRule;

/** Steps that must not be taken. */
public interface RefusedStepContract extends EngineSubject {
    private static ContractCase model() {
        ContractData data = new ContractData(40);
        return new ContractCase(
                "Adam and batch norm",
                chain(
                                graphOn(InputType.feedForward(3), new Adam(0.01)),
                                dense(7),
                                new BatchNorm.Builder()
                                        .activation(Activation.RELU)
                                        .build(),
                                dense(5),
                                classes(3))
                        .build(),
                ContractData.batch(data.normal(7, 3), data.oneHot(7, 3)));
    }

    private static MultiDataSet sick(double value) {
        MultiDataSet batch = model().batch();
        batch.getFeatures(0).putScalar(4, 1, value);
        return batch;
    }

    private static UpdateOutcome step(Engine engine, MultiDataSet batch, int iteration) {
        engine.computeGradient(batch, EngineSubject.plain(iteration));
        return engine.update(EngineSubject.rule(new ClipRule.ByGlobalNorm(1), iteration));
    }

    @TestFactory
    default Stream<DynamicTest> nonFiniteGradientsChangeNothing() {
        return Stream.of(Double.NaN, Double.POSITIVE_INFINITY)
                .map(value -> DynamicTest.dynamicTest("input " + value, () -> {
                    ContractCase test = model();
                    ComputationGraph work = test.model();
                    try (Engine engine = engine(test.model());
                            Engine healthy = engine(test.model())) {
                        step(engine, test.batch(), 0);
                        step(healthy, test.batch(), 0);
                        State before = State.of(engine, work);
                        UpdateOutcome outcome = step(engine, sick(value), 1);
                        assertFalse(outcome.applied());
                        assertTrue(outcome.gradient().nonFinite() > 0, "counted");
                        outcome.blocks().forEach(block -> assertEquals(0, block.updateNorm()));
                        before.assertSame(State.of(engine, work));
                        step(engine, test.batch(), 1);
                        step(healthy, test.batch(), 1);
                        State.of(healthy, work.clone()).assertSame(State.of(engine, work));
                    }
                }));
    }

    /** The gradient is finite, but its square, which Adam keeps, isn't. */
    @Test
    default void anOverflowInTheUpdaterChangesNothing() {
        ContractData data = new ContractData(41);
        INDArray labels = data.normal(1, 1).muli(1e25);
        ContractCase test = new ContractCase(
                "huge error",
                chain(
                                graphOn(InputType.feedForward(3), new Adam(0.01)),
                                new DenseLayer.Builder().nOut(3).build(),
                                ContractModels.output(1, LossFunction.MSE, Activation.IDENTITY))
                        .build(),
                ContractData.batch(data.normal(1, 3), labels));
        ComputationGraph work = test.model();
        try (Engine engine = engine(test.model())) {
            State before = State.of(engine, work);
            engine.computeGradient(test.batch(), EngineSubject.plain());
            UpdateOutcome outcome = engine.update(EngineSubject.unclipped());
            assertFalse(outcome.applied());
            before.assertSame(State.of(engine, work));
        }
    }

    @Test
    default void anUpdateNeedsAGradient() {
        ContractCase test = model();
        try (Engine engine = engine(test.model())) {
            assertThrows(IllegalStateException.class, () -> engine.update(EngineSubject.unclipped()));
            step(engine, test.batch(), 0);
            assertThrows(IllegalStateException.class, () -> engine.update(EngineSubject.unclipped()), "used up");
            engine.computeGradient(test.batch(), EngineSubject.plain());
            engine.discardGradient();
            assertThrows(IllegalStateException.class, () -> engine.update(EngineSubject.unclipped()), "discarded");
            engine.computeGradient(test.batch(), EngineSubject.plain());
            engine.restore(engine.snapshot());
            assertThrows(IllegalStateException.class, () -> engine.update(EngineSubject.unclipped()), "rolled back");
        }
    }

    @Test
    default void foreignSnapshotsAreRefused() {
        try (Engine engine = engine(model().model());
                Engine other = engine(model().model())) {
            EngineSnapshot foreign = other.snapshot();
            assertThrows(IllegalArgumentException.class, () -> engine.restore(foreign));
            EngineSnapshot nobodys = new EngineSnapshot() {};
            assertThrows(IllegalArgumentException.class, () -> engine.restore(nobodys));
        }
    }

    @Test
    default void modelsOfAnotherSizeAreRefused() {
        ComputationGraph other = ContractModelsOfAnotherSize.model();
        try (Engine engine = engine(model().model())) {
            assertThrows(IllegalArgumentException.class, () -> engine.exportTo(other));
            assertThrows(IllegalArgumentException.class, () -> engine.importFrom(other));
        }
    }

    /** Holds a model that none of the others can be exported to. */
    final class ContractModelsOfAnotherSize {
        private ContractModelsOfAnotherSize() {}

        static ComputationGraph model() {
            ComputationGraph graph = new ComputationGraph(chain(InputType.feedForward(3), dense(2), classes(3)));
            graph.init();
            return graph;
        }
    }
}
