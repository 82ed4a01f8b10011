/**
 * Which cures there are for what health finds, and how a run file asks for them: a prescription is a change of a run file's keys, small enough
 * to be tried.
 *
 * <p>Uses {@code spec} and {@code health}. Begin with {@link org.steadygrad.health.prescribe.RunFilePrescriber}.
 */
@Internal
package org.steadygrad.health.prescribe;

import org.steadygrad.check.Internal;
