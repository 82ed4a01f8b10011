package org.steadygrad.engine;

import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Graphs that nobody thought of: combinations of all that is supported, one step each. */
public interface RandomGraphsContract extends EngineSubject {
    /** Number of graphs. */
    int GRAPHS = 320;

    @TestFactory
    default Stream<DynamicTest> randomGraphs() {
        return LongStream.rangeClosed(1, GRAPHS)
                .mapToObj(RandomModels::of)
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> assertLikeDl4j(test)));
    }
}
