package org.steadygrad.engine.dl4j;

import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.recurrent.SimpleRnn;
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

    /** DL4J's SimpleRnn can't back-propagate through windows that carry state. */
    @Override
    public boolean mayRefuse(ComputationGraph model) {
        return model.getConfiguration().getBackpropType() == BackpropType.TruncatedBPTT
                && Stream.of(model.getLayers()).anyMatch(SimpleRnn.class::isInstance);
    }

    @Override
    public Optional<String> deviation(String test) {
        return switch (test) {
            case "continued output with dense layers" ->
                Optional.of("DL4J 1.0.0-M2.1's rnnTimeStep forgets the preprocessor above a dense layer");
            default -> Optional.empty();
        };
    }
}
