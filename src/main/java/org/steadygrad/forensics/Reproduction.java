package org.steadygrad.forensics;

import java.util.Map;

/**
 * What became of a bundle's step when it was run again.
 *
 * @param bundle the file
 * @param iteration number of the step
 * @param engine that it ran on now
 * @param precision of that engine, in words
 * @param found what was found now
 * @param evidence numbers behind it
 * @param recorded what was found when the bundle was written
 * @param reproduced whether first tensor, layer, time step and cause are the same
 * @param why why they may not be; "" when they are
 */
public record Reproduction(
        String bundle,
        int iteration,
        String engine,
        String precision,
        ReplayBundle.Found found,
        Map<String, Double> evidence,
        ReplayBundle.Found recorded,
        boolean reproduced,
        String why) {}
