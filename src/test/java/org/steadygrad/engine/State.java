package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a model has learnt.
 *
 * @param values parameters, running statistics and, under a name of its own, the updaters' state
 */
record State(Map<String, double[]> values) {

    static State of(Engine engine, ComputationGraph work) {
        engine.exportTo(work);
        return of(work);
    }

    static State of(ComputationGraph model) {
        Map<String, double[]> values = new LinkedHashMap<>(Gradient.parameters(model));
        INDArray state = model.getUpdater().getStateViewArray();
        values.put(
                "updater state",
                state == null ? new double[0] : state.dup().data().asDouble());
        return new State(values);
    }

    /** Bit by bit. */
    void assertSame(State other) {
        assertEquals(values.get("updater state").length, other.values.get("updater state").length, "updater state");
        Gradient.assertIdentical(values, other.values, "state");
    }
}
