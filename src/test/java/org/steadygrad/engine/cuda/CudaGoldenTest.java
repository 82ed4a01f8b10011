package org.steadygrad.engine.cuda;

import org.junit.jupiter.api.Tag;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.GoldenContract;

@Tag("gpu")
class CudaGoldenTest implements GoldenContract {
    @Override
    public EngineProvider provider() {
        return new StrictProvider();
    }
}
