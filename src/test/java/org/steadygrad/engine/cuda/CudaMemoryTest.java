package org.steadygrad.engine.cuda;

import org.junit.jupiter.api.Tag;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.MemoryContract;
import org.steadygrad.engine.cuda.driver.TestGpu;

@Tag("gpu")
class CudaMemoryTest implements MemoryContract {
    @Override
    public EngineProvider provider() {
        return new StrictProvider();
    }

    @Override
    public int watchedSteps() {
        return TestGpu.real() ? 2000 : 60;
    }
}
