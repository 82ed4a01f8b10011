package org.steadygrad.nn;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import java.util.Arrays;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Each example's last step at which there is data. An example without any has zeros, and no gradient goes back to it. */
final class LastSteps {
    private static final int NONE = -1;

    private final int[] last;
    private final long[] shape;
    private final boolean timeInMiddle;

    /**
     * @param mask [batch, time], 0 where there is no data; null when there is data everywhere
     * @param shape of the sequences
     * @param timeInMiddle whether they are [batch, time, features], not [batch, features, time]
     */
    LastSteps(INDArray mask, long[] shape, boolean timeInMiddle) {
        this.shape = shape.clone();
        this.timeInMiddle = timeInMiddle;
        int steps = (int) shape[timeInMiddle ? 1 : 2];
        last = new int[(int) shape[0]];
        Arrays.fill(last, steps - 1);
        if (mask != null) {
            double[] values = mask.dup('c').data().asDouble();
            for (int example = 0; example < last.length; example++) {
                while (last[example] != NONE && values[example * steps + last[example]] == 0) {
                    last[example]--;
                }
            }
        }
    }

    private INDArray at(INDArray sequences, int example) {
        return timeInMiddle
                ? sequences.get(point(example), point(last[example]), all())
                : sequences.get(point(example), all(), point(last[example]));
    }

    /** @return [batch, features] */
    INDArray of(INDArray sequences, LayerWorkspaceMgr workspaces) {
        long[] rows = {shape[0], shape[timeInMiddle ? 2 : 1]};
        INDArray out = workspaces.create(ArrayType.ACTIVATIONS, sequences.dataType(), rows, 'c');
        for (int example = 0; example < last.length; example++) {
            if (last[example] != NONE) {
                out.getRow(example).assign(at(sequences, example));
            }
        }
        return out;
    }

    /**
     * @param epsilon gradient of {@link #of}, [batch, features]
     * @return that of the sequences
     */
    INDArray back(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        INDArray out = workspaces.create(ArrayType.ACTIVATION_GRAD, epsilon.dataType(), shape, 'f');
        for (int example = 0; example < last.length; example++) {
            if (last[example] != NONE) {
                at(out, example).assign(epsilon.getRow(example));
            }
        }
        return out;
    }
}
