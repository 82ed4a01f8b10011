package org.steadygrad.engine.cpu;

import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.RandomGraphsContract;

class CpuRandomGraphsTest implements RandomGraphsContract {
    @Override
    public EngineProvider provider() {
        return new CpuEngineProvider();
    }
}
