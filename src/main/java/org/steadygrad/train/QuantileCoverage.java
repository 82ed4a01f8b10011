package org.steadygrad.train;

import java.util.ArrayList;
import java.util.List;

/** How many labels lie below the quantiles that were predicted of them. What is scaled keeps its order, so that scaling doesn't matter. */
final class QuantileCoverage {
    private final List<String> targets;
    private final List<Double> quantiles;
    private final double[][] below;
    private final double[] weights;

    QuantileCoverage(List<String> targets, List<Double> quantiles) {
        this.targets = targets;
        this.quantiles = quantiles;
        below = new double[targets.size()][quantiles.size()];
        weights = new double[targets.size()];
    }

    /** @param outputs of each label all quantiles, in ascending order */
    void add(ScoredRows outputs) {
        for (int row = 0; row < outputs.count(); row++) {
            double weight = outputs.weight(row);
            for (int target = 0; target < weights.length; target++) {
                weights[target] += weight;
                for (int i = 0; i < quantiles.size(); i++) {
                    boolean under = outputs.label(row, target) <= outputs.value(row, target * quantiles.size() + i);
                    below[target][i] += under ? weight : 0;
                }
            }
        }
    }

    List<Evaluation.QuantileShare> shares() {
        List<Evaluation.QuantileShare> shares = new ArrayList<>();
        for (int target = 0; target < weights.length; target++) {
            for (int i = 0; i < quantiles.size(); i++) {
                shares.add(new Evaluation.QuantileShare(
                        targets.get(target), quantiles.get(i), below[target][i] / weights[target]));
            }
        }
        return shares;
    }
}
