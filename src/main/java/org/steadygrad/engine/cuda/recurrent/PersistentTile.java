package org.steadygrad.engine.cuda.recurrent;

import java.util.List;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/**
 * The part of the recurrent weights that one thread of a persistent scan keeps, as its kernel was written for: a number of
 * columns with a number of elements each.
 *
 * @param kernel name of the kernel
 * @param held columns in registers
 * @param parked columns in shared memory
 * @param inputs elements of each
 */
public record PersistentTile(String kernel, int held, int parked, int inputs) {

    int columns() {
        return held + parked;
    }

    /** File of the kernels of a cell, without ".cu". */
    public static String file(Cell cell) {
        return "persistent_" + prefix(cell);
    }

    private static String prefix(Cell cell) {
        return switch (cell) {
            case SIMPLE -> "simple";
            case GRU -> "gru";
            case LSTM -> "lstm";
        };
    }

    /** Tiles of the forward scan, where a thread's columns are all gates of one unit or of several. */
    static List<PersistentTile> forward(Cell cell) {
        String name = prefix(cell) + "_forward_";
        return switch (cell) {
            case SIMPLE -> List.of(tile(name, "small", 4, 0, 16), tile(name, "large", 12, 4, 16));
            case GRU -> List.of(tile(name, "small", 3, 0, 16), tile(name, "large", 12, 0, 16));
            case LSTM ->
                List.of(tile(name, "small", 4, 0, 16), tile(name, "medium", 8, 0, 16), tile(name, "large", 12, 4, 16));
        };
    }

    /** Tiles of the backward scan, where a column is a unit and its elements are gates. */
    static List<PersistentTile> backward(Cell cell) {
        String name = prefix(cell) + "_backward_";
        return switch (cell) {
            case SIMPLE -> List.of(tile(name, "small", 4, 0, 16), tile(name, "large", 12, 4, 16));
            case GRU -> List.of(tile(name, "small", 4, 0, 12), tile(name, "large", 8, 0, 24));
            case LSTM ->
                List.of(tile(name, "small", 4, 0, 16), tile(name, "medium", 8, 0, 16), tile(name, "large", 6, 2, 32));
        };
    }

    private static PersistentTile tile(String name, String size, int held, int parked, int inputs) {
        return new PersistentTile(name + size, held, parked, inputs);
    }
}
