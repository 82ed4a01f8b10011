package org.steadygrad.engine.cpu.recurrent;

import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.Workers;

/** Copies rows of one matrix into another in an order given by a map. */
final class RowCopy implements Workers.Range {
    private static final int GRAIN_ELEMENTS = 1 << 15;

    private final Workers workers;
    private final float[][] rows;
    private final float[] zeros;
    private FloatMemory source;
    private FloatMemory target;
    private int[] map;
    private int width;

    /** @param widest number of columns of the widest matrix */
    RowCopy(Workers workers, int widest) {
        this.workers = workers;
        rows = new float[workers.threads()][widest];
        zeros = new float[widest];
    }

    /**
     * @param map for each row of the target, which row of the source it becomes; -1 for zeros
     * @param columns of both
     */
    void run(FloatMemory from, FloatMemory to, int[] map, int columns) {
        source = from;
        target = to;
        this.map = map;
        width = columns;
        workers.run(map.length, GRAIN_ELEMENTS / columns, this);
    }

    @Override
    public void run(int part, int from, int to) {
        float[] row = rows[part];
        for (int i = from; i < to; i++) {
            if (map[i] < 0) {
                target.write(i * width, zeros, width);
            } else {
                source.read(map[i] * width, row, width);
                target.write(i * width, row, width);
            }
        }
    }
}
