package org.steadygrad.data.iterator;

import org.deeplearning4j.nn.conf.RNNFormat;

/**
 * How the arrays of a batch are to be read.
 *
 * @param features format of sequences of features
 * @param labels format of sequences of labels
 * @param symbols whether features of rank 2 are numbers of symbols [batch, time]
 */
record BatchFormats(RNNFormat features, RNNFormat labels, boolean symbols) {}
