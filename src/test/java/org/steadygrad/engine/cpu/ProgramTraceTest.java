package org.steadygrad.engine.cpu;

import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.TraceContract;

class ProgramTraceTest implements TraceContract {
    @Override
    public EngineProvider provider() {
        return new CpuEngineProvider();
    }
}
