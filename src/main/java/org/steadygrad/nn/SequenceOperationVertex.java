package org.steadygrad.nn;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link SequenceOperation} at work in a graph. */
final class SequenceOperationVertex extends BaseGraphVertex {
    private static final long serialVersionUID = 1L;

    private final SequenceOperation operation;

    SequenceOperationVertex(
            ComputationGraph graph, String name, int index, SequenceOperation operation, DataType type) {
        super(graph, name, index, (VertexIndices[]) null, null, type);
        this.operation = operation;
    }

    @Override
    public boolean hasLayer() {
        return false;
    }

    @Override
    public Layer getLayer() {
        return null;
    }

    /** DL4J's embedding layers hand nothing down. */
    @Override
    public boolean canDoBackward() {
        return operation.getKind() == SequenceOperation.Kind.STOP ? inputs[0] != null : super.canDoBackward();
    }

    @Override
    public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
        return workspaces.leverageTo(ArrayType.ACTIVATIONS, operation.forward(inputs));
    }

    @Override
    public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaces) {
        INDArray[] below = new INDArray[inputs.length];
        below[0] = workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, operation.backward(epsilon, inputs));
        if (below.length > 1) {
            below[1] = workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, inputs[1].like());
        }
        return new Pair<>(null, below);
    }

    @Override
    public void setBackpropGradientsViewArray(INDArray view) {
        if (view != null) {
            throw new IllegalStateException("A sequence operation has no parameters.");
        }
    }

    @Override
    public Pair<INDArray, MaskState> feedForwardMaskArrays(INDArray[] masks, MaskState state, int minibatch) {
        return masks == null || masks.length == 0 ? null : new Pair<>(masks[0], state);
    }

    @Override
    public String toString() {
        return "SequenceOperationVertex(" + operation.getKind() + ")";
    }
}
