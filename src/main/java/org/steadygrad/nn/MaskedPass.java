package org.steadygrad.nn;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.recurrent.BaseRecurrentLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.ops.PresentSteps;

/**
 * Runs a recurrent layer of DL4J on sequences with masked steps as if these weren't there: the layer sees each example's present
 * steps only, then zeros that nothing depends on. So the state is held at masked steps, the output is 0 and no gradient arises,
 * whatever the layer itself does about masks.
 */
final class MaskedPass implements Serializable {
    private static final long serialVersionUID = 1L;

    private final BaseRecurrentLayer<?> layer;
    private transient PresentSteps present;

    MaskedPass(BaseRecurrentLayer<?> layer) {
        this.layer = layer;
    }

    /** Whether DL4J's layer is at work on sequences that have gone through dropout already. */
    boolean atWork() {
        return present != null;
    }

    private boolean timeInMiddle() {
        return layer.getDataFormat() == RNNFormat.NWC;
    }

    /** @param own DL4J's forward pass on the input that the layer has then */
    INDArray forward(LayerWorkspaceMgr workspaces, Supplier<INDArray> own) {
        INDArray output = onPresent(workspaces, () -> present.scatter(own.get()));
        return workspaces.leverageTo(ArrayType.ACTIVATIONS, output);
    }

    /**
     * @param own DL4J's backward pass
     * @param dropout that of the layer's dropout
     */
    Pair<Gradient, INDArray> backward(
            INDArray epsilon, LayerWorkspaceMgr workspaces, Backward own, UnaryOperator<INDArray> dropout) {
        Pair<Gradient, INDArray> result = onPresent(workspaces, () -> {
            Pair<Gradient, INDArray> gathered = own.of(present.gather(epsilon));
            gathered.setSecond(present.scatter(gathered.getSecond()));
            return gathered;
        });
        INDArray below = dropout.apply(result.getSecond());
        result.setSecond(workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, below));
        return result;
    }

    /** A backward pass from the gradient of the output. */
    interface Backward {
        Pair<Gradient, INDArray> of(INDArray epsilon);
    }

    private <T> T onPresent(LayerWorkspaceMgr workspaces, Supplier<T> pass) {
        INDArray given = layer.input();
        INDArray mask = layer.getMaskArray();
        present = new PresentSteps(mask, timeInMiddle());
        layer.setInput(present.gather(given), workspaces);
        layer.setMaskArray(null);
        try {
            return pass.get();
        } finally {
            layer.setInput(given, workspaces);
            layer.setMaskArray(mask);
            present = null;
        }
    }

    /**
     * Step by step, since sequences without their masked steps don't tell the state after the last one.
     *
     * @param state what the layer carries; changed
     * @param own DL4J's pass from that state, which leaves the new one there
     */
    INDArray carry(LayerWorkspaceMgr workspaces, Map<String, INDArray> state, UnaryOperator<INDArray> own) {
        INDArray given = layer.input();
        INDArray mask = layer.getMaskArray();
        present = new PresentSteps(mask, timeInMiddle());
        layer.setMaskArray(null);
        try {
            INDArray whole = timeLast(present.cleared(given)).dup('f');
            INDArray there = mask.castTo(whole.dataType());
            INDArray[] outputs = new INDArray[(int) whole.size(2)];
            for (int t = 0; t < outputs.length; t++) {
                Map<String, INDArray> before = new HashMap<>(state);
                INDArray step = whole.get(all(), all(), interval(t, t + 1L)).dup('f');
                outputs[t] = timeLast(own.apply(timeLast(step))).dup('f');
                hold(state, before, there.getColumn(t).toDoubleVector());
            }
            INDArray output = present.cleared(timeLast(Nd4j.concat(2, outputs)));
            return workspaces.leverageTo(ArrayType.ACTIVATIONS, output);
        } finally {
            layer.setInput(given, workspaces);
            layer.setMaskArray(mask);
            present = null;
        }
    }

    /** Between the layer's format and [batch, features, time]; its own inverse. */
    private INDArray timeLast(INDArray sequences) {
        return timeInMiddle() ? sequences.permute(0, 2, 1) : sequences;
    }

    private static void hold(Map<String, INDArray> state, Map<String, INDArray> before, double[] there) {
        for (Map.Entry<String, INDArray> entry : state.entrySet()) {
            INDArray held = entry.getValue().dup();
            INDArray old = before.get(entry.getKey());
            for (int example = 0; example < there.length; example++) {
                if (there[example] == 0) {
                    INDArray row = held.getRow(example);
                    if (old == null) {
                        row.assign(0);
                    } else {
                        row.assign(old.getRow(example));
                    }
                }
            }
            entry.setValue(held);
        }
    }
}
