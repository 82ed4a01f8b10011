/**
 * What engines share that compile a plan for each shape of batches: the shape, the tensors and the memory of their gradients
 * ({@link org.steadygrad.engine.program.ProgramTensors}), which operations cost nothing, where sequences are cut, and the cache of
 * programs.
 *
 * <p>Uses {@code engine.plan}; knows no device: memory is a type parameter.
 */
@Internal
package org.steadygrad.engine.program;

import org.steadygrad.check.Internal;
