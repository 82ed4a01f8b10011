package org.steadygrad.nn;

import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * DL4J's {@link LastTimeStepVertex} for batches in which an example may have no step at all: its output is 0 then, and no gradient
 * goes back, where DL4J 1.0.0-M2.1 takes the first masked step.
 */
public class LastPresentStepVertex extends LastTimeStepVertex {
    private static final long serialVersionUID = 1L;

    /** @param maskArrayInputName the input of the graph whose mask tells where there is data */
    public LastPresentStepVertex(@JsonProperty("maskArrayInputName") String maskArrayInputName) {
        super(maskArrayInputName);
    }

    @Override
    public LastPresentStepVertex clone() {
        return new LastPresentStepVertex(getMaskArrayInputName());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LastPresentStepVertex && super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }

    @Override
    public Vertex instantiate(
            ComputationGraph graph,
            String name,
            int index,
            INDArray parameters,
            boolean initializeParameters,
            DataType networkDataType) {
        return new Vertex(graph, name, index, getMaskArrayInputName(), networkDataType);
    }

    /** At work in a graph. */
    public static final class Vertex extends org.deeplearning4j.nn.graph.vertex.impl.rnn.LastTimeStepVertex {
        private static final long serialVersionUID = 1L;

        private final int input;
        private transient LastSteps last;

        Vertex(ComputationGraph graph, String name, int index, String maskedInput, DataType dataType) {
            super(graph, name, index, maskedInput, dataType);
            input = graph.getConfiguration().getNetworkInputs().indexOf(maskedInput);
        }

        @Override
        public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
            INDArray[] masks = graph.getInputMaskArrays();
            last = new LastSteps(masks == null ? null : masks[input], inputs[0].shape(), false);
            return last.of(inputs[0], workspaces);
        }

        @Override
        public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaces) {
            return new Pair<>(null, new INDArray[] {last.back(epsilon, workspaces)});
        }
    }
}
