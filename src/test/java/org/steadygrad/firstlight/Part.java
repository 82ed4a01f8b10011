package org.steadygrad.firstlight;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** One thing to find out. */
interface Part {
    /** For files and for the command line. */
    String name();

    /** In words, for the report. */
    String title();

    /**
     * Its share of the time: with others still to come, it gets as much of what is left as this is of the sum of their shares.
     * With the default budget it is about the time that it gets.
     */
    Duration share();

    /**
     * Works, by programs that the workplace starts and ends in time.
     *
     * @throws Workplace.LimitException when the time is up; not to be caught
     */
    void work(Workplace workplace) throws IOException, InterruptedException;

    /** Reads what the programs left behind; called in any case, also when they were ended early or broke. */
    default void read(Workplace workplace) throws IOException {}

    /** What parts before this one have found. */
    @FunctionalInterface
    interface Earlier {
        /** @return facts by name; empty when the part hasn't found any */
        Map<String, Object> facts(String part);
    }
}
