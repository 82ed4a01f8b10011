package org.steadygrad.engine.cuda.driver;

import java.util.List;
import java.util.Optional;
import org.steadygrad.engine.cuda.driver.CudaReport.Problem;
import org.steadygrad.engine.cuda.driver.CudaReport.VersionState;

/** Finds out, once per program, whether CUDA can be used, and loads its libraries if so. */
public final class CudaProbe {
    private CudaProbe() {}

    private static final class Once {
        static final CudaReport REPORT = probe();
    }

    /** What is there. Never throws, and prints nothing; makes no context on any device. */
    public static CudaReport report() {
        return Once.REPORT;
    }

    private static CudaReport probe() {
        try {
            return new Probing().run();
        } catch (RuntimeException | LinkageError e) {
            Problem problem = CudaProblems.unloadable(e);
            return new CudaReport(
                    Optional.of(problem), new VersionState("", "", "", ""), List.of(), List.of(), List.of());
        }
    }
}
