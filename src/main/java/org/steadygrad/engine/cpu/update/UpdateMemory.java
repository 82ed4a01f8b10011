package org.steadygrad.engine.cpu.update;

import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.plan.UpdatePlan;

/**
 * The flat vectors of an update, all in DL4J's layout.
 *
 * @param parameters changed by an update
 * @param gradient what the passes since the last update left: sums over their examples; only read
 * @param state the updaters' states, changed by an update; may have no elements
 */
public record UpdateMemory(FloatMemory parameters, FloatMemory gradient, FloatMemory state) {

    void check(UpdatePlan plan) {
        check("parameters", parameters, plan.layout().length());
        check("gradient", gradient, plan.layout().length());
        check("state", state, plan.stateLength());
    }

    private static void check(String name, FloatMemory memory, long length) {
        if (memory.length() != length) {
            throw InvalidInputException.of("UpdatePass", name + " of " + length + " elements", memory.length(), "");
        }
    }
}
