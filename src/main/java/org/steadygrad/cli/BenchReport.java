package org.steadygrad.cli;

import java.time.LocalDate;
import java.time.ZoneId;
import org.steadygrad.bench.BenchResult;
import org.steadygrad.platform.Cpu;

/**
 * A benchmark with what it ran on; the names of the components are those of its JSON.
 *
 * @param date ISO 8601
 * @param threads on the CPU
 */
record BenchReport(String version, String date, String processor, int threads, String jvm, BenchResult result) {

    /** @param threads null for one per physical core */
    static BenchReport of(BenchResult result, Integer threads) {
        Cpu cpu = Cpu.detect();
        return new BenchReport(
                Main.Version.text(),
                LocalDate.now(ZoneId.systemDefault()).toString(),
                cpu.model(),
                threads == null ? cpu.usableCores() : threads,
                Runtime.version().toString(),
                result);
    }
}
