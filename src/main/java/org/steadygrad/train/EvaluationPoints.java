package org.steadygrad.train;

import java.util.List;

/**
 * What pictures of an evaluation are drawn of.
 *
 * @param series actual and predicted numbers, by target; of many rows some that lie evenly among them
 * @param reliability how often probabilities come true; empty without probabilities
 */
public record EvaluationPoints(List<Series> series, List<Bin> reliability) {

    /**
     * Numbers of one target in its own units, in the order of the data.
     *
     * @param every number of rows for each that is here
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Series(String target, double[] actual, double[] predicted, long every) {}

    /**
     * Predictions whose probability lies within a tenth (Guo et al. 2017: of classes the most probable one; of keys, that they
     * are on).
     *
     * @param probability their mean
     * @param share of them that came true
     * @param weight of them
     */
    public record Bin(double probability, double share, double weight) {}
}
