package org.steadygrad.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What was measured of one case.
 *
 * @param sides ours first
 * @param absent peers that can't run the case, and why
 */
record CaseResult(BenchmarkCase benchmark, List<SideResult> sides, Map<String, String> absent) {
    private static final double OPERATIONS_PER_MILLI_AND_GIGA = 1e6;

    /** @param firstLoss of the first step, from the common weights */
    record SideResult(String name, Timing timing, double firstLoss) {}

    SideResult ours() {
        return sides.get(0);
    }

    List<SideResult> peers() {
        return sides.subList(1, sides.size());
    }

    /** Billions of floating-point operations per second, matrix products only; 0 for cases without any. */
    double gflops(SideResult side) {
        return benchmark.workload().stepOperations()
                / OPERATIONS_PER_MILLI_AND_GIGA
                / side.timing().median();
    }

    /** Our time divided by the peer's: below 1 we are faster. */
    double ratio(SideResult peer) {
        return ours().timing().median() / peer.timing().median();
    }

    /** The line that is printed. */
    String line() {
        StringBuilder line = new StringBuilder("case=" + benchmark.name() + " engine=" + ours().name());
        line.append(" ms=").append(number(ours().timing().median()));
        line.append(" gflops=").append(String.format(Locale.ROOT, "%.1f", gflops(ours())));
        for (SideResult peer : peers()) {
            line.append(" peer=").append(peer.name());
            line.append(" ms=").append(number(peer.timing().median()));
            line.append(" ratio=").append(String.format(Locale.ROOT, "%.3f", ratio(peer)));
        }
        return line.toString();
    }

    /** Milliseconds with about four digits. */
    static String number(double milliseconds) {
        String format = milliseconds < 10 ? "%.3f" : milliseconds < 100 ? "%.2f" : "%.1f";
        return String.format(Locale.ROOT, format, milliseconds);
    }
}
