package org.steadygrad.engine.cuda.driver;

import java.util.List;
import org.steadygrad.engine.cuda.driver.CudaReport.Findings;
import org.steadygrad.engine.cuda.driver.CudaReport.VersionState;

/** Finds out, once per program, whether CUDA can be used, and loads its libraries if so. */
public final class CudaProbe {
    private static CudaReport report;

    private CudaProbe() {}

    /** What is there. Never throws, and prints nothing; makes no context on any device. */
    public static synchronized CudaReport report() {
        if (report == null) {
            report = probe(false);
        }
        return report;
    }

    /**
     * The same where CUDA can be used. Where it can't, all that is missing and the versions of what is there, which takes
     * longer: libraries are loaded that nothing will call, and a python3 that is a script is asked for its place.
     */
    public static synchronized CudaReport examine() {
        if (report == null || !report.usable()) {
            report = probe(true);
        }
        return report;
    }

    private static CudaReport probe(boolean thorough) {
        try {
            return new Probing(thorough).run();
        } catch (RuntimeException | LinkageError e) {
            return new CudaReport(
                    Findings.of(CudaProblems.unloadable(e)),
                    new VersionState("", "", "", ""),
                    List.of(),
                    List.of(),
                    List.of());
        }
    }
}
