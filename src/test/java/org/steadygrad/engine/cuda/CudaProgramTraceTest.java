package org.steadygrad.engine.cuda;

import org.junit.jupiter.api.Tag;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.TraceContract;

@Tag("gpu")
class CudaProgramTraceTest implements TraceContract {
    @Override
    public EngineProvider provider() {
        return new StrictProvider();
    }
}
