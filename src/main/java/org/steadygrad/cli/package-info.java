/**
 * The commands: a class each, listed in {@link org.steadygrad.cli.Main}, and how results look on a terminal. Nothing depends on it, and nothing else
 * prints.
 *
 * <p>Begin with {@code TrainCommand}.
 */
@Internal
package org.steadygrad.cli;

import org.steadygrad.check.Internal;
