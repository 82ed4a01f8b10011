package org.steadygrad.ops;

import java.util.Arrays;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;

/**
 * A loss of rows by its formula in double, with its gradient. A mask's number multiplies the loss and the gradient of its row or element;
 * where it is 0 nothing else counts, NaN included.
 */
public final class LossRows {
    /** Takes the place of what a mask hides: there all of DL4J's activation functions are finite. */
    private static final double TAME = 0.5;

    private final String who;
    private final LossFormula formula;
    private final double[] weights;
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

    /**
     * @param who whose loss it is, for errors
     * @param weights by output; null when all count alike
     * @param labels [rows, columns], or as many columns as {@link LossFormula#labels} says; isn't changed
     * @param logits [rows, columns], what the activation function is given; isn't changed
     * @param mask [rows, 1] or [rows, columns]; null when all count
     * @throws InvalidInputException when shapes don't fit
     */
    public LossRows(
            String who,
            LossFormula formula,
            double[] weights,
            INDArray labels,
            INDArray logits,
            IActivation activation,
            INDArray mask) {
        this.who = who;
        this.formula = formula;
        this.weights = weights;
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
        Row row = new Row();
        for (row.number = 0; row.number < rows; row.number++) {
            if (this.mask == null || byElement || this.mask[row.number] != 0) {
                losses[row.number] = formula.of(row) + nothing(row.number);
            }
        }
    }

    /** 0, or NaN where a function has made something finite of what wasn't. */
    private double nothing(int row) {
        double sum = 0;
        for (int i = row * columns; i < (row + 1) * columns; i++) {
            sum += 0 * arguments[i];
        }
        return sum;
    }

    private void check(INDArray given) {
        if (labels.length != rows * labelColumns) {
            throw InvalidInputException.of(
                    who,
                    "labels of shape " + Arrays.toString(new int[] {rows, labelColumns}),
                    Arrays.toString(given.shape()),
                    "Check the number of classes and of examples.");
        }
        if (byElement && !formula.byElement()) {
            throw InvalidInputException.of(
                    who,
                    "a label mask with one number per row",
                    "one number per class",
                    "A softmax over some of the classes isn't defined, nor is a loss of rows as a whole.");
        }
        if (weights != null && weights.length != columns) {
            throw InvalidInputException.of(
                    who, columns + " weights, one for each output", weights.length, "Give the loss as many.");
        }
    }

    private double[] tame(double[] numbers) {
        boolean whole = activation instanceof ActivationSoftmax;
        for (int i = 0; mask != null && i < numbers.length; i++) {
            boolean hidden = byElement ? !whole && mask[i] == 0 : mask[i / columns] == 0;
            numbers[i] = hidden ? TAME : numbers[i];
        }
        return numbers;
    }

    private static double[] doubles(INDArray array) {
        return array.dup('c').data().asDouble();
    }

    private final class Row implements LossFormula.Row {
        private int number;

        @Override
        public String who() {
            return who;
        }

        @Override
        public int columns() {
            return columns;
        }

        @Override
        public double value(int column) {
            return values[number * columns + column];
        }

        @Override
        public double label(int column) {
            return labels[number * labelColumns + column];
        }

        @Override
        public double weight(int column) {
            double own = weights == null ? 1 : weights[column];
            return mask == null ? own : own * mask[byElement ? number * columns + column : number];
        }

        @Override
        public void slope(int column, double slope) {
            slopes[number * columns + column] = slope;
        }
    }

    /** Of all rows. */
    public double sum() {
        return Arrays.stream(losses).sum();
    }

    /** @return the sum divided by the number of rows, masked ones included */
    public double mean() {
        return sum() / rows;
    }

    /** @return [rows, 1] */
    public INDArray byRow(DataType type) {
        return Nd4j.createFromArray(losses).reshape(rows, 1).castTo(type);
    }

    /** Of the sum, by the logits. @return [rows, columns] */
    public INDArray gradient(DataType type) {
        INDArray byValue = Nd4j.createFromArray(slopes).reshape('c', rows, columns);
        INDArray byLogit = formula.ofLogits()
                ? byValue
                : activation.backprop(logits, byValue).getFirst();
        return byLogit.castTo(type);
    }
}
