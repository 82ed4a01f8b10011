package org.steadygrad.data.iterator;

import java.util.Optional;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.steadygrad.check.Check;
import org.steadygrad.data.DataSource;

/**
 * DL4J iterators as a data source. What their batches look like is read off all of them, once, when the source is made:
 *
 * <ul>
 *   <li>features [batch, size] are vectors, [batch, size, time] sequences;
 *   <li>labels whose rows (at every step the mask shows) hold one 1 and else 0, over at least two columns, are classes;
 *   <li>other labels per step of 0 and 1 only are keys; all others are numbers.
 * </ul>
 *
 * <p>A network to be trained on them may tell more ({@link DataSource#inFormats}): that sequences are [batch, time, size], or
 * that features [batch, time] are symbols for an embedding. Without a mask of the labels, that of the features is the one of
 * labels per step. Batches of whole numbers, truth values and short floats are handed on as floats.
 *
 * <p>The iterator is reset for every epoch, whatever the epoch's number, and leading batches are skipped by reading them: a
 * resumed run sees the same batches only if the iterator gives the same after each reset. At most one epoch per iterator is
 * open; opening another closes it. The iterators' own pre-processors apply; their batches are copied.
 */
public final class IteratorData {
    private IteratorData() {}

    /**
     * Surveys both iterators.
     *
     * @param validation null when there is none
     */
    public static DataSource of(DataSetIterator training, DataSetIterator validation) {
        Check.notNull(training, "DataSources.of", "a training iterator");
        return of(ResettableBatches.of(training), validation == null ? null : ResettableBatches.of(validation));
    }

    /**
     * Surveys both iterators.
     *
     * @param validation null when there is none
     */
    public static DataSource of(MultiDataSetIterator training, MultiDataSetIterator validation) {
        Check.notNull(training, "DataSources.of", "a training iterator");
        return of(ResettableBatches.of(training), validation == null ? null : ResettableBatches.of(validation));
    }

    private static DataSource of(ResettableBatches training, ResettableBatches validation) {
        return IteratorSource.of(
                IteratorSource.Split.of(training, "training"),
                Optional.ofNullable(validation).map(batches -> IteratorSource.Split.of(batches, "validation")));
    }
}
