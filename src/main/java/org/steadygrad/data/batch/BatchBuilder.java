package org.steadygrad.data.batch;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.LabelReferences;

/**
 * Collects examples in Java memory and turns them into the arrays of one batch. Masks ([batch, time], 1 where a step
 * counts; of labels their weight) are made only where a step is masked or weighs something else. Labels per sequence have weights [batch, 1]
 * or no mask: the features' mask says where a sequence ends.
 */
public final class BatchBuilder {
    private final DataDescription description;
    private final int batch;
    private final int steps;
    private final int inputRows;
    private final float[] features;
    private final float[] labels;
    private final float[] featuresMask;
    private final float[] labelsMask;
    private double[][] references;

    /** By example, for labels without a time axis; null where all weigh 1. */
    private float[] weights;

    /**
     * Starts a batch of zeros.
     *
     * @param steps time steps to which every example is padded
     */
    public BatchBuilder(DataDescription description, int batch, int steps) {
        this.description = description;
        this.batch = batch;
        this.steps = steps;
        this.inputRows = description.input() == InputKind.SYMBOLS ? 1 : description.inputSize();
        this.features = new float[size(inputRows, steps)];
        this.labels =
                new float[size(description.targetSize(), description.target().perStep() ? steps : 1)];
        this.featuresMask = ones(batch * steps);
        this.labelsMask = ones(batch * steps);
    }

    /** The place of the example with this number in the batch. */
    public Slot slot(int index) {
        return new Slot(index);
    }

    /** Makes one features and one labels array of 32-bit floats, with masks where a step is masked. */
    public MultiDataSet build() {
        boolean sequences = description.input() != InputKind.VECTOR;
        INDArray x = sequences ? array(features, inputRows, steps) : array(features, inputRows);
        INDArray y = description.target().perStep()
                ? array(labels, description.targetSize(), steps)
                : array(labels, description.targetSize());
        INDArray[] xMask = sequences ? mask(featuresMask) : null;
        INDArray[] yMask = description.target().perStep()
                ? mask(labelsMask)
                : weights == null ? null : new INDArray[] {array(weights, 1)};
        MultiDataSet built =
                new org.nd4j.linalg.dataset.MultiDataSet(new INDArray[] {x}, new INDArray[] {y}, xMask, yMask);
        if (references != null) {
            new LabelReferences(List.of(references)).attachTo(built);
        }
        return built;
    }

    private int size(int rows, int columns) {
        long size = (long) batch * rows * columns;
        if (size > Integer.MAX_VALUE - 8) {
            throw InvalidInputException.of(
                    "Batch of " + batch + " examples of " + rows + " x " + columns,
                    "fewer than 2^31 numbers",
                    size,
                    "Lower training.batch, or shorten the sequences.");
        }
        return (int) size;
    }

    private static float[] ones(int size) {
        float[] mask = new float[size];
        Arrays.fill(mask, 1);
        return mask;
    }

    private INDArray array(float[] values, long... exampleShape) {
        long[] shape = new long[exampleShape.length + 1];
        shape[0] = batch;
        System.arraycopy(exampleShape, 0, shape, 1, exampleShape.length);
        return Nd4j.create(values, shape, 'c');
    }

    private INDArray[] mask(float[] mask) {
        for (float step : mask) {
            if (step != 1) {
                return new INDArray[] {array(mask, steps)};
            }
        }
        return null;
    }

    /** One example's place in the batch. */
    public final class Slot {
        private final int index;

        private Slot(int index) {
            this.index = index;
        }

        public void feature(int row, int step, float value) {
            features[(index * inputRows + row) * steps + step] = value;
        }

        /** For features without a time axis. */
        public void feature(int row, float value) {
            features[index * inputRows + row] = value;
        }

        public void label(int row, int step, float value) {
            labels[(index * description.targetSize() + row) * steps + step] = value;
        }

        /** For labels without a time axis. */
        public void label(int row, float value) {
            labels[index * description.targetSize() + row] = value;
        }

        /**
         * Says what a label is told from.
         *
         * @param step 0 for labels without a time axis
         */
        public void reference(int row, int step, double value) {
            int time = description.target().perStep() ? steps : 1;
            if (references == null) {
                references = new double[batch][description.targetSize() * time];
            }
            references[index][row * time + step] = value;
        }

        /** Masks features and labels of all steps from {@code length} on. */
        public void length(int length) {
            Arrays.fill(featuresMask, index * steps + length, (index + 1) * steps, 0);
            Arrays.fill(labelsMask, index * steps + length, (index + 1) * steps, 0);
        }

        /** What the label of a step weighs. */
        public void weight(int step, float weight) {
            labelsMask[index * steps + step] = weight;
        }

        /** What the label weighs, for labels without a time axis. */
        public void weight(float weight) {
            if (weights == null) {
                weights = ones(batch);
            }
            weights[index] = weight;
        }

        /** Masks the labels of one step. */
        public void ignoreLabel(int step) {
            labelsMask[index * steps + step] = 0;
        }
    }
}
