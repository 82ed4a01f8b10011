package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.ops.MaskedBatches;

/**
 * What the features and labels of a few batches look like; masked steps are left out.
 *
 * @param features number of features; of symbols there is one
 * @param constant numbers of the features that never vary, from 0
 * @param widest number of the feature with the largest standard deviation; -1 when none varies
 * @param widestDeviation its standard deviation; 0 when none varies
 * @param narrowest number of the feature with the smallest standard deviation above 0; -1 when none varies
 * @param narrowestDeviation its standard deviation; 0 when none varies
 * @param classShares share of each class among the labels; empty when the labels aren't classes
 * @param guessingLoss loss of always answering with these shares, which a model has that has learnt nothing of the
 *     features; summed over the steps of a sequence where each has a label; NaN when the labels aren't classes
 */
public record InputReport(
        int features,
        List<Integer> constant,
        int widest,
        double widestDeviation,
        int narrowest,
        double narrowestDeviation,
        List<Double> classShares,
        double guessingLoss) {
    public InputReport {
        constant = List.copyOf(constant);
        classShares = List.copyOf(classShares);
    }

    static InputReport of(DataDescription description, List<MultiDataSet> batches) {
        Columns features = new Columns();
        Columns labels = new Columns();
        long examples = 0;
        for (MultiDataSet batch : batches) {
            features.take(batch.getFeatures(0), MaskedBatches.first(batch.getFeaturesMaskArrays()));
            labels.take(batch.getLabels(0), MaskedBatches.first(batch.getLabelsMaskArrays()));
            examples += batch.getFeatures(0).size(0);
        }
        boolean numbers = description.input() != DataDescription.InputKind.SYMBOLS;
        List<Integer> constant = new ArrayList<>();
        int widest = -1;
        int narrowest = -1;
        for (int column = 0; numbers && column < features.count(); column++) {
            double deviation = features.deviation(column);
            if (deviation == 0) {
                constant.add(column);
            } else if (deviation > 0) {
                widest = widest < 0 || deviation > features.deviation(widest) ? column : widest;
                narrowest = narrowest < 0 || deviation < features.deviation(narrowest) ? column : narrowest;
            }
        }
        TargetKind target = description.target();
        boolean classes = target == TargetKind.CLASS || target == TargetKind.CLASS_PER_STEP;
        List<Double> shares = classes ? labels.shares() : List.of();
        return new InputReport(
                features.count(),
                constant,
                widest,
                widest < 0 ? 0 : features.deviation(widest),
                narrowest,
                narrowest < 0 ? 0 : features.deviation(narrowest),
                shares,
                classes ? entropy(shares) * labels.values() / examples : Double.NaN);
    }

    private static double entropy(List<Double> shares) {
        return shares.stream()
                .mapToDouble(share -> share == 0 ? 0 : -share * Math.log(share))
                .sum();
    }

    /** Sums over arrays [batch, columns] or [batch, columns, time], column by column. */
    private static final class Columns {
        private double[] sum = new double[0];
        private double[] shift;
        private double[] squares;
        private long values;

        void take(INDArray array, INDArray mask) {
            int columns = (int) array.size(1);
            int time = array.rank() == 3 ? (int) array.size(2) : 1;
            double[] data = array.dup('c').data().asDouble();
            boolean perStep = mask != null && array.rank() == 3 && mask.length() == array.size(0) * time;
            double[] there = perStep ? mask.dup('c').data().asDouble() : null;
            if (values == 0) {
                sum = new double[columns];
                squares = new double[columns];
                shift = new double[columns];
            }
            for (int row = 0; row < array.size(0); row++) {
                for (int t = 0; t < time; t++) {
                    if (there == null || there[row * time + t] != 0) {
                        take(data, row * columns * time + t, time);
                    }
                }
            }
        }

        private void take(double[] data, int start, int stride) {
            for (int column = 0; column < sum.length; column++) {
                double value = data[start + column * stride];
                if (values == 0) {
                    shift[column] = value;
                }
                sum[column] += value - shift[column];
                squares[column] += (value - shift[column]) * (value - shift[column]);
            }
            values++;
        }

        /** Number of rows, one for each time step where there are several. */
        long values() {
            return values;
        }

        int count() {
            return sum.length;
        }

        /** NaN when there is a value that isn't finite. */
        double deviation(int column) {
            double mean = sum[column] / values;
            return Math.sqrt(Math.max(0, squares[column] / values - mean * mean));
        }

        /** Each column's share of the sum over all. */
        List<Double> shares() {
            List<Double> shares = new ArrayList<>();
            for (int column = 0; column < sum.length; column++) {
                shares.add(sum[column] / values + shift[column]);
            }
            return shares;
        }
    }
}
