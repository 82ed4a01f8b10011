package org.steadygrad.engine.cpu.update;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.engine.plan.ParameterUpdate;

/**
 * A flat vector cut into pieces of at most {@value #LONGEST} elements, none of which belongs to two parameters. A loop
 * leaves one partial sum per piece, and these are added in order: the results don't depend on the number of threads.
 */
final class UpdatePieces {
    /** The arrays of one piece's gradient, parameters and states fit into the first-level cache together. */
    static final int LONGEST = UpdateChunk.LENGTH;

    private final int[] blocks;
    private final int[] starts;
    private final int[] firstOfBlock;
    private final int length;

    /** @param updates contiguous, in order of offset */
    UpdatePieces(List<ParameterUpdate> updates) {
        List<Integer> blockOf = new ArrayList<>();
        List<Integer> startOf = new ArrayList<>();
        firstOfBlock = new int[updates.size() + 1];
        int end = 0;
        for (int i = 0; i < updates.size(); i++) {
            firstOfBlock[i] = blockOf.size();
            int start = Math.toIntExact(updates.get(i).offset());
            end = Math.toIntExact(start + updates.get(i).length());
            for (int from = start; from < end; from += LONGEST) {
                blockOf.add(i);
                startOf.add(from);
            }
        }
        firstOfBlock[updates.size()] = blockOf.size();
        startOf.add(end);
        blocks = blockOf.stream().mapToInt(Integer::intValue).toArray();
        starts = startOf.stream().mapToInt(Integer::intValue).toArray();
        length = end;
    }

    int count() {
        return blocks.length;
    }

    /** Number of elements of the flat vector. */
    int length() {
        return length;
    }

    int block(int piece) {
        return blocks[piece];
    }

    /** First element in the flat vector. */
    int start(int piece) {
        return starts[piece];
    }

    /** Number of elements of a piece. */
    int size(int piece) {
        return starts[piece + 1] - starts[piece];
    }

    /** A block's pieces begin with this one and end before the next block's. */
    int firstOf(int block) {
        return firstOfBlock[block];
    }

    /** The first piece that starts at {@code element} or later; {@link #count()} if none does. */
    int firstFrom(int element) {
        int low = 0;
        int high = blocks.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (starts[middle] < element) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Sum of a block's values, one per piece. */
    double sumOf(int block, double[] perPiece) {
        double sum = 0;
        for (int piece = firstOf(block); piece < firstOf(block + 1); piece++) {
            sum += perPiece[piece];
        }
        return sum;
    }
}
