package org.steadygrad.live;

import java.time.Duration;

/**
 * How often clients are told of changes.
 *
 * @param shortest time between messages
 * @param rest how many times longer than a message took to make it is at least until the next
 * @param longest time between messages, though a message may take longer to make than {@code rest} allows for
 */
record Pace(Duration shortest, int rest, Duration longest) {
    /** Every second, and for views so large that a message takes more than 5 ms of a core, half a hundredth of its time. */
    static final Pace USUAL = new Pace(Duration.ofSeconds(1), 200, Duration.ofSeconds(10));

    /** The first messages are slow since the program has yet to be compiled. */
    private static final int WARM_UP = 3;

    /**
     * Time until the next message, in ns.
     *
     * @param messages number of messages before
     * @param busyNanos time of a core that this message took, with all that was done for the page since the one before
     */
    long restNanos(long messages, long busyNanos) {
        long wanted = messages < WARM_UP ? 0 : rest * busyNanos;
        return Math.max(shortest.toNanos(), Math.min(longest.toNanos(), wanted));
    }
}
