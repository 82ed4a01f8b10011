package org.steadygrad.model;

import java.util.Optional;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.steadygrad.ops.ClipResult;

/**
 * A training listener that clips gradients between a network's backward pass and its update, or leaves steps out. Other
 * listeners of the same network learn from it what it did, wherever in the list of listeners they stand.
 */
public interface ClippingListener extends TrainingListener {

    /**
     * What was done to the gradient of the present step; to be asked when the step is over, in {@link
     * TrainingListener#iterationDone}.
     *
     * @return norms of the gradient averaged over the minibatch; empty if the step is left out, that is, parameters and updater state
     *     end up with the bits that they had before it
     */
    Optional<ClipResult> presentStep();
}
