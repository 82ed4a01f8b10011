package org.steadygrad.exchange.keras;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.steadygrad.exchange.ForeignModel;
import org.steadygrad.exchange.graph.GraphEvaluator;

/** Models that Keras has written give what Keras computed. */
class KerasFilesTest {
    static List<String> cases() throws IOException {
        return RightNumbers.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void outputsAreThoseOfKeras(String name) throws IOException {
        RightNumbers right = new RightNumbers(name);
        ForeignModel model = right.read();
        right.assertOutputs(new GraphEvaluator(model.graph()).outputs(right.inputs(model.graph())), 1e-6);
    }
}
