package org.steadygrad.diagnose;

import org.steadygrad.check.Check;

/**
 * How signal and gradient pass one layer before the first step, and how far that step would take it.
 *
 * @param layer name of the layer
 * @param depth number of layers with parameters on the longest way from the input up to and with this one
 * @param activation name of its activation function in lower case, or "" when it has none
 * @param mean of its outputs
 * @param deviation standard deviation of its outputs; its square is the variance of the signal
 * @param forwardFactor {@code deviation} divided by that of the layer before; NaN for the first one
 * @param gradientNorm norm of the derivative of the minibatch's average loss with respect to its output; NaN when no gradient
 *     reaches it
 * @param backwardFactor {@code gradientNorm} divided by that of the next layer towards the output; NaN for the last one
 * @param saturatedShare share of outputs at a bound of the activation function
 * @param deadShare share of units that are 0 for a whole batch
 * @param updateRatio norm of the first update of its weight matrices divided by the norm of these; NaN when it has none
 * @param verdict what will become of the layer
 */
public record LayerFlow(
        String layer,
        int depth,
        String activation,
        double mean,
        double deviation,
        double forwardFactor,
        double gradientNorm,
        double backwardFactor,
        double saturatedShare,
        double deadShare,
        double updateRatio,
        Outlook verdict) {
    public LayerFlow {
        Check.notNull(layer, "LayerFlow", "layer");
        Check.notNull(activation, "LayerFlow", "activation");
        Check.notNull(verdict, "LayerFlow", "verdict");
    }

    /** What will become of a layer. */
    public enum Outlook {
        /** Its gradient is of the size of the others', and its update is of a fitting size. */
        LEARNS,
        /** Next to nothing reaches it: its gradient or its update is too small for it to learn. */
        STALLS,
        /** Its gradient or its update is so large that it is torn away from where it starts. */
        BLOWS_UP
    }
}
