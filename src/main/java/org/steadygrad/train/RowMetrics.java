package org.steadygrad.train;

import java.util.Map;

/** Metrics other than the loss, collected row by row. */
sealed interface RowMetrics {

    /** @param rows labels and outputs, of finite numbers */
    void add(ScoredRows rows);

    /** Puts metric names and values. */
    void putInto(Map<String, Double> metrics);

    /**
     * The class of the largest output against that of the largest label.
     *
     * <p>accuracy is scikit-learn's {@code accuracy_score}, f1 its {@code f1_score(average="macro", zero_division=0)}: the mean
     * of 2 TP / (2 TP + FP + FN) over the classes that are in labels or predictions. Weights are its {@code sample_weight}.
     * Rows whose labels are all 0 have no class.
     */
    final class Classes implements RowMetrics {
        private final boolean sparse;
        private double[] right = new double[0];
        private double[] predicted = new double[0];
        private double[] actual = new double[0];

        /** @param sparse whether labels are numbers of classes */
        Classes(boolean sparse) {
            this.sparse = sparse;
        }

        @Override
        public void add(ScoredRows rows) {
            expect(rows.size());
            for (int row = 0; row < rows.count(); row++) {
                int label = sparse ? OutputLoss.classNumber(rows, row) : rows.largestLabel(row);
                if (sparse || rows.label(row, label) > 0) {
                    add(label, rows.largestValue(row), rows.weight(row));
                }
            }
        }

        private void expect(int classes) {
            if (right.length < classes) {
                right = new double[classes];
                predicted = new double[classes];
                actual = new double[classes];
            }
        }

        private void add(int label, int output, double weight) {
            actual[label] += weight;
            predicted[output] += weight;
            right[label] += label == output ? weight : 0;
        }

        @Override
        public void putInto(Map<String, Double> metrics) {
            CompensatedSum all = new CompensatedSum();
            CompensatedSum correct = new CompensatedSum();
            CompensatedSum f1 = new CompensatedSum();
            int occurring = 0;
            for (int i = 0; i < right.length; i++) {
                all.add(actual[i]);
                correct.add(right[i]);
                if (actual[i] + predicted[i] > 0) {
                    f1.add(2 * right[i] / (actual[i] + predicted[i]));
                    occurring++;
                }
            }
            metrics.put("accuracy", correct.value() / all.value());
            metrics.put("f1", f1.value() / occurring);
        }
    }

    /**
     * Outputs above 0.5 against labels of 0 and 1. A single column is two classes, and scored as such. Of several columns
     * the true negatives don't count, which dominate a piano roll: accuracy is TP / (TP + FP + FN) as in Boulanger-Lewandowski
     * et al. 2012, scikit-learn's {@code jaccard_score(average="micro")}, f1 is 2 TP / (2 TP + FP + FN), its {@code
     * f1_score(average="micro")}, both 0 where nothing is on. Labels between 0 and 1 are no keys: then mse and mae are given instead.
     */
    final class Keys implements RowMetrics {
        private static final double THRESHOLD = 0.5;

        private final Classes binary;
        private final Numbers numbers = new Numbers();
        private final CompensatedSum right = new CompensatedSum();
        private final CompensatedSum wrong = new CompensatedSum();
        private boolean keys = true;

        Keys(int columns) {
            binary = columns == 1 ? new Classes(false) : null;
            if (binary != null) {
                binary.expect(2);
            }
        }

        @Override
        public void add(ScoredRows rows) {
            numbers.add(rows);
            for (int row = 0; row < rows.count(); row++) {
                for (int i = 0; i < rows.size(); i++) {
                    double weight = rows.weight(row, i);
                    if (weight > 0) {
                        add(rows.label(row, i), rows.value(row, i) > THRESHOLD, weight);
                    }
                }
            }
        }

        private void add(double label, boolean on, double weight) {
            keys &= label == 0 || label == 1;
            boolean actual = label > THRESHOLD;
            if (binary != null) {
                binary.add(actual ? 1 : 0, on ? 1 : 0, weight);
            } else if (actual && on) {
                right.add(weight);
            } else if (actual || on) {
                wrong.add(weight);
            }
        }

        @Override
        public void putInto(Map<String, Double> metrics) {
            if (!keys) {
                numbers.putInto(metrics);
            } else if (binary != null) {
                binary.putInto(metrics);
            } else {
                metrics.put("accuracy", share(right.value(), wrong.value()));
                metrics.put("f1", share(2 * right.value(), wrong.value()));
            }
        }

        private static double share(double part, double rest) {
            return part == 0 ? 0 : part / (part + rest);
        }
    }

    /** mse and mae, means over all numbers: scikit-learn's {@code mean_squared_error} and {@code mean_absolute_error}. */
    final class Numbers implements RowMetrics {
        private final CompensatedSum squares = new CompensatedSum();
        private final CompensatedSum magnitudes = new CompensatedSum();
        private final CompensatedSum weights = new CompensatedSum();

        @Override
        public void add(ScoredRows rows) {
            for (int row = 0; row < rows.count(); row++) {
                for (int i = 0; i < rows.size(); i++) {
                    double weight = rows.weight(row, i);
                    if (weight > 0) {
                        double error = rows.value(row, i) - rows.label(row, i);
                        squares.add(weight * error * error);
                        magnitudes.add(weight * Math.abs(error));
                        weights.add(weight);
                    }
                }
            }
        }

        @Override
        public void putInto(Map<String, Double> metrics) {
            metrics.put("mse", squares.value() / weights.value());
            metrics.put("mae", magnitudes.value() / weights.value());
        }
    }
}
