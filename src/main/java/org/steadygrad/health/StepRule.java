package org.steadygrad.health;

import java.util.List;
import org.steadygrad.runlog.Finding;

/** A rule about the run of the steps. It keeps nothing from look to look; what it needs is in the history. */
interface StepRule {
    /** Adds what is seen now. */
    void look(StepHistory history, List<Finding> found);
}
