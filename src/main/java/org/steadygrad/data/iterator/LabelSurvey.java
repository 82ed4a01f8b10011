package org.steadygrad.data.iterator;

import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.ops.SequenceLayout;

/** What kind of labels all batches hold if their sequences have one layout. What masks hide isn't looked at. */
final class LabelSurvey {
    private final SequenceLayout layout;
    private final ShapeSurvey shapes;
    private boolean oneHot = true;
    private boolean keys = true;

    LabelSurvey(SequenceLayout layout) {
        this.layout = layout;
        shapes = new ShapeSurvey(layout.labelsTimeInMiddle() ? RNNFormat.NWC : RNNFormat.NCW, "labels");
    }

    void add(MultiDataSet batch, String place) {
        INDArray labels = batch.getLabels(0);
        shapes.add(labels, MaskedBatches.first(batch.getLabelsMaskArrays()), place);
        if (shapes.problem().isEmpty() && (oneHot || keys)) {
            look(labels, weights(batch));
        }
    }

    /** As far as the masks fit: whether they do is for those to say who know the network. */
    private INDArray weights(MultiDataSet batch) {
        INDArray own = MaskedBatches.first(batch.getLabelsMaskArrays());
        INDArray presence = MaskedBatches.presence(batch, layout);
        INDArray labels = batch.getLabels(0);
        boolean otherSteps = labels.rank() == 3
                && presence != null
                && presence.rank() == 2
                && presence.size(1) != labels.size(3 - shapes.sizeAxis(labels));
        return otherSteps ? own : MaskedBatches.weights(batch, layout);
    }

    private void look(INDArray labels, INDArray mask) {
        double[] numbers = inRows(labels);
        double[] weights = mask == null ? null : inRows(mask);
        int width = shapes.size();
        int perRow = weights == null ? 0 : weights.length == numbers.length ? width : 1;
        if (weights != null && weights.length != numbers.length && weights.length * width != numbers.length) {
            weights = null;
        }
        for (int row = 0; row < numbers.length / width && (oneHot || keys); row++) {
            look(numbers, row * width, width, weights, row * perRow, perRow);
        }
    }

    /** Rows of which a part is hidden are no classes. */
    private void look(double[] numbers, int from, int width, double[] weights, int weight, int perRow) {
        double sum = 0;
        int seen = 0;
        for (int i = 0; i < width; i++) {
            if (weights == null || weights[perRow == 1 ? weight : weight + i] != 0) {
                double value = numbers[from + i];
                keys &= value == 0 || value == 1;
                sum += value;
                seen++;
            }
        }
        oneHot &= seen == 0 || (seen == width && keys && sum == 1);
    }

    /** In the order of examples, then time steps, then elements of a row. */
    private double[] inRows(INDArray array) {
        INDArray doubles = array.castTo(DataType.DOUBLE);
        boolean turned = array.rank() == 3 && shapes.sizeAxis(array) == 1;
        return (turned ? doubles.permute(0, 2, 1) : doubles).dup('c').data().asDouble();
    }

    TargetKind kind() {
        boolean perStep = shapes.sequences();
        if (oneHot && shapes.size() > 1) {
            return perStep ? TargetKind.CLASS_PER_STEP : TargetKind.CLASS;
        }
        if (!perStep) {
            return TargetKind.NUMBERS;
        }
        return keys ? TargetKind.KEYS_PER_STEP : TargetKind.NUMBERS_PER_STEP;
    }
}
