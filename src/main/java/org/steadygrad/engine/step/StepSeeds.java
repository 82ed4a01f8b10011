package org.steadygrad.engine.step;

/**
 * What is random in a step is decided by its run's seed and its number alone, so that a run that is resumed draws the same
 * dropout masks.
 *
 * @param seed of the run
 * @param updatesBefore of the network before the run, which goes on with the random numbers
 */
public record StepSeeds(long seed, int updatesBefore) {

    /**
     * Mixes seed, step and pass (SplitMix64's finaliser).
     *
     * @param iteration number of the step, from 1
     * @param pass number of the pass in it, from 0
     */
    public long of(int iteration, int pass) {
        long z = seed + 0x9E3779B97F4A7C15L * (updatesBefore + (long) iteration) + 0xD1B54A32D192ED03L * pass;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** As {@link #of}, for passes that only lead to the step's recurrent state. @param pass number among those, from 0 */
    public long ofLeadIn(int iteration, int pass) {
        return of(iteration, -1 - pass);
    }
}
