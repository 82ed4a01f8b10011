package org.steadygrad.engine.cuda.recurrent;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.stream.CudaRuntime;

/** Sums of a matrix' columns, in an order that depends on its size alone. */
final class ColumnSums {
    private static final String FILE = "recurrent";
    private static final int COLUMNS_OF_BLOCK = 32;
    private static final int MOST_CHUNKS = 128;
    private static final int SMALLEST_CHUNK = 64;

    /** Which argument of the second kernel says whether to add. */
    private static final int ADD = 4;

    private final CudaRuntime runtime;
    private final Launch parts;
    private final Launch sums;

    /**
     * @param source [rows, columns]
     * @param target [columns]
     */
    ColumnSums(ScanPlace place, DeviceMemory source, DeviceMemory target) {
        runtime = place.runtime();
        int columns = Math.toIntExact(target.length());
        long rows = source.length() / columns;
        int chunk = (int) Math.max(SMALLEST_CHUNK, (rows + MOST_CHUNKS - 1) / MOST_CHUNKS);
        int chunks = (int) ((rows + chunk - 1) / chunk);
        long groups = ((long) columns + COLUMNS_OF_BLOCK - 1) / COLUMNS_OF_BLOCK;
        DeviceMemory partial = place.floats(ScanPlace.Use.COLUMN_PARTS, (long) chunks * columns);
        parts = runtime.each(groups * chunks, FILE, "column_parts")
                .with(source)
                .with(partial)
                .with(rows)
                .with(columns)
                .with(chunk);
        sums = runtime.over(columns, FILE, "column_sums")
                .with(partial)
                .with(target)
                .with(chunks)
                .with(columns)
                .with(0);
    }

    /** @param add whether the sums are added to what the target holds */
    void run(boolean add) {
        runtime.stream().launch(parts);
        runtime.stream().launch(sums.set(ADD, add ? 1 : 0));
    }
}
