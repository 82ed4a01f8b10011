package org.steadygrad.firstlight;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The same run on the GPU and on the CPU, step for step; it learns the licence, which every bundle has. */
record LossesPart(Bundle bundle) implements Part {
    static final String NAME = "char-gru";
    /** Facts: largest relative difference of the losses over the first steps, and of their means over the last ones. */
    static final String FIRST = "difference at first";

    static final String LAST = "difference at last";

    /** What rounding may do; it grows from step to step. */
    static final double FIRST_LIMIT = 1e-3;

    static final double LAST_LIMIT = 0.05;

    private static final int STEPS = 200;
    private static final int SOME = 20;
    private static final String GPU = "cuda";
    private static final String CPU = "dl4j";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String title() {
        return "char-gru on the GPU and on the CPU";
    }

    @Override
    public Duration share() {
        return Duration.ofSeconds(40);
    }

    @Override
    public void work(Workplace workplace) throws IOException, InterruptedException {
        for (String engine : new String[] {GPU, CPU}) {
            int code = workplace.execute(
                    engine,
                    bundle.command(
                            "train",
                            "char-gru",
                            "--engine",
                            engine,
                            "--set",
                            "data.path=" + bundle.run().resolveSibling("LICENSE"),
                            "--set",
                            "training.iterations=" + STEPS,
                            "--set",
                            "training.epochs=" + STEPS,
                            "--set",
                            "precision=float32",
                            "--out",
                            workplace.folder().resolve(engine + "-run").toString()));
            if (code != 0) {
                String why = "Training on " + engine + " ended with " + code + ": " + workplace.lastWords(engine);
                if (PartResult.text(workplace.earlier().facts(ProbePart.NAME), ProbePart.OBSTACLE)
                        .isEmpty()) {
                    workplace.faulty(why);
                } else {
                    workplace.impossible(why);
                }
                return;
            }
        }
    }

    @Override
    public void read(Workplace workplace) throws IOException {
        Map<Integer, Double> gpu = losses(workplace.folder().resolve(GPU + "-run/metrics.jsonl"));
        Map<Integer, Double> cpu = losses(workplace.folder().resolve(CPU + "-run/metrics.jsonl"));
        gpu.keySet().retainAll(cpu.keySet());
        workplace.fact("steps compared", gpu.size());
        if (gpu.size() <= SOME) {
            return;
        }
        double first = 0;
        double lastGpu = 0;
        double lastCpu = 0;
        int seen = 0;
        for (Map.Entry<Integer, Double> step : gpu.entrySet()) {
            double other = cpu.get(step.getKey());
            if (seen < SOME) {
                double difference = Math.abs(step.getValue() - other) / Math.abs(other);
                // NaN must not get lost in a comparison
                first = difference <= first ? first : difference;
            }
            if (seen >= gpu.size() - SOME) {
                lastGpu += step.getValue();
                lastCpu += other;
            }
            seen++;
        }
        double last = Math.abs(lastGpu - lastCpu) / lastCpu;
        workplace.fact(FIRST, first);
        workplace.fact(LAST, last);
        if (!(first <= FIRST_LIMIT && last <= LAST_LIMIT)) {
            workplace.faulty(String.format(
                    Locale.ROOT,
                    "Losses differ by %.1e over the first %d steps, and by %.1e at last.",
                    first,
                    SOME,
                    last));
        }
    }

    private static Map<Integer, Double> losses(Path metrics) throws IOException {
        Map<Integer, Double> losses = new TreeMap<>();
        if (!Files.exists(metrics)) {
            return losses;
        }
        ObjectMapper json = new ObjectMapper();
        for (String line : Workplace.lines(metrics)) {
            JsonNode row = json.readTree(line);
            if (row.has("loss") && row.has("iteration")) {
                // what isn't finite is written as a word
                losses.putIfAbsent(
                        row.path("iteration").asInt(), row.path("loss").asDouble(Double.NaN));
            }
        }
        return losses;
    }
}
