package org.steadygrad.data.series;

/**
 * What the network is shown.
 *
 * @param inputs [row][input], scaled
 * @param targets [row][target], scaled, NaN where missing; empty for classes
 * @param classes class of each row, -1 where it is missing; empty for numbers
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copies of whole files would be costly
record SeriesValues(float[][] inputs, float[][] targets, int[] classes) {}
