package org.steadygrad.engine.cuda;

import org.junit.jupiter.api.Tag;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.TimeProfileContract;

@Tag("gpu")
class CudaTimeProfileTest implements TimeProfileContract {
    @Override
    public EngineProvider provider() {
        return new StrictProvider();
    }
}
