package org.steadygrad.model;

import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.check.InvalidInputException;

/** What a network's configuration says of truncated back-propagation through time. */
public final class TruncatedBptt {
    private TruncatedBptt() {}

    /**
     * Time steps of a window: so many go forward at a time, state carried from window to window, and the gradient goes back to
     * the window's beginning. A backward length above that changes nothing. One below it is refused: DL4J's layers give
     * the steps before it no gradient at all, not even of the losses there, each kind of layer in its own way.
     *
     * @return 0 for a network that is trained on whole sequences
     * @throws InvalidInputException when the backward length is below the forward length, or the latter isn't above 0
     */
    public static int window(ComputationGraph network) {
        if (network.getConfiguration().getBackpropType() != BackpropType.TruncatedBPTT) {
            return 0;
        }
        int forward = network.getConfiguration().getTbpttFwdLength();
        int backward = network.getConfiguration().getTbpttBackLength();
        if (forward < 1 || backward < forward) {
            throw InvalidInputException.of(
                    "truncated back-propagation",
                    "a tBPTTForwardLength above 0 and a tBPTTBackwardLength of at least as much",
                    forward + " and " + backward,
                    "Set both with tBPTTLength(" + Math.max(1, forward) + ").");
        }
        return forward;
    }
}
