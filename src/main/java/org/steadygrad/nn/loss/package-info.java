/**
 * Losses that DL4J lacks, for anyone's DL4J model: cross-entropies with label smoothing, weights and focus, of logits; Huber; pinball for
 * quantiles; negative binomial for counts. They run in DL4J's own {@code fit}, are saved by its {@code ModelSerializer}, and are known to
 * all engines.
 *
 * <p>A loss is that of a row of outputs (an example, or a time step); a mask of labels multiplies it, and what it leaves out has no part in
 * it. Gradients come by the logits, where cross-entropies don't vanish. NaN in a label or an output that counts makes a loss NaN. Uses
 * {@code check} and {@code ops}, where the formulas are. Begin with {@link org.steadygrad.nn.loss.LossSoftmax}.
 */
@PublicApi
package org.steadygrad.nn.loss;

import org.steadygrad.check.PublicApi;
