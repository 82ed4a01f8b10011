/**
 * Tasks made from a seed whose answers are known: adding, copying and ordering over long lags, and spirals. They need no file, and a network
 * that can't carry a gradient through time fails at them visibly.
 *
 * <p>Each class is one task; {@link org.steadygrad.data.synthetic.AddingTask} is the shortest to read.
 */
@Internal
package org.steadygrad.data.synthetic;

import org.steadygrad.check.Internal;
