package org.steadygrad.engine.step;

import org.steadygrad.ops.SplitMix;

/**
 * What is random in a step is decided by its run's seed and its number alone, so that a run that is resumed draws the same
 * dropout masks.
 *
 * @param seed of the run
 * @param updatesBefore of the network before the run, which goes on with the random numbers
 */
public record StepSeeds(long seed, int updatesBefore) {
    private static final long PASS_GAMMA = 0xD1B54A32D192ED03L;

    /**
     * Mixes seed, step and pass.
     *
     * @param iteration number of the step, from 1
     * @param pass number of the pass in it, from 0
     */
    public long of(int iteration, int pass) {
        return SplitMix.mix(seed + SplitMix.GOLDEN_GAMMA * (updatesBefore + (long) iteration) + PASS_GAMMA * pass);
    }

    /** As {@link #of}, for passes that only lead to the step's recurrent state. @param pass number among those, from 0 */
    public long ofLeadIn(int iteration, int pass) {
        return of(iteration, -1 - pass);
    }
}
