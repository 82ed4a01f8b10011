/**
 * Why a step isn't finite: its passes are run again, layer by layer and in double precision, suspects are asked in order, and the step goes into a
 * bundle that replays it anywhere.
 *
 * <p>Uses {@code engine}, {@code model}, {@code data}, {@code health} and {@code runlog}; knows nothing of how runs go on. Begin with
 * {@link org.steadygrad.forensics.Forensics}, then {@code Investigation}.
 */
@Internal
package org.steadygrad.forensics;

import org.steadygrad.check.Internal;
