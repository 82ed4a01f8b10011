package org.steadygrad.train;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.ops.Median;
import org.steadygrad.ops.SequenceLayout;

/**
 * The outputs that suit labels best if they have to be the same for all rows: the weighted mean of the labels, which for classes and
 * keys is their shares; the median for losses of magnitudes.
 *
 * <p>A share of 0 would make the loss infinite as soon as the class comes once: what training never shows counts as if it had been
 * shown once more. With this exception classes are scikit-learn's {@code DummyClassifier(strategy="prior")}, numbers its {@code
 * DummyRegressor} with {@code "mean"} or {@code "median"}.
 */
final class ConstantGuess {
    /** Labels of a column that the median is taken of; of more every second is kept, then every fourth, and so on. */
    private static final int MOST_KEPT = 1 << 16;

    private final DataDescription description;
    private final OutputLoss loss;
    private final SequenceLayout layout;
    private final CompensatedSum[] sums;
    private final CompensatedSum[] weights;
    private final List<Sample> samples;

    /** That outputs are, of each label in turns; empty where they aren't. */
    private final List<Double> quantiles;

    /** @param width number of outputs */
    ConstantGuess(DataDescription description, OutputLoss loss, SequenceLayout layout, int width) {
        this.description = description;
        this.loss = loss;
        this.layout = layout;
        quantiles = loss.ofMagnitudes() ? List.of(0.5) : loss.quantiles();
        int labels = quantiles.isEmpty() ? width : width / quantiles.size();
        sums = sums(labels);
        weights = sums(labels);
        samples = Stream.generate(Sample::new)
                .limit(quantiles.isEmpty() ? 0 : labels)
                .toList();
    }

    private static CompensatedSum[] sums(int width) {
        return IntStream.range(0, width).mapToObj(i -> new CompensatedSum()).toArray(CompensatedSum[]::new);
    }

    /** Takes the labels of a batch in. */
    void add(MultiDataSet batch) {
        INDArray labels = batch.getLabels(0);
        RNNFormat format = layout.labelsTimeInMiddle() ? RNNFormat.NWC : RNNFormat.NCW;
        int size = (int) labels.size(labels.rank() == 3 && format == RNNFormat.NWC ? 2 : 1);
        ScoredRows.each(labels, labels, MaskedBatches.weights(batch, layout), format, size, null, this::add);
    }

    private void add(ScoredRows labels) {
        for (int row = 0; row < labels.count(); row++) {
            if (loss.sparse()) {
                addClass((int) labels.label(row, 0), labels.weight(row));
            } else {
                for (int i = 0; i < sums.length; i++) {
                    double weight = labels.weight(row, i);
                    if (weight > 0) {
                        sums[i].add(weight * labels.label(row, i));
                        weights[i].add(weight);
                        if (!samples.isEmpty()) {
                            samples.get(i).add(labels.label(row, i));
                        }
                    }
                }
            }
        }
    }

    private void addClass(int number, double weight) {
        for (int i = 0; i < sums.length; i++) {
            sums[i].add(i == number ? weight : 0);
            weights[i].add(weight);
        }
    }

    /** Outputs of the network. */
    double[] outputs() {
        if (!samples.isEmpty()) {
            return samples.stream()
                    .flatMapToDouble(sample -> quantiles.stream().mapToDouble(sample::quantile))
                    .toArray();
        }
        boolean shares = loss.ofShares();
        double[] means = IntStream.range(0, sums.length)
                .mapToDouble(i -> {
                    double sum = sums[i].value();
                    double all = weights[i].value();
                    return shares ? share(sum, all) : sum / all;
                })
                .toArray();
        return loss.constant(means);
    }

    private static double share(double part, double all) {
        return part <= 0 ? 1 / (all + 1) : part >= all ? all / (all + 1) : part / all;
    }

    /** What it does, to follow "no better than". */
    String name() {
        TargetKind target = description.target();
        if (target == TargetKind.KEYS_PER_STEP) {
            return "guessing by how often each key is on";
        }
        if (target == TargetKind.CLASS || target == TargetKind.CLASS_PER_STEP) {
            return description.input() == InputKind.SYMBOLS && target == TargetKind.CLASS_PER_STEP
                    ? "guessing by how often each symbol comes (unigram)"
                    : "guessing by the shares of the classes";
        }
        if (!loss.quantiles().isEmpty()) {
            return "guessing the quantiles of all labels";
        }
        return loss.ofMagnitudes() ? "guessing the median" : "guessing the mean";
    }

    /** Numbers, all of few and some of many that lie evenly among them. */
    private static final class Sample {
        private final double[] values = new double[MOST_KEPT];
        private int count;
        private long every = 1;
        private long seen;

        void add(double value) {
            if (seen++ % every != 0) {
                return;
            }
            if (count == MOST_KEPT) {
                count = MOST_KEPT / 2;
                for (int i = 0; i < count; i++) {
                    values[i] = values[2 * i];
                }
                every *= 2;
            }
            values[count++] = value;
        }

        /** The median as usual; other quantiles between the values at both sides of {@code quantile (count - 1)}. */
        double quantile(double quantile) {
            double[] sorted = Arrays.copyOf(values, count);
            if (quantile == 0.5 || count == 0) {
                return Median.between(sorted);
            }
            Arrays.sort(sorted);
            double place = quantile * (count - 1);
            int below = (int) place;
            int above = Math.min(below + 1, count - 1);
            return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
        }
    }
}
