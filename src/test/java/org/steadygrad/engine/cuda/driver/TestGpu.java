package org.steadygrad.engine.cuda.driver;

import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * The device that tests of device code run on: the simulated one, or a real one where the system property
 * {@code steadygrad.test.cuda} is {@code real}. Where there is neither, the test is skipped and says why.
 */
public final class TestGpu {
    private TestGpu() {}

    /** Opens the device; whoever asked closes it. */
    public static Device open() {
        if (!"real".equals(System.getProperty("steadygrad.test.cuda"))) {
            Optional<String> missing = CudaSimulator.whyNot();
            Assumptions.assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
            System.setProperty(
                    CudaSimulator.PATH_PROPERTY, CudaSimulator.folder().toString());
            System.setProperty("steadygrad.cuda.measure", "false");
        }
        CudaReport report = CudaProbe.report();
        Assumptions.assumeTrue(
                report.obstacle(0).isEmpty(), () -> report.obstacle(0).orElse(""));
        return Device.open(0);
    }
}
