package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.graphOn;
import static org.steadygrad.engine.ContractModels.stepClasses;

import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.ops.ClipRule;

/** The same again: two engines, watched or not, early or late. */
public interface ReproducibilityContract extends EngineSubject {
    @Test
    default void oneSeedGivesTheSameParametersBitByBit() {
        ContractCase test = SnapshotContract.manySided();
        try (Engine first = engine(test.model())) {
            SnapshotContract.train(first, test.batch(), 0, 20);
            Nd4j.getRandom().setSeed(99);
            Nd4j.randn(3);
            try (Engine second = engine(test.model())) {
                SnapshotContract.train(second, test.batch(), 0, 20);
                State.of(first, test.model()).assertSame(State.of(second, test.model()));
            }
        }
    }

    /** Looking at the gradient's flow changes neither the loss nor what is learnt. */
    @Test
    default void aTraceChangesNothing() {
        ContractCase test = SnapshotContract.manySided();
        try (Engine plain = engine(test.model());
                Engine watched = engine(test.model())) {
            for (int i = 0; i < 5; i++) {
                PassResult unseen = plain.computeGradient(test.batch(), EngineSubject.plain(i));
                PassResult seen = watched.computeGradient(test.batch(), new PassOptions(i, false, false, true));
                assertTrue(unseen.trace().isEmpty());
                assertTrue(seen.trace().isPresent());
                assertEquals(unseen.loss(), seen.loss());
                plain.update(EngineSubject.rule(new ClipRule.ByGlobalNorm(1), i));
                watched.update(EngineSubject.rule(new ClipRule.ByGlobalNorm(1), i));
            }
            State.of(plain, test.model()).assertSame(State.of(watched, test.model()));
        }
    }

    /**
     * Native memory and the Java heap after 4,000 steps are within a bound of what they were after 2,000. By then the
     * heap and the C library's pools have grown to the size at which they stay.
     */
    @Test
    @Tag("slow")
    default void memoryDoesNotGrow() {
        ContractData data = new ContractData(60);
        ContractCase test = new ContractCase(
                "tiny",
                chain(graphOn(InputType.recurrent(3), new Adam(0.001)), Cell.GRU.units(3), stepClasses(3))
                        .build(),
                ContractData.batch(data.normal(3, 3, 3), data.oneHot(3, 3, 3)));
        ComputationGraph model = test.model();
        try (Engine engine = engine(model)) {
            SnapshotContract.train(engine, test.batch(), 0, 2000);
            long before = used();
            SnapshotContract.train(engine, test.batch(), 2000, 4000);
            long grown = used() - before;
            assertTrue(grown < 64L << 20, "grown by " + (grown >> 20) + " MiB in 2,000 steps");
        }
    }

    /** Bytes of live Java objects, and of the process beyond the Java heap. */
    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
            try {
                Thread.sleep(100); // native memory is freed by a thread that follows the collector
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        Runtime runtime = Runtime.getRuntime();
        long live = runtime.totalMemory() - runtime.freeMemory();
        return live + Math.max(0, Pointer.physicalBytes() - runtime.totalMemory());
    }
}
