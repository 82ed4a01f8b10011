package org.steadygrad.engine.program;

import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.ops.MaskedBatches;

/**
 * What a program is compiled for.
 *
 * @param examples number of examples
 * @param timeSteps number of time steps; 1 in networks without sequences
 * @param featureMask whether there is a mask of the features
 * @param labelMask what the mask of the labels has a number for
 * @param training whether there is a backward pass
 */
public record BatchShape(int examples, int timeSteps, boolean featureMask, LabelMask labelMask, boolean training) {

    /** What a mask of the labels has a number for. */
    public enum LabelMask {
        NONE,
        /** Every row of the output. */
        ROWS,
        /** Every element of the output. */
        ELEMENTS
    }

    /** The shape a batch asks for. */
    public static BatchShape of(Plan plan, MultiDataSet batch, boolean training) {
        INDArray input = batch.getFeatures(0);
        int timeSteps = 1;
        if (plan.input().perTimeStep()) {
            int time = input.rank() == 2 || plan.inputFormat() == RNNFormat.NWC ? 1 : 2;
            timeSteps = Math.toIntExact(input.size(time));
        }
        boolean mask = plan.mask().isPresent() && MaskedBatches.first(batch.getFeaturesMaskArrays()) != null;
        return new BatchShape(
                Math.toIntExact(input.size(0)), timeSteps, mask, labelMask(plan, batch, training), training);
    }

    private static LabelMask labelMask(Plan plan, MultiDataSet batch, boolean training) {
        INDArray mask = training ? MaskedBatches.first(batch.getLabelsMaskArrays()) : null;
        if (mask == null) {
            return LabelMask.NONE;
        }
        Value output = plan.loss().output();
        int outputs = plan.labelFormat() == RNNFormat.NCW ? 1 : 2;
        // labels may be fewer than outputs, or, as numbers of classes, one for all
        int labels =
                plan.loss().byElement() ? output.size() : Math.max(plan.loss().labelSize(), 2);
        boolean elements = output.size() > 1
                && (output.perTimeStep()
                        ? mask.rank() == 3 && mask.size(outputs) > 1
                        : mask.rank() == 2
                                && mask.size(1) > 1
                                && (mask.size(1) == output.size() || mask.size(1) == labels));
        return elements ? LabelMask.ELEMENTS : LabelMask.ROWS;
    }

    /** @throws InvalidInputException when the loss can't be computed under the batch's mask of labels */
    public void check(PlanOperation.Loss loss) {
        if (labelMask == LabelMask.ELEMENTS && !loss.byElement()) {
            throw InvalidInputException.of(
                    "loss of layer " + loss.layer(),
                    "a label mask with one number per row",
                    "one number per class",
                    "A softmax over some of the classes isn't defined, nor is a loss of rows as a whole.");
        }
    }

    public int rows(Value value) {
        return rows(value.rows());
    }

    public int rows(Value.Rows rows) {
        return rows == Value.Rows.TIME_STEPS ? Math.multiplyExact(examples, timeSteps) : examples;
    }

    public long elements(Value value) {
        return (long) rows(value) * value.size();
    }
}
