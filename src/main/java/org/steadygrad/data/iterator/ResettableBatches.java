package org.steadygrad.data.iterator;

import java.util.Iterator;
import java.util.function.Function;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.steadygrad.check.InvalidInputException;

/** What both kinds of DL4J iterator have in common. */
interface ResettableBatches extends Iterator<MultiDataSet> {
    void reset();

    static ResettableBatches of(DataSetIterator iterator) {
        requireReset(iterator.resetSupported(), iterator);
        return of(iterator, DataSet::toMultiDataSet, iterator::reset);
    }

    static ResettableBatches of(MultiDataSetIterator iterator) {
        requireReset(iterator.resetSupported(), iterator);
        return of(iterator, batch -> batch, iterator::reset);
    }

    private static <T> ResettableBatches of(Iterator<T> batches, Function<T, MultiDataSet> convert, Runnable reset) {
        return new ResettableBatches() {
            @Override
            public void reset() {
                reset.run();
            }

            @Override
            public boolean hasNext() {
                return batches.hasNext();
            }

            @Override
            public MultiDataSet next() {
                return convert.apply(batches.next());
            }
        };
    }

    private static void requireReset(boolean supported, Object iterator) {
        if (!supported) {
            throw InvalidInputException.of(
                    "DataSources.of",
                    "an iterator that can be reset",
                    iterator.getClass().getName() + ", which can't",
                    "Copy its batches into a list and wrap that in an ExistingDataSetIterator.");
        }
    }
}
