/**
 * What a run leaves in its folder to go on from: {@link org.steadygrad.train.checkpoint.CheckpointStore} writes and reads checkpoints, {@link
 * org.steadygrad.train.checkpoint.TrainingState} is what they hold beside the model, {@link
 * org.steadygrad.train.checkpoint.StartingPoint} tells which one a run goes on from, if it may. Knows the guard's state and nothing
 * of the loop.
 */
@Internal
package org.steadygrad.train.checkpoint;

import org.steadygrad.check.Internal;
