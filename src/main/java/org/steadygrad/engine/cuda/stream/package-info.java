/**
 * A device as one engine uses it ({@link org.steadygrad.engine.cuda.stream.CudaRuntime}): its streams and libraries, work recorded as graphs
 * ({@link org.steadygrad.engine.cuda.stream.Replay}), numbers sent without waiting, and the guard that knows whether a failed call
 * left things whole ({@link org.steadygrad.engine.cuda.stream.ChangeGuard}).
 *
 * <p>Uses {@code driver}.
 */
@Internal
package org.steadygrad.engine.cuda.stream;

import org.steadygrad.check.Internal;
