package org.steadygrad.predict;

import java.io.IOException;

/** Writes rows of predictions one by one. What was written is complete once it is closed; it doesn't close what it writes to. */
interface PredictionWriter extends AutoCloseable {
    void write(PredictionColumns.Row row) throws IOException;

    @Override
    void close() throws IOException;
}
