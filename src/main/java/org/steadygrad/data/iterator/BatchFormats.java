package org.steadygrad.data.iterator;

import org.deeplearning4j.nn.conf.RNNFormat;
import org.steadygrad.ops.SequenceLayout;

/**
 * How the arrays of a batch are to be read.
 *
 * @param layout of sequences
 * @param symbols whether features of rank 2 are numbers of symbols [batch, time]
 */
record BatchFormats(SequenceLayout layout, boolean symbols) {

    /** Format of sequences of features. */
    RNNFormat features() {
        return layout.featuresTimeInMiddle() ? RNNFormat.NWC : RNNFormat.NCW;
    }

    /** Format of sequences of labels. */
    RNNFormat labels() {
        return layout.labelsTimeInMiddle() ? RNNFormat.NWC : RNNFormat.NCW;
    }
}
