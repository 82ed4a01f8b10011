/**
 * Training runs. {@link org.steadygrad.train.Trainer} trains anyone's DL4J network, {@link org.steadygrad.train.Runs} what a run file
 * says. The loop asks for steps, the guard decides about each of them (go on, go back, stop), cures are tried as transactions, checkpoints let a
 * run continue to the same bits, and everything is told as events of {@code runlog}.
 *
 * <p>Uses everything below it. To follow a run, read {@code TrainingRun}, {@code TrainingLoop}, {@code RunPolicy}.
 */
@PublicApi
package org.steadygrad.train;

import org.steadygrad.check.PublicApi;
