package org.steadygrad.engine.cuda;

import org.junit.jupiter.api.Tag;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.RandomGraphsContract;
import org.steadygrad.engine.cuda.driver.TestGpu;

@Tag("gpu")
class CudaRandomGraphsTest implements RandomGraphsContract {
    @Override
    public EngineProvider provider() {
        return new StrictProvider();
    }

    @Override
    public int quickGraphs() {
        return TestGpu.real() ? GRAPHS : 40;
    }
}
