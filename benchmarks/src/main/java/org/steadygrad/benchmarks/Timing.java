package org.steadygrad.benchmarks;

import java.util.Arrays;

/**
 * Times of one side, in milliseconds per step.
 *
 * @param rounds number of turns, of which this is the median, the shortest and the longest
 * @param stepsPerRound steps that one turn averages over
 * @param warmUpSteps steps before
 */
record Timing(double median, double min, double max, int rounds, int stepsPerRound, int warmUpSteps) {

    /** @param samples milliseconds per step, one per turn */
    static Timing of(double[] samples, int stepsPerRound, int warmUpSteps) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Timing(median, sorted[0], sorted[sorted.length - 1], sorted.length, stepsPerRound, warmUpSteps);
    }
}
