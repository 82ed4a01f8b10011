/**
 * Recurrent layers: simple, LSTM and GRU, in either direction, under masks. A sequence is run in segments ({@code SegmentedSequence}) or by
 * shards of the batch, one a thread ({@code ShardedSequence}), both as {@code SequenceRun}; direction and mask are no concern of theirs.
 *
 * <p>Uses {@code kernel}, {@code activation} and {@code onednn}. Begin with {@link org.steadygrad.engine.cpu.recurrent.RecurKernel}, then
 * {@code RecurrentLayer}. {@link org.steadygrad.engine.cpu.recurrent.CpuGRUAccelerator} serves the same cells to DL4J's own passes.
 */
@Internal
package org.steadygrad.engine.cpu.recurrent;

import org.steadygrad.check.Internal;
