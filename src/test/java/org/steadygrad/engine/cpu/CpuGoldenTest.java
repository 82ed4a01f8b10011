package org.steadygrad.engine.cpu;

import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.GoldenContract;

class CpuGoldenTest implements GoldenContract {
    @Override
    public EngineProvider provider() {
        return new CpuEngineProvider();
    }
}
