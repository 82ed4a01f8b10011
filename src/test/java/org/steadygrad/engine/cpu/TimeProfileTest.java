package org.steadygrad.engine.cpu;

import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.TimeProfileContract;

class TimeProfileTest implements TimeProfileContract {
    @Override
    public EngineProvider provider() {
        return new CpuEngineProvider();
    }
}
