package org.steadygrad.engine.dl4j;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.EngineContract;
import org.steadygrad.engine.EngineProvider;

class Dl4jEngineContractTest extends EngineContract {
    private static int threadsBefore;

    /** For arrays as small as these, further threads only wait for each other. */
    @BeforeAll
    static void useOneThread() {
        threadsBefore = Nd4j.getEnvironment().maxMasterThreads();
        Nd4j.getEnvironment().setMaxMasterThreads(1);
    }

    @AfterAll
    static void useAllThreads() {
        Nd4j.getEnvironment().setMaxMasterThreads(threadsBefore);
    }

    @Override
    public EngineProvider provider() {
        return new Dl4jEngineProvider();
    }
}
