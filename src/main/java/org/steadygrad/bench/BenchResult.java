package org.steadygrad.bench;

import java.util.List;

/**
 * What a benchmark of a run file found.
 *
 * @param run the run file's name
 * @param batch examples of a batch
 * @param engines in the order in which they were asked for; losses are compared with the first one's
 * @param unused engines that couldn't be used, or failed on the way
 */
public record BenchResult(
        String run,
        long parameters,
        int batch,
        BenchSettings settings,
        List<EngineResult> engines,
        List<Unused> unused) {

    /**
     * @param reason a sentence
     * @param wanted whether it ought to have been measured: it was asked for by name, or it had begun and failed
     */
    public record Unused(String engine, String reason, boolean wanted) {}

    public BenchResult {
        engines = List.copyOf(engines);
        unused = List.copyOf(unused);
    }

    /** Whether all engines were measured that ought to have been. */
    public boolean complete() {
        return unused.stream().noneMatch(Unused::wanted);
    }
}
