package org.steadygrad.engine.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;

/**
 * The device that tests use: the simulated one, or a real one if the system property {@code steadygrad.test.cuda} is
 * {@code real}. A process uses one of them only.
 */
public final class TestGpu {
    private static final boolean REAL = "real".equals(System.getProperty("steadygrad.test.cuda"));

    private TestGpu() {}

    /** Skips the test, saying why, where there is no device. */
    public static Device open() {
        if (!REAL) {
            assumeTrue(CudaSimulator.available(), () -> CudaSimulator.whyNot().orElse(""));
            System.setProperty(LibraryPlaces.PATH, CudaSimulator.folder().toString());
            System.setProperty(LibraryPlaces.SEARCH, LibraryPlaces.PATH_ONLY);
        }
        CudaReport report = CudaProbe.report();
        if (REAL) {
            assumeTrue(report.problem().isEmpty(), report::toString);
        }
        assertEquals(Optional.empty(), report.problem());
        return Device.open(0);
    }
}
