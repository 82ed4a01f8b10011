package org.steadygrad.data;

import java.util.Iterator;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** The batches of one epoch. A batch belongs to whoever took it. Errors met in the background are thrown by next(). */
public interface BatchIterator extends Iterator<MultiDataSet>, AutoCloseable {
    @Override
    void close();
}
