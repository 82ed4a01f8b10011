package org.steadygrad.engine.cpu.kernel;

import java.util.Optional;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.LabelMasks;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.SquaresSum;
import org.steadygrad.engine.plan.LossFunction;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.BatchShape.LabelMask;
import org.steadygrad.ops.MaskedBatches;

/** A program's copy of a batch: features, labels and masks, time-major; zeros where a mask is 0, whatever stood there. */
public final class Batch {
    private final KernelContext context;
    private final Plan plan;
    private final Intake features;
    private final Optional<Intake> featureMask;
    private final FloatMemory labels;
    private final int labelSize;
    private final Optional<FloatMemory> labelMask;
    private final SquaresSum squares;
    private double featureSquares;
    private boolean featureSquaresKnown;
    private Intake labelIntake;
    private Intake labelMaskIntake;

    Batch(KernelContext context) {
        this.context = context;
        plan = context.model().plan();
        squares = new SquaresSum(context.runtime().workers());
        BatchShape shape = context.shape();
        features = new Intake(context, context.value(plan.input()), plan.input().size());
        featureMask = shape.featureMask()
                ? plan.mask().map(mask -> new Intake(context, context.value(mask), 1))
                : Optional.empty();
        Value output = plan.loss().output();
        labelSize = plan.loss().labelSize();
        labels = context.scope().allocate((long) context.rows(output) * labelSize);
        labelMask = shape.labelMask() == LabelMask.NONE
                ? Optional.empty()
                : Optional.of(context.scope()
                        .allocate((long) context.rows(output)
                                * (shape.labelMask() == LabelMask.ROWS ? 1 : output.size())));
    }

    /** Copies what a forward pass needs. */
    public void loadFeatures(INDArray array, INDArray mask) {
        long width = array.rank() == 3 ? array.size(plan.inputFormat() == RNNFormat.NCW ? 1 : 2) : array.size(1);
        boolean symbols = plan.input().perTimeStep() && array.rank() == 2;
        if (!symbols && width != plan.input().size()) {
            throw InvalidInputException.of(
                    "engine cpu", plan.input().size() + " features per row", width, "Check the data's columns.");
        }
        featureSquaresKnown = false;
        features.load(array, plan.inputFormat());
        featureMask.ifPresent(intake -> intake.load(mask, plan.inputFormat()));
        context.mask(plan.mask()).ifPresent(rows -> clear(context.value(plan.input()), rows));
        for (PlanOperation operation : plan.operations()) {
            if (operation instanceof PlanOperation.Embed embed) {
                checkNumbers("embedding layer " + embed.layer(), context.value(plan.input()), embed.vocabulary());
            }
        }
    }

    /** @param mask has a number for each row of the tensor, or for each element */
    private static void clear(FloatMemory tensor, FloatMemory mask) {
        int width = tensor.length() / mask.length();
        float[] zeros = new float[width];
        for (int row = 0; row < mask.length(); row++) {
            if (mask.get(row) == 0) {
                tensor.write(row * width, zeros, width);
            }
        }
    }

    /** Copies what the loss needs. */
    public void loadLabels(MultiDataSet batch) {
        LabelMasks.check("engine cpu", batch.getLabelsMaskArrays());
        INDArray array = batch.getLabels(0);
        if (labelIntake == null) {
            labelIntake = new Intake(context, labels, labelSize);
        }
        labelIntake.load(array, plan.labelFormat());
        loadLabelMask(batch);
        labelMask.or(() -> context.mask(plan.loss().mask())).ifPresent(mask -> clear(labels, mask));
        if (plan.loss().loss() == LossFunction.SPARSE_CROSS_ENTROPY) {
            checkNumbers(
                    "loss of layer " + plan.loss().layer(),
                    labels,
                    plan.loss().output().size());
        }
    }

    private void loadLabelMask(MultiDataSet batch) {
        if (labelMask.isPresent()) {
            if (labelMaskIntake == null) {
                int size = context.shape().labelMask() == LabelMask.ROWS
                        ? 1
                        : plan.loss().output().size();
                labelMaskIntake = new Intake(context, labelMask.get(), size);
            }
            labelMaskIntake.load(MaskedBatches.first(batch.getLabelsMaskArrays()), plan.labelFormat());
        }
    }

    private void checkNumbers(String who, FloatMemory numbers, int bound) {
        float[] heap = context.runtime().heap(0, 0);
        for (int start = 0; start < numbers.length(); start += CpuRuntime.CHUNK) {
            int count = Math.min(CpuRuntime.CHUNK, numbers.length() - start);
            numbers.read(start, heap, count);
            for (int i = 0; i < count; i++) {
                if (!(heap[i] >= 0 && heap[i] < bound && heap[i] == (int) heap[i])) {
                    throw InvalidInputException.of(
                            who, "whole numbers from 0 to " + (bound - 1), heap[i], "Check the data's vocabulary.");
                }
            }
        }
    }

    /** Whether features and labels are all finite; false for some that are, but huge. */
    public boolean surelyFinite() {
        return Double.isFinite(featureSquares()) && Double.isFinite(squares.of(labels));
    }

    /** The sum of squares of the features; infinite or NaN where some aren't finite, or are huge. */
    public double featureSquares() {
        if (!featureSquaresKnown) {
            featureSquares = squares.of(context.value(plan.input()));
            featureSquaresKnown = true;
        }
        return featureSquares;
    }

    /** [rows of the output, label size] */
    public FloatMemory labels() {
        return labels;
    }

    /** [rows of the output], or [rows of the output, output size]. */
    public Optional<FloatMemory> labelMask() {
        return labelMask;
    }
}
