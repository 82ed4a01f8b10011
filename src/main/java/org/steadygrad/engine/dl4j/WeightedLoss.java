package org.steadygrad.engine.dl4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** A loss that is told the weights of rows or outputs past the masks that go through DL4J's layers. */
interface WeightedLoss extends ILossFunction {
    /** @param weights [rows, 1] or [rows, columns], in place of masks from now on; null for masks as they come */
    void weigh(INDArray weights);
}
