/**
 * The update on the device: statistics, the decision about clip and loss scale, updaters, norms of the update. All that differs between steps is sent
 * beforehand, so that it is part of a step's graph.
 *
 * <p>Uses {@code kernel}, {@code stream} and {@code driver}. Begin with {@link org.steadygrad.engine.cuda.update.UpdatePass}.
 */
@Internal
package org.steadygrad.engine.cuda.update;

import org.steadygrad.check.Internal;
