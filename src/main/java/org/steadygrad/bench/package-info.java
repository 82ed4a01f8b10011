/**
 * Engines side by side on a run file's model and data: the same steps in turns, medians, no warm-up counted.
 *
 * <p>Uses {@code engine}, {@code data} and {@code train}. Begin with {@link org.steadygrad.bench.EngineBench}.
 */
@Internal
package org.steadygrad.bench;

import org.steadygrad.check.Internal;
