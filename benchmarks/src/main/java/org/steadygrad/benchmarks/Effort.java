package org.steadygrad.benchmarks;

/**
 * How much is run before a number is believed. A side is slow when one of its steps takes longer than
 * {@code slowSeconds}; slow sides get fewer steps, since the whole would take hours otherwise.
 *
 * @param warmSteps fewest steps before measuring
 * @param warmSeconds shortest time of warming up
 * @param rounds turns that each side gets, in alternation
 * @param turnSeconds shortest measured time of a turn
 * @param slowSeconds from this time of a step on a side is slow
 * @param slowWarmSteps steps before measuring of slow sides
 * @param slowRounds turns of slow sides, of one step each
 */
record Effort(
        int warmSteps,
        double warmSeconds,
        int rounds,
        double turnSeconds,
        double slowSeconds,
        int slowWarmSteps,
        int slowRounds) {

    static Effort full() {
        return new Effort(5, 2, 9, 0.15, 1, 2, 3);
    }

    static Effort quick() {
        return new Effort(5, 0.4, 7, 0.1, 0.25, 1, 1);
    }
}
