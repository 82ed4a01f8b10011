package org.steadygrad.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.engine.cuda.driver.CudaSimulator;
import org.steadygrad.engine.cuda.recurrent.PersistentGeometry;
import org.steadygrad.engine.cuda.recurrent.ScanShape;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/**
 * Counts what training steps ask of a device, on a simulated one of the size of an H100, and holds the table in {@code
 * src/docs/cuda-limits.md} against it; {@code -Dlimits.update=true} writes the table anew.
 */
@Tag("simulated")
@Tag("slow")
class StepLimitsTest {
    private static final Path DOCS = Path.of("src/docs/cuda-limits.md");
    private static final String BEGIN = "<!-- counted -->\n";
    private static final String END = "<!-- end -->\n";

    /** Of an H100 SXM: bytes and operations a second, the clock, and what a node of a graph takes at least. */
    private static final double BANDWIDTH = 3.35e12;

    private static final double FLOAT32 = 67e12;
    private static final double TF32 = 495e12;
    private static final double CLOCK = 1.755e9;
    private static final double NODE_SECONDS = 1.5e-6;
    private static final PersistentGeometry.Room ROOM = new PersistentGeometry.Room(132, 227 << 10);

    /** Every count is linear in the number of time steps; so many are run. */
    private static final int[] RUN_STEPS = {2, 3};

    /** @param steps time steps; 0 for none */
    private record Case(String name, String kind, int batch, int steps, int inputs, int units, int layers) {}

    private static final List<Case> CASES = List.of(
            new Case("GRU T784 B64 I1 H128", "gru", 64, 784, 1, 128, 1),
            new Case("GRU T256 B64 I256 H512", "gru", 64, 256, 256, 512, 1),
            new Case("LSTM T256 B64 I256 H512", "lstm", 64, 256, 256, 512, 1),
            new Case("rnn_tanh T1000 B64 I64 H64", "rnn_tanh", 64, 1000, 64, 64, 1),
            new Case("dense + batch norm D100 W256 B16", "dense_bn", 16, 0, 256, 256, 100),
            new Case("clip + Adam of 25 M", "update", 1, 0, 1024, 1024, 24));

    /** A piece of work: its words, and its numbers. */
    private record Work(String name, double[] numbers) {
        static Work of(String line) {
            String[] words = line.split(" ");
            int names = words[0].equals("kernel") ? 2 : 1;
            double[] numbers = Arrays.stream(words, names, words.length)
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            return new Work(words[names - 1], numbers);
        }

        /** The same at another number of time steps. */
        Work at(int steps, Work other) {
            assertEquals(name, other.name);
            double[] values = numbers.clone();
            for (int i = 0; i < values.length; i++) {
                double slope = (other.numbers[i] - numbers[i]) / (RUN_STEPS[1] - RUN_STEPS[0]);
                values[i] += slope * (steps - RUN_STEPS[0]);
            }
            return new Work(name, values);
        }

        boolean product() {
            return name.equals("product");
        }

        boolean scan() {
            return name.matches("(gru|lstm|simple)_(forward|backward)_(small|medium|large)");
        }

        boolean transfer() {
            return name.equals("upload") || name.equals("download");
        }

        double bytes() {
            int last = numbers.length - 1;
            return product() || last == 4
                    ? numbers[last] + numbers[last - 1]
                    : numbers[0] * (name.equals("copy") ? 2 : 1);
        }

        double flops() {
            return product() ? 2 * numbers[0] * numbers[1] * numbers[2] * numbers[3] : 0;
        }
    }

    /** Sums over a step. */
    private static final class Sums {
        private int nodes;
        private int graphs;
        private double bytes;
        private double productFlops;
        private double scanFlops;
        private double scanSeconds;
        private double seconds;

        void add(Case of, Work work) {
            if (work.name.equals("graph")) {
                graphs++;
                return;
            }
            nodes++;
            bytes += work.bytes();
            productFlops += work.flops();
            double least = Math.max(NODE_SECONDS, Math.max(work.bytes() / BANDWIDTH, work.flops() / TF32));
            if (work.scan()) {
                Cell cell = of.kind.equals("rnn_tanh") ? Cell.SIMPLE : Cell.valueOf(of.kind.toUpperCase(Locale.ROOT));
                ScanShape shape =
                        new ScanShape(cell, new ActivationFunction(Kind.TANH, 0), of.steps, of.batch, of.units, false);
                boolean backward = work.name.contains("backward");
                PersistentGeometry geometry =
                        PersistentGeometry.best(shape, backward, ROOM).orElseThrow();
                assertEquals(geometry.tile().kernel(), work.name, "the scan that a device of this size is given");
                double own = of.steps * geometry.clocks(ROOM) / CLOCK;
                scanSeconds += own;
                scanFlops += 2.0 * of.steps * of.batch * shape.gates() * of.units * of.units;
                least = Math.max(least, own);
            }
            seconds += least;
        }

        String row(String name) {
            double memory = bytes / BANDWIDTH;
            double arithmetic = productFlops / TF32 + scanFlops / FLOAT32;
            double launches = nodes * NODE_SECONDS;
            double most = Math.max(Math.max(memory, arithmetic), scanSeconds);
            String bound = launches > most
                    ? "launches"
                    : most == scanSeconds ? "steps of the scan" : most == memory ? "memory" : "arithmetic";
            return String.format(
                    Locale.ROOT,
                    "| %s | %d | %d | %.1f | %.2f | %.0f | %.0f | %.0f | %.0f | %.0f | %s | %.2f |%n",
                    name,
                    graphs,
                    nodes,
                    bytes / 1e6,
                    (productFlops + scanFlops) / 1e9,
                    launches * 1e6,
                    memory * 1e6,
                    arithmetic * 1e6,
                    scanSeconds * 1e6,
                    seconds * 1e6,
                    bound,
                    most / seconds);
        }
    }

    private static List<Work> run(Case of, int steps, Path folder) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Path counts = folder.resolve(of.kind + steps + of.units);
        ProcessBuilder builder = new ProcessBuilder(
                java,
                "-Xmx1g",
                "-Dsteadygrad.cuda.path=" + CudaSimulator.folder(),
                "-Dsteadygrad.cuda.measure=false",
                "-Dsteadygrad.cache=" + Path.of("target", "count-cache").toAbsolutePath(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                StepCountProgram.class.getName(),
                of.kind);
        for (int size : new int[] {of.batch, steps, of.inputs, of.units, of.layers}) {
            builder.command().add(Integer.toString(size));
        }
        builder.environment().put("CUDASIM_SMS", "132");
        builder.environment().put("CUDASIM_COUNT", counts.toString());
        builder.redirectError(folder.resolve("err").toFile());
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> out);
        List<Work> work = new ArrayList<>();
        out.lines()
                .filter(line -> !line.startsWith("parameters"))
                .map(Work::of)
                // these go on beside the rest, in no order
                .filter(w -> !w.transfer())
                .filter(w -> !of.kind.equals("update") || w.name.startsWith("update_") || w.name.equals("graph"))
                .forEach(work::add);
        return work;
    }

    private static Sums count(Case of, Path folder) throws Exception {
        Sums sums = new Sums();
        if (of.steps == 0) {
            run(of, 0, folder).forEach(work -> sums.add(of, work));
            return sums;
        }
        List<Work> few = run(of, RUN_STEPS[0], folder);
        List<Work> more = run(of, RUN_STEPS[1], folder);
        assertEquals(few.size(), more.size(), "pieces of work, which don't depend on the number of time steps");
        for (int i = 0; i < few.size(); i++) {
            sums.add(of, few.get(i).at(of.steps, more.get(i)));
        }
        return sums;
    }

    @Test
    void theTableIsWhatIsCounted(@TempDir Path folder) throws Exception {
        assumeTrue(CudaSimulator.available(), () -> CudaSimulator.whyNot().orElseThrow());
        StringBuilder table = new StringBuilder(
                """
                | step | graphs | nodes | MB | GFLOP | launches | memory | arithmetic | scan | sum of all | bound by | share |
                |---|---|---|---|---|---|---|---|---|---|---|---|
                """);
        for (Case of : CASES) {
            Sums sums = count(of, folder);
            assertEquals(1, sums.graphs, of.name + ": graph launches in a step");
            table.append(sums.row(of.name));
        }
        String text = Files.readString(DOCS);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        assertTrue(begin >= BEGIN.length() && end >= begin, DOCS + " has a place for the table");
        if (Boolean.getBoolean("limits.update")) {
            text = text.substring(0, begin) + table + text.substring(end);
            Files.writeString(DOCS, text);
            end = text.indexOf(END);
        }
        assertEquals(text.substring(begin, end), table.toString(), "-Dlimits.update=true writes it anew");
    }
}
