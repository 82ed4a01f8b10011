package org.steadygrad.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.steadygrad.bench.BenchResult;
import org.steadygrad.bench.EngineResult;
import org.steadygrad.bench.EngineResult.Agreement;

/** Prints a {@link BenchResult} as a table. */
final class BenchText {
    private static final String NONE = "-";

    private final PrintWriter out;
    private final int width;

    BenchText(PrintWriter out, int width) {
        this.out = out;
        this.width = width;
    }

    void print(BenchResult result) {
        out.printf(
                Locale.ROOT,
                "%s: %,d parameters, batches of %d, %d steps measured in %d rounds after %d to warm up%n%n",
                result.run(),
                result.parameters(),
                result.batch(),
                result.settings().steps(),
                result.settings().rounds(),
                result.settings().warmUp());
        table(result);
        out.println();
        for (EngineResult engine : result.engines()) {
            out.println(Terminal.wrap(engine.engine() + ": " + engine.device() + agreement(engine, result), width));
        }
        for (BenchResult.Unused unused : result.unused()) {
            out.println(Terminal.wrap(unused.engine() + " not measured: " + unused.reason(), width));
        }
        out.flush();
    }

    private void table(BenchResult result) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "engine", "ms / step", "10 - 90 %", "examples / s", "time steps / s", "host", "device", "loss +-"));
        result.engines().forEach(engine -> rows.add(row(engine)));
        TextTable.print(out, 0, "lrrrrrrr", rows);
    }

    private static List<String> row(EngineResult engine) {
        return List.of(
                engine.engine(),
                number(engine.step().median()),
                number(engine.step().low()) + " - " + number(engine.step().high()),
                number(engine.examplesPerSecond()),
                engine.timeStepsPerSecond() == null ? NONE : number(engine.timeStepsPerSecond()),
                engine.hostBytes() == null ? NONE : Terminal.bytes(engine.hostBytes()),
                engine.deviceBytes() == null ? NONE : Terminal.bytes(engine.deviceBytes()),
                engine.agreement() == null
                        ? NONE
                        : String.format(Locale.ROOT, "%.1e", engine.agreement().largest()));
    }

    private static String agreement(EngineResult engine, BenchResult result) {
        Agreement agreement = engine.agreement();
        if (agreement == null) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                "; over the first %d steps its loss differs from %s's by at most %.1e (step %d; relative: %.1e)",
                agreement.steps(),
                result.engines().get(0).engine(),
                agreement.largest(),
                agreement.atStep(),
                agreement.relative());
    }

    /** About three digits, thousands set apart. */
    static String number(double value) {
        String format = value < 1 ? "%.3f" : value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%,.0f";
        return String.format(Locale.ROOT, format, value);
    }
}
