package org.steadygrad.diagnose;

import java.util.List;
import java.util.Optional;
import org.steadygrad.check.Check;
import org.steadygrad.diagnose.LayerFlow.Outlook;
import org.steadygrad.runlog.Finding;

/**
 * What can be said of a run before its first step.
 *
 * @param subject what was looked at
 * @param input features and labels
 * @param layers from input to output
 * @param stacks Jacobians of the stacks of layers
 * @param recurrent recurrent matrices, gate by gate
 * @param memory how far back in time each recurrent layer learns from
 * @param truncation what truncated back-propagation cuts off; empty when sequences aren't cut
 * @param findings what is or will go wrong: the gravest first, of these what is likelier to be the cause of the others
 */
public record Diagnosis(
        Subject subject,
        InputReport input,
        List<LayerFlow> layers,
        List<StackJacobian> stacks,
        List<RecurrentMatrix> recurrent,
        List<MemoryReach> memory,
        Optional<Truncation> truncation,
        List<Finding> findings) {
    public Diagnosis {
        Check.notNull(subject, "Diagnosis", "subject");
        Check.notNull(input, "Diagnosis", "input");
        layers = List.copyOf(layers);
        stacks = List.copyOf(stacks);
        recurrent = List.copyOf(recurrent);
        memory = List.copyOf(memory);
        findings = List.copyOf(findings);
    }

    /**
     * What was looked at.
     *
     * @param run name of the run
     * @param engine that ran the passes
     * @param parameters of the network
     * @param batches that were looked at
     * @param examples in these batches
     * @param loss before the first step, averaged over the batches
     * @param lossAfterStep of the same batches, each after a first step with it
     */
    public record Subject(
            String run,
            String engine,
            long parameters,
            int batches,
            long examples,
            double loss,
            double lossAfterStep) {}

    /** Names of the layers that a verdict is passed on. */
    public List<String> layers(Outlook verdict) {
        return layers.stream()
                .filter(layer -> layer.verdict() == verdict)
                .map(LayerFlow::layer)
                .toList();
    }
}
