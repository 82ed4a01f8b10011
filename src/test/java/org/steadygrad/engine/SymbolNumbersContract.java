package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.pooling;

import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.InvalidInputException;

/** Numbers of symbols that there aren't are an error that says what there is, or the step is refused. */
public interface SymbolNumbersContract extends EngineSubject {
    /** Number of symbols. */
    int COUNT = 5;

    private static Stream<ContractCase> cases() {
        ContractData data = new ContractData(4);
        return Stream.of(
                new ContractCase(
                        "symbols",
                        chain(
                                InputType.feedForward(COUNT),
                                new EmbeddingLayer.Builder().nIn(COUNT).nOut(4).build(),
                                classes(3)),
                        ContractData.batch(data.indices(COUNT, 6, 1), data.oneHot(6, 3))),
                new ContractCase(
                        "symbols of sequences",
                        chain(
                                InputType.recurrent(COUNT),
                                new EmbeddingSequenceLayer.Builder()
                                        .nIn(COUNT)
                                        .nOut(4)
                                        .build(),
                                pooling(PoolingType.AVG),
                                classes(3)),
                        ContractData.batch(data.indices(COUNT, 6, 1, 5), data.oneHot(6, 3))));
    }

    @TestFactory
    default Stream<DynamicTest> symbolsThatThereAreNotAreRefused() {
        return cases().flatMap(
                        test -> Stream.of(COUNT + 0f, -1f, 1e10f, -1e10f, 0.5f, Float.NaN, Float.POSITIVE_INFINITY)
                                .map(bad -> DynamicTest.dynamicTest(test.name() + ", " + bad, () -> check(test, bad))));
    }

    private void check(ContractCase test, float bad) {
        INDArray numbers = test.batch().getFeatures(0);
        numbers.putScalar(numbers.rank() == 3 ? new long[] {2, 0, 1} : new long[] {2, 0}, bad);
        try (Engine engine = engine(test.model())) {
            float[] before = NonFiniteContract.values(engine);
            try {
                PassResult pass = engine.computeGradient(test.batch(), EngineSubject.plain());
                assertFalse(Float.isFinite(bad), "no error was thrown");
                assertFalse(Double.isFinite(pass.loss()));
            } catch (InvalidInputException e) {
                assertTrue(e.getMessage().contains("whole numbers from 0 to " + (COUNT - 1)), e.getMessage());
            }
            assertEquals(NonFiniteContract.floats(before), NonFiniteContract.floats(NonFiniteContract.values(engine)));
        }
    }
}
