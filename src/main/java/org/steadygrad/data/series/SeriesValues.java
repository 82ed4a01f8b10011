package org.steadygrad.data.series;

/**
 * What the network is shown.
 *
 * @param inputs [row][input], scaled; NaN where too little is known before
 * @param targets what is learnt of numbers
 * @param classes class of each row, -1 where it is missing; empty for numbers
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copies of whole files would be costly
record SeriesValues(float[][] inputs, TargetValues targets, int[] classes) {}
