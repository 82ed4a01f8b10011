/**
 * Measurements before the first step: how signal and gradient pass the layers, how far back in time a recurrent layer learns from, what the data
 * look like ({@link org.steadygrad.diagnose.Preflight}); and trials that prove prescriptions before they are recommended
 * ({@link org.steadygrad.diagnose.CureSearch}).
 *
 * <p>Uses {@code train} and what is below it; writes nothing into a run.
 */
@Internal
package org.steadygrad.diagnose;

import org.steadygrad.check.Internal;
