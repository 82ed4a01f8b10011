/**
 * The update in one pass over gradient, parameters and states: statistics, clip, penalties, updater, new parameters, norms of the update. Sums are
 * in double and in a fixed order.
 *
 * <p>Uses {@code onednn} and {@code engine.plan}'s formulas, no kernels. Begin with {@link org.steadygrad.engine.cpu.update.UpdatePass}.
 */
@Internal
package org.steadygrad.engine.cpu.update;

import org.steadygrad.check.Internal;
