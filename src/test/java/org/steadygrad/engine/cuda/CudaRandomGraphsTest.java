package org.steadygrad.engine.cuda;

import org.junit.jupiter.api.Tag;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.RandomGraphsContract;

@Tag("gpu")
class CudaRandomGraphsTest implements RandomGraphsContract {
    @Override
    public EngineProvider provider() {
        return new StrictProvider();
    }
}
