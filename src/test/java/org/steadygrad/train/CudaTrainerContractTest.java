package org.steadygrad.train;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.steadygrad.engine.cuda.driver.TestGpu;

@Tag("gpu")
class CudaTrainerContractTest implements ContinuedTrainingContract, ScoredWindowsContract {
    @BeforeAll
    static void findDevice() {
        TestGpu.require();
    }

    @Override
    public String engine() {
        return "cuda";
    }
}
