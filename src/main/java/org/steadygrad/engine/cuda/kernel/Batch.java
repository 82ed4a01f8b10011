package org.steadygrad.engine.cuda.kernel;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.LabelMasks;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.plan.LossFunction;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.BatchShape.LabelMask;
import org.steadygrad.ops.MaskedBatches;

/**
 * A program's copy of a batch on the device: features, labels and masks, time-major; zeros where a mask is 0, whatever stood
 * there.
 */
public final class Batch {
    /** Floats that are copied to the heap at once. */
    private static final int PIECE = 2048;

    private final KernelContext context;
    private final Plan plan;
    private final Intake features;
    private final Optional<Intake> featureMask;
    private final DeviceMemory labels;
    private final Optional<Intake> labelIntake;
    private final Optional<DeviceMemory> labelMask;
    private final Optional<Intake> labelMaskIntake;

    Batch(KernelContext context) {
        this.context = context;
        plan = context.model().plan();
        BatchShape shape = context.shape();
        features = new Intake(context, context.value(plan.input()), plan.input().size());
        featureMask = shape.featureMask()
                ? plan.mask().map(mask -> new Intake(context, context.value(mask), 1))
                : Optional.empty();
        Value output = plan.loss().output();
        int labelSize = plan.loss().labelSize();
        boolean training = shape.training();
        labels = context.scope().floats(training ? (long) context.rows(output) * labelSize : 0);
        labelIntake = training ? Optional.of(new Intake(context, labels, labelSize)) : Optional.empty();
        int maskSize = shape.labelMask() == LabelMask.ROWS ? 1 : output.size();
        labelMask = shape.labelMask() == LabelMask.NONE
                ? Optional.empty()
                : Optional.of(context.scope().floats((long) context.rows(output) * maskSize));
        labelMaskIntake = labelMask.map(memory -> new Intake(context, memory, maskSize));
    }

    /** Brings what a forward pass needs. */
    public void loadFeatures(INDArray array, INDArray mask) {
        long width = array.rank() == 3 ? array.size(plan.inputFormat() == RNNFormat.NCW ? 1 : 2) : array.size(1);
        boolean symbols = plan.input().perTimeStep() && array.rank() == 2;
        if (!symbols && width != plan.input().size()) {
            throw InvalidInputException.of(
                    "engine cuda", plan.input().size() + " features per row", width, "Check the data's columns.");
        }
        Optional<PlanOperation.Embed> embed = plan.operations().stream()
                .filter(PlanOperation.Embed.class::isInstance)
                .map(PlanOperation.Embed.class::cast)
                .findFirst();
        if (embed.isPresent()) {
            // they are checked here, as they lie
            boolean timeInMiddle = plan.inputFormat() == RNNFormat.NWC;
            features.load(
                    MaskedBatches.cleared(array, featureMask.isPresent() ? mask : null, timeInMiddle),
                    plan.inputFormat());
            checkNumbers(
                    "embedding layer " + embed.get().layer(),
                    features.numbers(),
                    embed.get().vocabulary());
        } else {
            features.load(array, plan.inputFormat());
        }
        featureMask.ifPresent(intake -> {
            intake.load(mask, plan.inputFormat());
            clear(context.value(plan.input()), context.value(plan.mask().orElseThrow()));
        });
    }

    /** @param mask has a number for each row of the tensor, or for each element */
    private void clear(DeviceMemory tensor, DeviceMemory mask) {
        context.runtime().stream()
                .launch(context.runtime()
                        .over(tensor.length(), "masks", "clear_rows")
                        .with(tensor)
                        .with(mask)
                        .with((int) (tensor.length() / mask.length()))
                        .with(tensor.length()));
    }

    /** Brings what the loss needs. */
    public void loadLabels(MultiDataSet batch) {
        LabelMasks.check("engine cuda", batch.getLabelsMaskArrays());
        Intake intake = labelIntake.orElseThrow();
        INDArray mask = MaskedBatches.first(batch.getLabelsMaskArrays());
        boolean numbers = plan.loss().loss() == LossFunction.SPARSE_CROSS_ENTROPY;
        INDArray given = batch.getLabels(0);
        boolean timeInMiddle = plan.labelFormat() == RNNFormat.NWC;
        intake.load(numbers ? MaskedBatches.cleared(given, mask, timeInMiddle) : given, plan.labelFormat());
        if (numbers) {
            checkNumbers(
                    "loss of layer " + plan.loss().layer(),
                    intake.numbers(),
                    plan.loss().output().size());
        }
        labelMaskIntake.ifPresent(masks -> masks.load(mask, plan.labelFormat()));
        labelMask.or(() -> context.mask(plan.loss().mask())).ifPresent(rows -> clear(labels, rows));
    }

    private static void checkNumbers(String who, FloatBuffer numbers, int bound) {
        while (numbers.hasRemaining()) {
            float number = numbers.get();
            if (!(number >= 0 && number < bound && number == (int) number)) {
                throw InvalidInputException.of(
                        who, "whole numbers from 0 to " + (bound - 1), number, "Check the data's vocabulary.");
            }
        }
    }

    /** Whether features and labels are all finite; false for some that are, but whose sum isn't. */
    public boolean surelyFinite() {
        return sumIsFinite(features.numbers())
                && sumIsFinite(labelIntake.orElseThrow().numbers());
    }

    private static boolean sumIsFinite(FloatBuffer numbers) {
        float[] piece = new float[PIECE];
        double sum = 0;
        while (numbers.hasRemaining()) {
            int count = Math.min(PIECE, numbers.remaining());
            numbers.get(piece, 0, count);
            Arrays.fill(piece, count, PIECE, 0);
            sum += sum(piece);
        }
        return Double.isFinite(sum);
    }

    /** In four sums, none of which waits for another. */
    private static double sum(float[] x) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        for (int i = 0; i < x.length; i += 4) {
            a += x[i];
            b += x[i + 1];
            c += x[i + 2];
            d += x[i + 3];
        }
        return (a + b) + (c + d);
    }

    /** [rows of the output, label size] */
    public DeviceMemory labels() {
        return labels;
    }

    /** [rows of the output], or [rows of the output, output size]. */
    public Optional<DeviceMemory> labelMask() {
        return labelMask;
    }
}
