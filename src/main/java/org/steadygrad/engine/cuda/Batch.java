package org.steadygrad.engine.cuda;

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
import org.steadygrad.engine.plan.PlanStep;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.BatchShape.LabelMask;

/** A program's copy of a batch on the device: features, labels and masks, time-major. */
final class Batch {
    /** Floats that are copied to the heap at once. */
    private static final int PIECE = 2048;

    private final Plan plan;
    private final Intake features;
    private final Optional<Intake> featureMask;
    private final DeviceMemory labels;
    private final Optional<Intake> labelIntake;
    private final Optional<DeviceMemory> labelMask;
    private final Optional<Intake> labelMaskIntake;

    Batch(Program program) {
        plan = program.model().plan();
        BatchShape shape = program.shape();
        features = new Intake(program, program.value(plan.input()), plan.input().size());
        featureMask = shape.featureMask()
                ? plan.mask().map(mask -> new Intake(program, program.value(mask), 1))
                : Optional.empty();
        Value output = plan.loss().output();
        int labelSize = plan.loss().labelSize();
        boolean training = shape.training();
        labels = program.scope().floats(training ? (long) program.rows(output) * labelSize : 0);
        labelIntake = training ? Optional.of(new Intake(program, labels, labelSize)) : Optional.empty();
        int maskSize = shape.labelMask() == LabelMask.ROWS ? 1 : output.size();
        labelMask = shape.labelMask() == LabelMask.NONE
                ? Optional.empty()
                : Optional.of(program.scope().floats((long) program.rows(output) * maskSize));
        labelMaskIntake = labelMask.map(memory -> new Intake(program, memory, maskSize));
    }

    /** Brings what a forward pass needs. */
    void loadFeatures(INDArray array, INDArray mask) {
        long width = array.rank() == 3 ? array.size(plan.inputFormat() == RNNFormat.NCW ? 1 : 2) : array.size(1);
        boolean symbols = plan.input().perStep() && array.rank() == 2;
        if (!symbols && width != plan.input().size()) {
            throw InvalidInputException.of(
                    "engine cuda", plan.input().size() + " features per row", width, "Check the data's columns.");
        }
        features.load(array, plan.inputFormat());
        for (PlanStep step : plan.steps()) {
            if (step instanceof PlanStep.Embed embed) {
                checkNumbers("embedding layer " + embed.layer(), features.numbers(), embed.vocabulary(), Optional.empty());
            }
        }
        featureMask.ifPresent(intake -> intake.load(mask, plan.inputFormat()));
    }

    /** Brings what the loss needs. */
    void loadLabels(MultiDataSet batch) {
        LabelMasks.check("engine cuda", batch.getLabelsMaskArrays());
        Intake intake = labelIntake.orElseThrow();
        intake.load(batch.getLabels(0), plan.labelFormat());
        labelMaskIntake.ifPresent(mask -> mask.load(batch.getLabelsMaskArrays()[0], plan.labelFormat()));
        if (plan.loss().loss() == LossFunction.SPARSE_CROSS_ENTROPY) {
            checkNumbers(
                    "loss of layer " + plan.loss().layer(),
                    // intakes keep whatever order an array has, which needn't be that of its mask
                    labelMask.isPresent() ? inOrder(batch.getLabels(0)) : intake.numbers(),
                    plan.loss().output().size(),
                    labelMask.map(mask -> inOrder(batch.getLabelsMaskArrays()[0])));
        }
    }

    private static FloatBuffer inOrder(INDArray array) {
        return FloatBuffer.wrap(array.dup('c').data().asFloat());
    }

    /** @param mask numbers are of no importance where it is 0 */
    private static void checkNumbers(String who, FloatBuffer numbers, int bound, Optional<FloatBuffer> mask) {
        while (numbers.hasRemaining()) {
            float number = numbers.get();
            boolean counts = mask.isEmpty() || mask.get().get() != 0;
            if (counts && !(number >= 0 && number < bound && number == (int) number)) {
                throw InvalidInputException.of(
                        who, "whole numbers from 0 to " + (bound - 1), number, "Check the data's vocabulary.");
            }
        }
    }

    /** Whether features and labels are all finite; false for some that are, but whose sum isn't. */
    boolean surelyFinite() {
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
    DeviceMemory labels() {
        return labels;
    }

    /** [rows of the output], or [rows of the output, output size]. */
    Optional<DeviceMemory> labelMask() {
        return labelMask;
    }
}
