package org.steadygrad.exchange.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import org.steadygrad.exchange.graph.GraphEvaluator;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Tensor;

/** A sequence through a network whole, and step by step through its stream. */
final class StreamedSequence {
    private StreamedSequence() {}

    /** @param x [batch, time, features] of the first input */
    static void assertSame(NeutralGraph whole, NeutralGraph stream, Tensor x) {
        String input = whole.inputs().get(0).name();
        String output = whole.outputs().get(0).name();
        Tensor all = new GraphEvaluator(whole).outputs(Map.of(input, x)).get(output);
        Map<String, Tensor> given = new HashMap<>();
        for (NeutralGraph.Input state :
                stream.inputs().subList(1, stream.inputs().size())) {
            int units = state.shape().features();
            given.put(state.name(), new Tensor(new int[] {x.size(0), units}, new double[x.size(0) * units]));
        }
        for (int step = 0; step < x.size(1); step++) {
            given.put(input, step(x, step));
            Map<String, Tensor> out = new GraphEvaluator(stream).outputs(given);
            assertEquals(step(all, step), out.get(output));
            stream.inputs().stream().skip(1).forEach(state -> given.put(state.name(), out.get(state.name() + ".next")));
        }
    }

    private static Tensor step(Tensor x, int step) {
        int features = x.size(2);
        double[] values = new double[x.size(0) * features];
        for (int example = 0; example < x.size(0); example++) {
            System.arraycopy(x.values(), (example * x.size(1) + step) * features, values, example * features, features);
        }
        return new Tensor(new int[] {x.size(0), 1, features}, values);
    }
}
