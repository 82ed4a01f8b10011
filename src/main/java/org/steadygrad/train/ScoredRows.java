package org.steadygrad.train;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/**
 * Labels and what a network gave for them, in double: one row per example, or per time step of an example. Rows without
 * weight are left out.
 */
final class ScoredRows {
    /** A large batch is taken in pieces of examples with about this many numbers. */
    private static final long PIECE = 1 << 20;

    private final int size;
    private final int labelSize;
    private final int count;
    private final double[] labels;
    private final double[] values;
    private final double[] weights;
    private final double[] references;
    private final boolean byElement;

    /**
     * @param weights one per row, or one per value
     * @param references null, or what labels are told from, one each
     */
    private ScoredRows(
            int size, int labelSize, double[] labels, double[] values, double[] weights, double[] references) {
        this.references = references;
        this.size = size;
        this.labelSize = labelSize;
        this.labels = labels;
        this.values = values;
        this.weights = weights;
        for (double weight : weights) {
            checkWeight(weight);
        }
        int rows = values.length / size;
        byElement = weights.length != rows;
        count = byElement ? rows : leaveOutWeightless(rows);
    }

    /**
     * Hands out the rows of a batch, piece by piece.
     *
     * @param labels [batch, labelSize], or for sequences [batch, labelSize, time], in the format given
     * @param values of the same shape with a size of their own
     * @param mask null, or weights, of at least 0: [batch, 1] or, for sequences, [batch, time], or of the shape of the values
     * @param format of sequences
     * @param labelSize number of labels per row: the size of the values, or 1 where that is the number of a class
     * @param references null, or what labels are told from, of the labels' shape
     */
    static void each(
            INDArray labels,
            INDArray values,
            INDArray mask,
            RNNFormat format,
            int labelSize,
            INDArray references,
            Consumer<ScoredRows> consumer) {
        int sizeAxis = values.rank() == 3 && format == RNNFormat.NWC ? 2 : 1;
        int size = Math.toIntExact(values.size(sizeAxis));
        long[] expected = values.shape().clone();
        expected[sizeAxis] = labelSize;
        Check.shape(labels, "Evaluator", "labels", expected);
        checkMask(mask, values, sizeAxis);
        long examples = values.size(0);
        long step = Math.max(1, PIECE / Math.max(1, values.length() / Math.max(1, examples)));
        for (long from = 0; from < examples; from += step) {
            long to = Math.min(examples, from + step);
            double[] weights = mask == null ? null : numbers(piece(mask, from, to), sizeAxis);
            double[] given = numbers(piece(values, from, to), sizeAxis);
            if (weights == null) {
                weights = new double[given.length / size];
                Arrays.fill(weights, 1);
            }
            consumer.accept(new ScoredRows(
                    size,
                    labelSize,
                    numbers(piece(labels, from, to), sizeAxis),
                    given,
                    weights,
                    references == null ? null : numbers(piece(references, from, to), sizeAxis)));
        }
    }

    private static void checkMask(INDArray mask, INDArray values, int sizeAxis) {
        if (mask == null) {
            return;
        }
        long rows = values.length() / values.size(sizeAxis);
        boolean perRow = mask.length() == rows && mask.size(0) == values.size(0) && mask.rank() <= 2;
        if (!perRow && !Arrays.equals(mask.shape(), values.shape())) {
            throw InvalidInputException.of(
                    "Evaluator, label mask",
                    "one number for each of the " + rows + " rows of the output, or its shape, "
                            + Arrays.toString(values.shape()),
                    Arrays.toString(mask.shape()),
                    "");
        }
    }

    private static INDArray piece(INDArray array, long from, long to) {
        if (from == 0 && to == array.size(0)) {
            return array;
        }
        INDArrayIndex[] indices = new INDArrayIndex[array.rank()];
        Arrays.fill(indices, NDArrayIndex.all());
        indices[0] = NDArrayIndex.interval(from, to);
        return array.get(indices);
    }

    /** In the order of examples, then time steps, then elements of a row. */
    private static double[] numbers(INDArray array, int sizeAxis) {
        INDArray doubles = array.castTo(DataType.DOUBLE);
        INDArray ordered = array.rank() == 3 && sizeAxis == 1 ? doubles.permute(0, 2, 1) : doubles;
        return ordered.dup('c').data().asDouble();
    }

    private int leaveOutWeightless(int rows) {
        int kept = 0;
        for (int row = 0; row < rows; row++) {
            if (weights[row] > 0) {
                if (kept != row) {
                    System.arraycopy(labels, row * labelSize, labels, kept * labelSize, labelSize);
                    System.arraycopy(values, row * size, values, kept * size, size);
                    if (references != null) {
                        System.arraycopy(references, row * labelSize, references, kept * labelSize, labelSize);
                    }
                    weights[kept] = weights[row];
                }
                kept++;
            }
        }
        return kept;
    }

    private static void checkWeight(double weight) {
        if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
            throw InvalidInputException.of("Evaluator, label mask", "weights of at least 0", weight, "");
        }
    }

    int count() {
        return count;
    }

    int size() {
        return size;
    }

    /** @param index of a label in the row, from 0 */
    double label(int row, int index) {
        return labels[row * labelSize + index];
    }

    /** What a label is told from, 0 where that isn't said. */
    double reference(int row, int index) {
        return references == null ? 0 : references[row * labelSize + index];
    }

    double value(int row, int index) {
        return values[row * size + index];
    }

    double weight(int row, int index) {
        return weights[byElement ? row * size + index : row];
    }

    /** Mean over the row's elements. */
    double weight(int row) {
        if (!byElement) {
            return weights[row];
        }
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += weight(row, i);
        }
        return sum / size;
    }

    /** Whether weights differ within rows. */
    boolean byElement() {
        return byElement;
    }

    /** Number of the first of the row's largest values. */
    int largestValue(int row) {
        return largest(values, row * size, size);
    }

    /** Number of the first of the row's largest labels. */
    int largestLabel(int row) {
        return largest(labels, row * labelSize, labelSize);
    }

    private static int largest(double[] numbers, int from, int length) {
        int best = 0;
        for (int i = 1; i < length; i++) {
            if (numbers[from + i] > numbers[from + best]) {
                best = i;
            }
        }
        return best;
    }

    /** Whether every number that counts is finite. */
    boolean finite() {
        for (int row = 0; row < count; row++) {
            for (int i = 0; i < size; i++) {
                boolean counts = weight(row, i) > 0;
                double label = labels[row * labelSize + Math.min(i, labelSize - 1)];
                if (counts && !(Double.isFinite(value(row, i)) && Double.isFinite(label))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The same rows with other values. @param others [count, a size of their own] in 'c' order */
    ScoredRows with(double[] others) {
        double[] kept = byElement ? weights : Arrays.copyOf(weights, count);
        int own = count == 0 ? size : others.length / count;
        return new ScoredRows(own, labelSize, labels, others, kept, references);
    }

    /** The rows in groups of the same weight, for weights of rows. */
    Map<Double, ScoredRows> byWeight() {
        double[] distinct = Arrays.stream(weights, 0, count).distinct().toArray();
        Map<Double, ScoredRows> groups = new LinkedHashMap<>();
        for (double weight : distinct) {
            double[] own = Arrays.stream(weights, 0, count)
                    .map(other -> other == weight ? weight : 0)
                    .toArray();
            double[] from = references == null ? null : Arrays.copyOf(references, count * labelSize);
            groups.put(weight, new ScoredRows(size, labelSize, labels(), values(), own, from));
        }
        return groups;
    }

    /** [count, size] in 'c' order; a copy. */
    double[] values() {
        return Arrays.copyOf(values, count * size);
    }

    /** [count, size] in 'c' order, or [count, 1]; a copy. */
    double[] labels() {
        return Arrays.copyOf(labels, count * labelSize);
    }
}
