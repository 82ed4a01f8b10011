package org.steadygrad.predict;

import java.util.Arrays;
import java.util.List;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/**
 * What a model gives for one example: numbers in the units of the training data, or probabilities. One row, or one for each time
 * step where the model has an output per step. Not changed once it is there.
 */
public final class Prediction {
    private final OutputDecoding meaning;
    private final double[][] rows;

    Prediction(OutputDecoding meaning, double[][] rows) {
        this.meaning = meaning;
        this.rows = rows;
    }

    /** Predictions one after the other, of one model. */
    public static Prediction joined(List<Prediction> predictions) {
        double[][] rows = predictions.stream()
                .flatMap(prediction -> Arrays.stream(prediction.rows))
                .toArray(double[][]::new);
        return new Prediction(predictions.get(0).meaning, rows);
    }

    /** Names of the outputs: the target columns, or the classes, or the keys. */
    public List<String> outputs() {
        return meaning.names();
    }

    /** Number of rows: 1, or the example's number of time steps. */
    public int steps() {
        return rows.length;
    }

    /** Outputs of the last row, in the order of {@link #outputs}. */
    public double[] values() {
        return values(rows.length - 1);
    }

    /** @param step number of a row, from 0 */
    public double[] values(int step) {
        return rows[checked(step)].clone();
    }

    /** One output of the last row. */
    public double value(String output) {
        return value(rows.length - 1, output);
    }

    /**
     * @param step number of a row, from 0
     * @param output its name
     */
    public double value(int step, String output) {
        int number = meaning.names().indexOf(output);
        if (number < 0) {
            throw InvalidInputException.of("Prediction", "one of " + meaning.names(), output, "");
        }
        return rows[checked(step)][number];
    }

    /** The most probable class of the last row. */
    public String best() {
        return best(rows.length - 1);
    }

    /**
     * The most probable class, the first of several.
     *
     * @param step number of a row, from 0
     * @throws IllegalStateException when the model gives no probabilities of classes
     */
    public String best(int step) {
        if (!meaning.classes()) {
            throw new IllegalStateException("Prediction: the model gives " + meaning.names() + ", no classes.");
        }
        double[] row = rows[checked(step)];
        int best = 0;
        for (int i = 1; i < row.length; i++) {
            best = row[i] > row[best] ? i : best;
        }
        return meaning.names().get(best);
    }

    private int checked(int step) {
        return (int) Check.inClosed(step, 0, rows.length - 1, "Prediction", "step");
    }

    @Override
    public String toString() {
        return meaning.names() + ": " + Arrays.deepToString(rows);
    }
}
