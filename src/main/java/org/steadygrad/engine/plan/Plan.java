package org.steadygrad.engine.plan;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.ops.SequenceLayout;

/**
 * A DL4J graph with one input and one output as a list of operations over time-major tensors. It knows no device and no
 * batch size.
 *
 * @param layout where the parameters lie in DL4J's flat vector
 * @param values all tensors, by id
 * @param operations in the order of the forward pass; the last one is the loss
 * @param input the features
 * @param inputFormat of sequences
 * @param mask of the features, for networks on sequences
 * @param labelFormat of label sequences
 * @param masked time steps whose features all have this value are masked; NaN for none
 * @param outputs what the vertices between input and output put out, in the order of the forward pass
 */
public record Plan(
        FlatLayout layout,
        List<Value> values,
        List<PlanOperation> operations,
        Value input,
        RNNFormat inputFormat,
        Optional<Value> mask,
        RNNFormat labelFormat,
        double masked,
        List<VertexOutput> outputs) {
    public Plan {
        values = List.copyOf(values);
        operations = List.copyOf(operations);
        outputs = List.copyOf(outputs);
    }

    /** The batch with the mask that its features have for this network. */
    public MultiDataSet present(MultiDataSet batch) {
        return MaskedBatches.present(batch, batches());
    }

    /** The batch with the masks that a pass with labels goes by. Labels per time step have the features' as {@link PlanOperation.Loss#mask}. */
    public MultiDataSet weighed(MultiDataSet batch) {
        return loss().output().perTimeStep() ? present(batch) : MaskedBatches.weighed(batch, batches());
    }

    /** How batches lie; a plan has labels for the time steps of its features. */
    public SequenceLayout batches() {
        return new SequenceLayout(inputFormat == RNNFormat.NWC, labelFormat == RNNFormat.NWC, true, masked);
    }

    public PlanOperation.Loss loss() {
        return (PlanOperation.Loss) operations.get(operations.size() - 1);
    }
}
