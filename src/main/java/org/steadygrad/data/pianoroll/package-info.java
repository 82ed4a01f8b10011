/**
 * Polyphonic music as which keys sound at each time step, from JSON files. Begin with
 * {@link org.steadygrad.data.pianoroll.PianoRollData}.
 */
@Internal
package org.steadygrad.data.pianoroll;

import org.steadygrad.check.Internal;
