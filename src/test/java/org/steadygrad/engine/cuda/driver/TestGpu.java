package org.steadygrad.engine.cuda.driver;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The device that tests of device code run on: the first GPU if the system property {@code steadygrad.test.cuda} is "real",
 * else the simulated one.
 */
public final class TestGpu {
    private TestGpu() {}

    /** Skips the test, with the reason, where there is neither. */
    public static synchronized void require() {
        if (System.getProperty("steadygrad.cuda.measure", "").isEmpty()) {
            // the same way of running recurrent layers each time; what the others come to is tested apart
            System.setProperty("steadygrad.cuda.measure", "false");
        }
        if (real()) {
            CudaReport report = CudaProbe.report();
            assumeTrue(report.usable(), () -> report.obstacle(0).orElse(""));
            return;
        }
        assumeTrue(CudaSimulator.available(), () -> CudaSimulator.whyNot().orElse(""));
        if (System.getProperty(CudaSimulator.PATH_PROPERTY, "").isEmpty()) {
            System.setProperty(
                    CudaSimulator.PATH_PROPERTY, CudaSimulator.folder().toString());
        }
        CudaReport report = CudaProbe.report();
        if (!report.usable()) {
            throw new IllegalStateException("the simulated machine isn't usable: " + report.obstacle(0));
        }
    }

    /** Whether times mean something. */
    public static boolean real() {
        return System.getProperty("steadygrad.test.cuda", "").equals("real");
    }

    /** The device, to be closed by the caller. */
    public static Device open() {
        require();
        return Device.open(0);
    }
}
