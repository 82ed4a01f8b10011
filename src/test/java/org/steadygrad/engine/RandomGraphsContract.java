package org.steadygrad.engine;

import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Graphs that nobody thought of: combinations of all that is supported, one step each. */
public interface RandomGraphsContract extends EngineSubject {
    /** Number of graphs. */
    int GRAPHS = 320;

    /** Number of those that are quickly done. */
    default int quickGraphs() {
        return GRAPHS;
    }

    @TestFactory
    default Stream<DynamicTest> randomGraphs() {
        return graphs(1, quickGraphs());
    }

    @TestFactory
    @Tag("slow")
    default Stream<DynamicTest> furtherRandomGraphs() {
        return graphs(quickGraphs() + 1, GRAPHS);
    }

    private Stream<DynamicTest> graphs(int first, int last) {
        return LongStream.rangeClosed(first, last)
                .mapToObj(RandomModels::of)
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> assertLikeDl4j(test)));
    }
}
