package org.steadygrad.engine.dl4j;

import java.util.Arrays;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.LossFormula;

/**
 * A loss of DL4J by its formula in double. A mask's number multiplies the loss and the gradient of its row or element; where it
 * is 0 nothing else counts, NaN included.
 */
final class ExactLoss implements WeightedLoss {
    private static final long serialVersionUID = 1L;

    /** Takes the place of what a mask hides: there all of DL4J's activation functions are finite. */
    private static final double TAME = 0.5;

    private final String layer;
    private final LossFormula formula;

    /** By output; null when all count alike. */
    private final double[] weights;

    /** In place of masks; null for masks as they come. */
    private transient INDArray given;

    /**
     * @param layer whose loss it is, for errors
     * @param weights by output; null when all count alike
     */
    ExactLoss(String layer, LossFormula formula, double[] weights) {
        this.layer = layer;
        this.formula = formula;
        this.weights = weights;
    }

    @Override
    public void weigh(INDArray mask) {
        given = mask;
    }

    private String who() {
        return "loss of layer " + layer;
    }

    private final class Pass implements LossFormula.Row {
        private final IActivation activation;
        private final int rows;
        private final int columns;
        private final int labelColumns;
        private final double[] labels;
        private final double[] mask;
        private final boolean byElement;
        private final INDArray logits;
        private final double[] arguments;
        private final double[] values;
        private final double[] losses;
        private final double[] slopes;
        private int row;

        Pass(INDArray labels, INDArray logits, IActivation activation, INDArray seen) {
            INDArray mask = given == null ? seen : given;
            this.activation = activation;
            rows = Math.toIntExact(logits.size(0));
            columns = Math.toIntExact(logits.size(1));
            labelColumns = formula.labels(columns);
            this.labels = doubles(labels);
            this.mask = mask == null ? null : doubles(mask);
            byElement = mask != null && mask.length() != rows;
            check(labels);
            arguments = tame(doubles(logits));
            this.logits = Nd4j.createFromArray(arguments).reshape('c', rows, columns);
            values = formula.ofLogits() ? arguments : doubles(activation.getActivation(this.logits.dup(), true));
            losses = new double[rows];
            slopes = new double[rows * columns];
            for (row = 0; row < rows; row++) {
                if (this.mask == null || byElement || this.mask[row] != 0) {
                    losses[row] = formula.of(this) + nothing();
                }
            }
        }

        /** 0, or NaN where a function has made something finite of what wasn't. */
        private double nothing() {
            double sum = 0;
            for (int i = row * columns; i < (row + 1) * columns; i++) {
                sum += 0 * arguments[i];
            }
            return sum;
        }

        private void check(INDArray given) {
            if (labels.length != rows * labelColumns) {
                throw InvalidInputException.of(
                        who(),
                        "labels of shape " + Arrays.toString(new int[] {rows, labelColumns}),
                        Arrays.toString(given.shape()),
                        "Check the number of classes and of examples.");
            }
            if (byElement && !formula.byElement()) {
                throw InvalidInputException.of(
                        who(),
                        "a label mask with one number per row",
                        "one number per class",
                        "A softmax over some of the classes isn't defined, nor is a loss of rows as a whole.");
            }
            if (weights != null && weights.length != columns) {
                throw InvalidInputException.of(
                        who(), columns + " weights, one for each output", weights.length, "Give the loss as many.");
            }
        }

        private double[] tame(double[] logits) {
            boolean whole = activation instanceof ActivationSoftmax;
            for (int i = 0; mask != null && i < logits.length; i++) {
                boolean hidden = byElement ? !whole && mask[i] == 0 : mask[i / columns] == 0;
                logits[i] = hidden ? TAME : logits[i];
            }
            return logits;
        }

        private static double[] doubles(INDArray array) {
            return array.dup('c').data().asDouble();
        }

        @Override
        public String who() {
            return ExactLoss.this.who();
        }

        @Override
        public int columns() {
            return columns;
        }

        @Override
        public double value(int column) {
            return values[row * columns + column];
        }

        @Override
        public double label(int column) {
            return labels[row * labelColumns + column];
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
            INDArray byValue = Nd4j.createFromArray(slopes).reshape('c', rows, columns);
            INDArray byLogit = formula.ofLogits()
                    ? byValue
                    : activation.backprop(logits, byValue).getFirst();
            return byLogit.castTo(type);
        }
    }

    @Override
    public double computeScore(
            INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
        Pass pass = new Pass(labels, logits, activation, mask);
        double sum = Arrays.stream(pass.losses).sum();
        return average ? sum / pass.rows : sum;
    }

    @Override
    public INDArray computeScoreArray(INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
        Pass pass = new Pass(labels, logits, activation, mask);
        return Nd4j.createFromArray(pass.losses).reshape(pass.rows, 1).castTo(logits.dataType());
    }

    @Override
    public INDArray computeGradient(INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
        return new Pass(labels, logits, activation, mask).gradient(logits.dataType());
    }

    @Override
    public Pair<Double, INDArray> computeGradientAndScore(
            INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
        return new Pair<>(
                computeScore(labels, logits, activation, mask, average),
                computeGradient(labels, logits, activation, mask));
    }

    @Override
    public String name() {
        return formula.toString();
    }
}
