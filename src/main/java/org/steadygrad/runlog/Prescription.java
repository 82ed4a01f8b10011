package org.steadygrad.runlog;

import java.util.List;
import org.steadygrad.check.Check;

/**
 * A cure for a finding, as a change of the run file.
 *
 * @param title what is done, in a few words: "batch norm in the stack"
 * @param changes assignments in the order in which they are to be made, each as {@code --set} takes it:
 *     {@code model.layers[0].stack.batchNorm=true}
 * @param reason why it helps here, with the numbers it follows from
 * @param source the paper, with its year; "" where it needs none
 */
public record Prescription(String title, List<String> changes, String reason, String source) {
    public Prescription {
        Check.notNull(title, "Prescription", "title");
        changes = List.copyOf(changes);
        Check.notNull(reason, "Prescription", "reason");
        Check.notNull(source, "Prescription", "source");
    }
}
