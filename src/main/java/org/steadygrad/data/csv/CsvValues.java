package org.steadygrad.data.csv;

/**
 * What the network is shown.
 *
 * @param inputs [row][input], scaled
 * @param targets [row][target], scaled, NaN where missing; empty for classification
 * @param classes class of each row; empty unless for classification
 */
record CsvValues(float[][] inputs, float[][] targets, int[] classes) {}
