package org.steadygrad.diagnose;

import java.util.Arrays;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.ops.MaskedBatches;

/**
 * Where in a sequence with a single answer the inputs lie that tell it by themselves: the steps, counted from the end, at which a feature
 * correlates with the answer by more than chance, {@value #DEVIATIONS} deviations of the correlation of numbers that have nothing to do with
 * each other. What tells the answer only together with others isn't seen.
 *
 * @param sequences that were looked at
 * @param nearest step to the end that tells the answer, 1 for the last; 0 when none does
 * @param correlation of the feature that tells most there
 */
record TellingSteps(int sequences, int nearest, double correlation) {
    /** Deviations that ten thousand correlations of unrelated numbers don't reach once in a hundred times. */
    static final double DEVIATIONS = 5;

    private static final int FEWEST = 50;
    private static final int MOST = 1000;
    /** Correlations that are looked at. */
    private static final long MOST_NUMBERS = 1_000_000;

    /** Empty where every step has an answer, inputs are symbols, or there are too many numbers. */
    static Optional<TellingSteps> of(DataSource data) {
        long numbers = (long) data.description().inputSize()
                * data.description().targetSize()
                * data.description().maxSteps();
        if (data.description().target().perStep()
                || data.description().input() == InputKind.SYMBOLS
                || numbers > MOST_NUMBERS) {
            return Optional.empty();
        }
        Sums sums = null;
        int sequences = 0;
        try (BatchIterator batches = data.training().epoch(0, 0)) {
            while (sequences < MOST && batches.hasNext()) {
                MultiDataSet batch = batches.next();
                if (batch.getFeatures(0).rank() != 3 || batch.getLabels(0).rank() != 2) {
                    return Optional.empty();
                }
                sums = sums == null ? new Sums(batch, data.description().maxSteps()) : sums;
                sums.add(batch);
                sequences += (int) batch.getFeatures(0).size(0);
            }
        }
        return sums == null ? Optional.empty() : Optional.of(sums.nearest(sequences));
    }

    /** For the correlation of each feature at each step from the end with each number of the answer. */
    private static final class Sums {
        private static final int KINDS = 6;

        private final int width;
        private final int targets;
        private final int steps;
        private final double[][] sums;

        Sums(MultiDataSet batch, int steps) {
            width = (int) batch.getFeatures(0).size(1);
            targets = (int) batch.getLabels(0).size(1);
            this.steps = steps;
            sums = new double[KINDS][steps * width * targets];
        }

        void add(MultiDataSet batch) {
            INDArray features = batch.getFeatures(0);
            int there = (int) features.size(2);
            double[] x = features.dup('c').data().asDouble();
            double[] y = batch.getLabels(0).dup('c').data().asDouble();
            INDArray mask = MaskedBatches.first(batch.getFeaturesMaskArrays());
            double[] present = mask == null ? null : mask.dup('c').data().asDouble();
            for (int example = 0; example < features.size(0); example++) {
                int length = there;
                while (present != null && length > 1 && present[example * there + length - 1] == 0) {
                    length--;
                }
                for (int back = 0; back < Math.min(length, steps); back++) {
                    for (int column = 0; column < width; column++) {
                        double value = x[(example * width + column) * there + length - 1 - back];
                        for (int j = 0; j < targets; j++) {
                            add((back * width + column) * targets + j, value, y[example * targets + j]);
                        }
                    }
                }
            }
        }

        private void add(int at, double x, double y) {
            double[] parts = {1, x, y, x * x, y * y, x * y};
            for (int kind = 0; kind < KINDS; kind++) {
                sums[kind][at] += parts[kind];
            }
        }

        private double correlation(int at) {
            double n = sums[0][at];
            double ofX = sums[3][at] - sums[1][at] * sums[1][at] / n;
            double ofY = sums[4][at] - sums[2][at] * sums[2][at] / n;
            double both = sums[5][at] - sums[1][at] * sums[2][at] / n;
            // what is left of equal numbers is rounding
            boolean varies = ofX > 1e-9 * sums[3][at] && ofY > 1e-9 * sums[4][at];
            return varies ? both / Math.sqrt(ofX * ofY) : 0;
        }

        TellingSteps nearest(int sequences) {
            int columns = width * targets;
            for (int back = 0; back < steps; back++) {
                double[] here = new double[columns];
                double n = sums[0][back * columns];
                for (int i = 0; i < columns; i++) {
                    here[i] = n < FEWEST ? 0 : Math.abs(correlation(back * columns + i));
                }
                double most = Arrays.stream(here).max().orElse(0);
                if (most > DEVIATIONS / Math.sqrt(n)) {
                    return new TellingSteps(sequences, back + 1, most);
                }
            }
            return new TellingSteps(sequences, 0, 0);
        }
    }
}
