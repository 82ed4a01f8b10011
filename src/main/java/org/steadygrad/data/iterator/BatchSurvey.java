package org.steadygrad.data.iterator;

import java.util.Arrays;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.BatchContent;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;

/** Reads a DL4J iterator through once and finds out what its batches look like. */
final class BatchSurvey {
    private final String who;
    private final BatchContent content = new BatchContent();
    private int batches;
    private long[] inputShape;
    private long[] targetShape;
    private long maxSteps = 1;
    private boolean oneHot = true;
    private boolean keys = true;

    private BatchSurvey(String who) {
        this.who = who;
    }

    /** @param who "training" or "validation", for errors */
    static BatchSurvey of(ResettableBatches batches, String who) {
        BatchSurvey survey = new BatchSurvey("DataSources.of, " + who + " iterator");
        batches.reset();
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            while (batches.hasNext()) {
                survey.add(batches.next());
            }
        }
        if (survey.batches == 0) {
            throw InvalidInputException.of(survey.who, "at least one batch", "none", "");
        }
        return survey;
    }

    int batches() {
        return batches;
    }

    /** Of all batches. */
    String content() {
        return content.toString();
    }

    DataDescription description() {
        boolean sequences = inputShape.length == 3;
        boolean perStep = targetShape.length == 3;
        TargetKind target = oneHot && targetShape[1] > 1
                ? (perStep ? TargetKind.CLASS_PER_STEP : TargetKind.CLASS)
                : perStep ? (keys ? TargetKind.KEYS_PER_STEP : TargetKind.NUMBERS_PER_STEP) : TargetKind.NUMBERS;
        return new DataDescription(
                sequences ? InputKind.SEQUENCE : InputKind.VECTOR,
                Math.toIntExact(inputShape[1]),
                target,
                Math.toIntExact(targetShape[1]),
                Math.toIntExact(maxSteps));
    }

    private void add(MultiDataSet batch) {
        batches++;
        if (batch.numFeatureArrays() != 1 || batch.numLabelsArrays() != 1) {
            String got = batch.numFeatureArrays() + " and " + batch.numLabelsArrays();
            throw InvalidInputException.of(place(), "one array of features and one of labels", got, "");
        }
        INDArray features = batch.getFeatures(0);
        INDArray labels = batch.getLabels(0);
        boolean stepsWithoutTime = labels.rank() == 3 && features.rank() != 3;
        if (!rankFits(features) || !rankFits(labels) || stepsWithoutTime) {
            throw InvalidInputException.of(
                    place(),
                    "features and labels of shape [batch, size] or [batch, size, time]",
                    Arrays.toString(features.shape()) + " and " + Arrays.toString(labels.shape()),
                    "Flatten images with a pre-processor first.");
        }
        inputShape = sameSize(inputShape, features, "features");
        targetShape = sameSize(targetShape, labels, "labels");
        maxSteps = Math.max(maxSteps, features.rank() == 3 ? features.size(2) : 1);
        look(labels, batch.getLabelsMaskArray(0));
        content.add(batch);
    }

    private static boolean rankFits(INDArray array) {
        return array.rank() == 2 || array.rank() == 3;
    }

    private long[] sameSize(long[] before, INDArray array, String name) {
        if (before != null && (before.length != array.rank() || before[1] != array.size(1))) {
            throw InvalidInputException.of(
                    place(),
                    name + " of rank " + before.length + " and size " + before[1] + " as in the first batch",
                    Arrays.toString(array.shape()),
                    "");
        }
        return array.shape();
    }

    /** Steps that the labels' mask hides aren't looked at: padding is 0 there. */
    private void look(INDArray labels, INDArray mask) {
        long steps = labels.rank() == 3 ? labels.size(2) : 1;
        INDArray table = labels.rank() == 3
                ? labels.permute(0, 2, 1).dup('c').reshape(labels.size(0) * steps, labels.size(1))
                : labels;
        INDArray visible = mask == null ? null : mask.dup('c').reshape(mask.length());
        boolean perRow = visible != null && visible.length() == table.rows();
        for (int row = 0; row < table.rows() && (oneHot || keys); row++) {
            if (!perRow || visible.getDouble(row) != 0) {
                look(table.getRow(row).toDoubleVector());
            }
        }
    }

    private void look(double[] row) {
        double sum = 0;
        for (double value : row) {
            keys &= value == 0 || value == 1;
            sum += value;
        }
        oneHot &= keys && sum == 1;
    }

    private String place() {
        return who + ", batch " + (batches - 1);
    }
}
