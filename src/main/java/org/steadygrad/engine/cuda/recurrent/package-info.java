/**
 * Recurrent layers, in whichever way is the fastest here: cuDNN, a kernel that stays on the device for a whole sequence, or one launch per time
 * step. {@link org.steadygrad.engine.cuda.recurrent.RecurrentChoice} measures and remembers.
 *
 * <p>Uses {@code kernel}, {@code stream} and {@code driver}. Begin with {@link org.steadygrad.engine.cuda.recurrent.RecurKernel}, then
 * {@code RecurrentWay}, what the ways have in common.
 */
@Internal
package org.steadygrad.engine.cuda.recurrent;

import org.steadygrad.check.Internal;
