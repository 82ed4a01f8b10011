package org.steadygrad.engine.dl4j;

import java.util.Arrays;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;

/**
 * A loss that is a sum over the rows of the output, computed in double from the logits. A mask's number multiplies the loss
 * and the gradient of its row or element; where it is 0 nothing else counts, NaN included.
 */
abstract class RowLoss implements WeightedLoss {
    private static final long serialVersionUID = 1L;

    private final String layer;

    /** By output; null when all count alike. */
    private final double[] weights;

    /** In place of masks; null for masks as they come. */
    private transient INDArray given;

    /**
     * @param layer whose loss it is, for errors
     * @param weights by output; null when all count alike
     */
    RowLoss(String layer, INDArray weights) {
        this.layer = layer;
        this.weights = weights == null ? null : weights.dup('c').data().asDouble();
    }

    @Override
    public final void weigh(INDArray mask) {
        given = mask;
    }

    /** One row. */
    interface Row {
        double logit(int column);

        double label(int column);

        /** What the loss of an output is multiplied by. */
        double weight(int column);

        /** @param slope of the loss by the logit, weight included */
        void slope(int column, double slope);
    }

    /** @return the loss, weights included */
    abstract double of(Row row, int columns);

    /** Number of the labels of a row. */
    abstract int labelColumns(int columns);

    /** Whether a mask may have a number for each element. */
    abstract boolean masksElements();

    final String who() {
        return "loss of layer " + layer;
    }

    private final class Pass implements Row {
        private final int rows;
        private final int columns;
        private final double[] logits;
        private final double[] labels;
        private final double[] mask;
        private final boolean byElement;
        private final double[] losses;
        private final double[] slopes;
        private int row;

        Pass(INDArray labels, INDArray logits, INDArray seen) {
            INDArray mask = given == null ? seen : given;
            rows = Math.toIntExact(logits.size(0));
            columns = Math.toIntExact(logits.size(1));
            this.logits = doubles(logits);
            this.labels = doubles(labels);
            this.mask = mask == null ? null : doubles(mask);
            byElement = mask != null && mask.length() != rows;
            check(labels);
            losses = new double[rows];
            slopes = new double[rows * columns];
            for (row = 0; row < rows; row++) {
                if (this.mask == null || byElement || this.mask[row] != 0) {
                    losses[row] = of(this, columns);
                }
            }
        }

        private void check(INDArray given) {
            int width = labelColumns(columns);
            if (labels.length != rows * width) {
                throw InvalidInputException.of(
                        who(),
                        "labels of shape " + Arrays.toString(new int[] {rows, width}),
                        Arrays.toString(given.shape()),
                        "Check the number of classes and of examples.");
            }
            if (byElement && !masksElements()) {
                throw InvalidInputException.of(
                        who(),
                        "a label mask with one number per row",
                        "one number per class",
                        "A softmax over some of the classes isn't defined.");
            }
            if (weights != null && weights.length != columns) {
                throw InvalidInputException.of(
                        who(), columns + " weights, one for each output", weights.length, "Give the loss as many.");
            }
        }

        private static double[] doubles(INDArray array) {
            return array.dup('c').data().asDouble();
        }

        @Override
        public double logit(int column) {
            return logits[row * columns + column];
        }

        @Override
        public double label(int column) {
            return labels[row * labelColumns(columns) + column];
        }

        @Override
        public double weight(int column) {
            double own = weights == null ? 1 : weights[column];
            return mask == null ? own : own * mask[byElement ? row * columns + column : row];
        }

        @Override
        public void slope(int column, double slope) {
            slopes[row * columns + column] = slope;
        }

        INDArray gradient(DataType type) {
            return Nd4j.createFromArray(slopes).reshape('c', rows, columns).castTo(type);
        }
    }

    @Override
    public final double computeScore(
            INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
        Pass pass = new Pass(labels, logits, mask);
        double sum = Arrays.stream(pass.losses).sum();
        return average ? sum / pass.rows : sum;
    }

    @Override
    public final INDArray computeScoreArray(INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
        Pass pass = new Pass(labels, logits, mask);
        return Nd4j.createFromArray(pass.losses).reshape(pass.rows, 1).castTo(logits.dataType());
    }

    @Override
    public final INDArray computeGradient(INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
        return new Pass(labels, logits, mask).gradient(logits.dataType());
    }

    @Override
    public final Pair<Double, INDArray> computeGradientAndScore(
            INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
        return new Pair<>(
                computeScore(labels, logits, activation, mask, average),
                computeGradient(labels, logits, activation, mask));
    }

    @Override
    public final String name() {
        return getClass().getSimpleName();
    }
}
