package org.steadygrad.engine.cuda.recurrent;

import java.util.Optional;
import org.steadygrad.engine.cuda.stream.CudaRuntime;

/** One way to scan recurrent layers. */
interface ScanKind {
    /** What the way is called in settings, choices and errors. */
    String name();

    /**
     * Why it can't scan this.
     *
     * @param mask whether there is a mask
     * @param training whether there is a backward pass
     * @return empty when it can
     */
    Optional<String> obstacle(CudaRuntime runtime, ScanShape shape, boolean mask, boolean training);

    /** @param tensors of exactly this shape; read and written whenever the scan runs */
    RecurrentScan make(ScanPlace place, ScanShape shape, ScanTensors tensors);
}
