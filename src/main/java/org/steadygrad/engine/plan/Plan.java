package org.steadygrad.engine.plan;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.steadygrad.ops.FlatLayout;

/**
 * A DL4J graph with one input and one output as a list of steps over time-major tensors. It knows no device and no
 * batch size.
 *
 * @param layout where the parameters lie in DL4J's flat vector
 * @param values all tensors, by id
 * @param steps in the order of the forward pass; the last one is the loss
 * @param input the features
 * @param inputFormat of sequences
 * @param mask of the features, for networks on sequences
 * @param labelFormat of label sequences
 * @param outputs what the vertices between input and output put out, in the order of the forward pass
 */
public record Plan(
        FlatLayout layout,
        List<Value> values,
        List<PlanStep> steps,
        Value input,
        RNNFormat inputFormat,
        Optional<Value> mask,
        RNNFormat labelFormat,
        List<VertexOutput> outputs) {
    public Plan {
        values = List.copyOf(values);
        steps = List.copyOf(steps);
        outputs = List.copyOf(outputs);
    }

    public PlanStep.Loss loss() {
        return (PlanStep.Loss) steps.get(steps.size() - 1);
    }
}
