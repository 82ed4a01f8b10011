package org.steadygrad.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How well a model does on some data.
 *
 * @param metrics metric name to value, the loss first
 * @param examples sequences, windows or images that were shown to the model
 * @param scored rows that count: examples, or their time steps where the model has an output per step
 * @param perStep whether rows are time steps
 * @param classes what classes were taken for what; empty where there are none
 * @param numbers errors in original units, by target; empty where there are none
 * @param quantiles what share of the labels lies below each quantile that was predicted, by target in ascending order; empty where none were
 * @param points rows for pictures
 */
public record Evaluation(
        Map<String, Double> metrics,
        long examples,
        long scored,
        boolean perStep,
        Optional<Confusion> classes,
        List<NumberErrors> numbers,
        List<QuantileShare> quantiles,
        EvaluationPoints points) {

    /**
     * Errors of one target in its own units.
     *
     * @param rmse root of the mean squared error
     * @param mae mean absolute error
     * @param bias mean of predicted minus actual
     * @param r2 share of the variance of the actual values that is explained: 1 - (sum of squared errors) / (sum of squared
     *     deviations from their mean); NaN where they are all the same
     */
    public record NumberErrors(String target, double rmse, double mae, double bias, double r2) {}

    /**
     * How often what came lies at or below a quantile that was predicted for it.
     *
     * @param quantile what share should
     * @param below what share does, by weight
     */
    public record QuantileShare(String target, double quantile, double below) {}

    /**
     * What classes were taken for what; weights of rows are added up.
     *
     * @param names of the classes
     * @param counts [actual][predicted]
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Confusion(List<String> names, double[][] counts) {

        /**
         * Scores of one class, those of scikit-learn's {@code precision_recall_fscore_support} with {@code zero_division=0}.
         *
         * @param precision of the rows that were taken for the class, the share that is of it
         * @param recall of the rows of the class, the share that was taken for it
         * @param f1 the harmonic mean of both
         * @param support weight of the rows of the class
         */
        public record ClassScores(String name, double precision, double recall, double f1, double support) {}

        /** Of all classes that occur, in the labels or among the predictions. */
        public List<ClassScores> scores() {
            List<ClassScores> scores = new ArrayList<>();
            for (int k = 0; k < counts.length; k++) {
                double predicted = 0;
                double actual = 0;
                for (int other = 0; other < counts.length; other++) {
                    predicted += counts[other][k];
                    actual += counts[k][other];
                }
                if (predicted + actual > 0) {
                    double right = counts[k][k];
                    scores.add(new ClassScores(
                            names.get(k),
                            share(right, predicted),
                            share(right, actual),
                            share(2 * right, predicted + actual),
                            actual));
                }
            }
            return scores;
        }

        private static double share(double part, double whole) {
            return whole == 0 ? 0 : part / whole;
        }
    }
}
