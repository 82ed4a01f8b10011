package org.steadygrad.diagnose;

import java.util.List;
import org.steadygrad.check.Check;
import org.steadygrad.health.Finding;

/**
 * What can be said of a run before its first step.
 *
 * @param subject what was looked at
 * @param layers from input to output
 * @param findings what is or will go wrong, the gravest first; iterations are those of a run that is about to begin, 0
 */
public record Diagnosis(Subject subject, List<LayerFlow> layers, List<Finding> findings) {
    public Diagnosis {
        Check.notNull(subject, "Diagnosis", "subject");
        layers = List.copyOf(layers);
        findings = List.copyOf(findings);
    }

    /**
     * @param run name of the run
     * @param engine that ran the passes
     * @param parameters of the network
     * @param batches that were looked at
     * @param examples in these batches
     * @param loss before the first step, averaged over the batches
     */
    public record Subject(String run, String engine, long parameters, int batches, long examples, double loss) {}
}
