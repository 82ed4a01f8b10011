package org.steadygrad.exchange.array;

import org.steadygrad.check.InvalidInputException;

/**
 * How many elements the arrays of one file may have together. A file can say the same bytes many times over (one storage under many names, strides
 * of 0), so that its size alone doesn't bound what it asks for.
 */
public final class MemoryLimit {
    private static final long AT_LEAST = 1 << 20;
    private static final long TIMES = 16;

    private final String who;
    private long left;

    /** @param fileBytes size of the file */
    public MemoryLimit(String who, long fileBytes) {
        this.who = who;
        this.left = Math.max(AT_LEAST, TIMES * fileBytes);
    }

    /** A further file belongs to it. */
    public void allow(long fileBytes) {
        left += TIMES * fileBytes;
    }

    /** To be called before memory for so many elements is taken. @throws InvalidInputException when they are too many */
    public void take(long elements) {
        left -= elements;
        if (left < 0) {
            throw InvalidInputException.of(
                    who,
                    "no more than " + TIMES + " elements for each byte of the file",
                    "arrays that ask for more",
                    "The file is damaged, or made to exhaust memory.");
        }
    }
}
