/**
 * What a run does when training goes wrong: {@link org.steadygrad.train.guard.Guard} decides from losses and refused steps, {@link
 * org.steadygrad.train.guard.Recovery} keeps the last good state, {@link org.steadygrad.train.guard.OnlineCures} proposes changes
 * for findings. Knows nothing of the loop, of files or of data; start reading at the guard.
 */
@Internal
package org.steadygrad.train.guard;

import org.steadygrad.check.Internal;
