package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.ops.ClipRule;

/**
 * Steps leave no memory behind, neither on the Java heap nor outside. For engines that free what they use themselves; ND4J
 * leaves that to the garbage collector.
 */
public interface MemoryContract extends EngineSubject {
    Path PAGES = Path.of("/proc/self/statm");
    int PAGE_BYTES = 4096;

    /** One tensor of the models below, lost in every step, comes to twice as much. */
    long ALLOWED_BYTES = 60L << 20;

    private static List<ContractCase> models() {
        ContractData data = new ContractData(3);
        return List.of(
                new ContractCase(
                        "dense, batch norm and dropout",
                        chain(
                                        graphOn(InputType.feedForward(256), new Adam(1e-3)),
                                        dense(256),
                                        new BatchNorm.Builder()
                                                .activation(Activation.RELU)
                                                .build(),
                                        new org.deeplearning4j.nn.conf.layers.DropoutLayer(0.8),
                                        classes(3))
                                .build(),
                        ContractData.batch(data.normal(64, 256), data.oneHot(64, 3))),
                new ContractCase(
                        "recurrent",
                        chain(
                                        graphOn(InputType.recurrent(16), new Adam(1e-3)),
                                        Cell.GRU.units(64),
                                        new LastTimeStep(Cell.LSTM.units(64)),
                                        classes(3))
                                .build(),
                        ContractData.batch(data.normal(32, 16, 8), data.oneHot(32, 3))));
    }

    /** Number of steps that are watched. Where a step takes long, fewer must do: what is lost on a device shows at once. */
    default int watchedSteps() {
        return 2000;
    }

    @TestFactory
    default Stream<DynamicTest> stepsLeaveNothingBehind() {
        return models().stream()
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                    Assumptions.assumeTrue(Files.isReadable(PAGES), "the system doesn't tell what a process takes");
                    try (Engine engine = engine(test.model())) {
                        steps(engine, test, watchedSteps() / 5);
                        long before = resident();
                        OptionalLong onDevice = engine.deviceBytes();
                        steps(engine, test, watchedSteps());
                        assertEquals(onDevice, engine.deviceBytes(), "memory of the device");
                        long grown = resident() - before;
                        assertTrue(grown < ALLOWED_BYTES, "grew by " + (grown >> 20) + " MB");
                    }
                }));
    }

    private static void steps(Engine engine, ContractCase test, int count) {
        for (int i = 0; i < count; i++) {
            engine.computeGradient(test.batch(), new PassOptions(i, false, false, i % 10 == 0));
            engine.update(EngineSubject.rule(new ClipRule.ByGlobalNorm(1), i));
        }
    }

    /** What the process takes, the unused part of the Java heap touched so that it always counts. */
    private static long resident() throws IOException {
        System.gc();
        long free = Runtime.getRuntime().freeMemory();
        byte[][] touched = new byte[16][(int) Math.min(free / 20, 1 << 26)];
        assertTrue(touched[15].length > 0);
        return Long.parseLong(Files.readString(PAGES).split(" ", -1)[1]) * PAGE_BYTES;
    }
}
