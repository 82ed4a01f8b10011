package org.steadygrad.ops;

import java.util.List;
import org.steadygrad.check.InvalidInputException;

/**
 * Where each parameter lies in a model's flat parameter vector; the flat gradient has the same layout.
 *
 * @param blocks contiguous, in order of offset
 */
public record FlatLayout(List<ParameterBlock> blocks) {

    public FlatLayout {
        blocks = List.copyOf(blocks);
        long next = 0;
        for (ParameterBlock block : blocks) {
            if (block.offset() != next) {
                throw InvalidInputException.of(
                        "FlatLayout", "block " + block.name() + " at offset " + next, block.offset(), "");
            }
            next += block.length();
        }
    }

    /** Number of elements of the flat vector. */
    public long length() {
        if (blocks.isEmpty()) {
            return 0;
        }
        ParameterBlock last = blocks.get(blocks.size() - 1);
        return last.offset() + last.length();
    }
}
