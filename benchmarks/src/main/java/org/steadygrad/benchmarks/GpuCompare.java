package org.steadygrad.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.EngineSettings;
import org.steadygrad.engine.Engines;
import org.steadygrad.platform.Cpu;
import org.steadygrad.platform.Gpus;
import org.steadygrad.platform.NativeVariant;
import org.steadygrad.spec.Precision;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures whole training steps of an engine and of PyTorch on the same GPU, in alternation. */
@Command(
        name = "gpu.sh",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Times training steps of SteadyGrad against PyTorch on a GPU: eager, torch.compile, CUDA graph.",
            "The exit code is 1 when a case failed, 3 when the engine can't be used."
        })
final class GpuCompare implements Callable<Integer> {
    private static final int HEALTH_EVERY = 10;
    /** Exit code: nothing was tried. */
    private static final int NO_ENGINE = 3;

    /** Read: gradient for the statistics; gradient, parameter, two moments. Written: parameter, two moments. */
    private static final double UPDATE_BYTES_PER_PARAMETER = 32;

    private static final long COPIED_BYTES = 1L << 30;
    private static final double GIGA = 1e9;

    @Option(names = "--case", paramLabel = "NAME", description = "A case or what names begin with; repeatable.")
    private List<String> cases = new ArrayList<>();

    @Option(names = "--engine", paramLabel = "NAME", defaultValue = "cuda", description = "Ours. Default: cuda.")
    private String engine;

    @Option(
            names = "--modes",
            paramLabel = "NAMES",
            split = ",",
            defaultValue = "eager,compile,graph",
            description = "Of PyTorch. Default: eager,compile,graph.")
    private List<String> modes;

    @Option(
            names = "--tf32",
            paramLabel = "on|off",
            defaultValue = "on",
            description = "Whether matrix products may use TF32, on both sides. Default: on.")
    private String tf32;

    @Option(names = "--resident", description = "PyTorch's batch lies on the device instead of being copied each step.")
    private boolean resident;

    @Option(names = "--quick", description = "Fewer rounds.")
    private boolean quick;

    @Option(names = "--check", description = "Only compare our losses and gradients with DL4J's in double.")
    private boolean check;

    @Option(
            names = "--only-steps",
            paramLabel = "N",
            description = "Take N steps of ours in each case and time nothing: for a profiler.")
    private int onlySteps;

    @Option(names = "--list", description = "Only list the cases.")
    private boolean list;

    @Option(names = "--python", paramLabel = "FILE", defaultValue = "", description = "A Python that has torch.")
    private String python;

    @Option(names = "--peer-script", paramLabel = "FILE", defaultValue = "", description = "The peer's program.")
    private String peerScript;

    @Option(names = "--peer-device", paramLabel = "NAME", description = "The peer's device. Default: cuda.")
    private String peerDevice;

    @Option(names = "--out", paramLabel = "DIR", defaultValue = "results", description = "Where results are written.")
    private Path out;

    private GpuCompare() {}

    public static void main(String[] args) {
        NativeVariant.select();
        System.exit(new CommandLine(new GpuCompare()).execute(args));
    }

    @Override
    public Integer call() {
        List<BenchmarkCase> selected = GpuCases.select(cases);
        if (selected.isEmpty() || !List.of("on", "off").contains(tf32)) {
            System.err.println(
                    "No case is called " + cases + " or begins so (--list shows all), or --tf32 isn't on or off.");
            return CommandLine.ExitCode.USAGE;
        }
        if (list) {
            selected.forEach(c -> System.out.println(c.name()));
            return CommandLine.ExitCode.OK;
        }
        Optional<String> obstacle = engineObstacle();
        if (obstacle.isPresent()) {
            System.err.println(obstacle.get());
            return NO_ENGINE;
        }
        try {
            return check ? checkAll(selected) : onlySteps > 0 ? stepAll(selected) : measureAll(selected);
        } catch (PeerProcess.PeerException e) {
            System.err.println("PyTorch's side failed: " + e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private EngineRequest request() {
        Precision precision = tf32.equals("on") ? Precision.TF32 : Precision.FLOAT32;
        return new EngineRequest(engine, EngineSettings.DEFAULT.withPrecision(precision));
    }

    /** Why no case at all can be measured, said once; empty when the engine takes a model that every engine takes. */
    private Optional<String> engineObstacle() {
        try {
            Engines.choose(request(), Dl4jModels.product(GpuCases.small(GpuCases.SIMPLEST)));
            return Optional.empty();
        } catch (EngineException e) {
            return Optional.of(e.getMessage());
        }
    }

    private int checkAll(List<BenchmarkCase> selected) {
        GpuCheck checking = new GpuCheck(request(), tf32.equals("on") && engine.startsWith("cuda"));
        Failures failures = new Failures(System.err);
        for (BenchmarkCase benchmark : selected) {
            failures.guard(benchmark.name(), () -> System.out.println(checking.check(benchmark)));
        }
        return failures.end();
    }

    private int measureAll(List<BenchmarkCase> selected) {
        Failures failures = new Failures(System.err);
        try (Peer peer = new Peer(startPeer())) {
            GpuCheck checking = new GpuCheck(request(), tf32.equals("on") && engine.startsWith("cuda"));
            List<CaseResult> results = new ArrayList<>();
            Map<String, String> facts = facts(peer);
            Report report = new Report(facts, quick);
            List<Path> written = new ArrayList<>();
            for (BenchmarkCase benchmark : selected) {
                failures.guard(benchmark.name(), () -> {
                    checking.check(benchmark);
                    CaseResult result = measure(benchmark, peer, facts);
                    results.add(result);
                    System.out.println(result.line() + bandwidth(result, peer));
                    result.absent()
                            .forEach((side, why) ->
                                    System.err.println(side + " can't run " + benchmark.name() + ": " + why));
                    // whoever ends a long run early keeps what was measured until then
                    written.clear();
                    written.addAll(report.write(out, List.of(new Comparisons(results))));
                });
            }
            written.forEach(file -> System.err.println("written: " + file));
        }
        return failures.end();
    }

    /** Takes steps and times nothing: for whoever watches the kernels. */
    private int stepAll(List<BenchmarkCase> selected) {
        Failures failures = new Failures(System.err);
        for (BenchmarkCase benchmark : selected) {
            failures.guard(benchmark.name(), () -> {
                Workload workload = benchmark.workload();
                BatchData data = BatchData.of(workload);
                try (GpuSide ours = new GpuSide(request(), workload, Dl4jModels.product(workload), data, 0)) {
                    ours.run(onlySteps);
                    System.out.println("case=" + benchmark.name() + " steps=" + onlySteps + " loss=" + ours.loss());
                }
            });
        }
        return failures.end();
    }

    /**
     * The peer where there is one.
     *
     * @param process absent without a Python that has torch
     * @param name as it calls itself
     * @param copyBytesPerSecond read and written by a copy on the device; 0 when unknown
     */
    private record Peer(Optional<PeerProcess> process, String name, JsonNode facts, double copyBytesPerSecond)
            implements AutoCloseable {
        Peer(Optional<PeerProcess> process) {
            this(process, process.map(p -> p.ask("hello", Map.of())));
        }

        private Peer(Optional<PeerProcess> process, Optional<JsonNode> hello) {
            this(
                    process,
                    hello.map(h -> h.path("name").asText()).orElse(""),
                    hello.orElse(null),
                    process.map(p -> p.ask("copy", Map.of("bytes", COPIED_BYTES))
                                    .path("bytesPerSecond")
                                    .asDouble())
                            .orElse(0.0));
        }

        @Override
        public void close() {
            process.ifPresent(PeerProcess::close);
        }
    }

    private Optional<PeerProcess> startPeer() {
        if (python.isEmpty() || !Files.exists(Path.of(peerScript))) {
            System.err.println("Only ours is measured: no Python with torch, or no --peer-script, was given.");
            return Optional.empty();
        }
        List<String> command = new ArrayList<>(List.of(python, "-u", peerScript, "--tf32", tf32));
        if (peerDevice != null) {
            command.addAll(List.of("--device", peerDevice));
        }
        return Optional.of(new PeerProcess(command));
    }

    private Map<String, String> facts(Peer peer) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("commit", System.getProperty("benchmark.commit", "unknown"));
        facts.put("cpu", Cpu.detect().model());
        facts.put("jdk", System.getProperty("java.vm.name") + " " + Runtime.version());
        Gpus.detect().forEach(gpu -> facts.put("gpu " + gpu.name(), gpu.memory() + ", driver " + gpu.driver()));
        facts.put("tf32", tf32);
        facts.put("peer's batch", resident ? "lies on the device" : "copied from pinned memory in every step");
        if (peer.facts() != null) {
            facts.put("peer's device", peer.facts().path("device").asText());
            peer.facts()
                    .path("versions")
                    .properties()
                    .forEach(v -> facts.put("peer's " + v.getKey(), v.getValue().asText()));
            facts.put("device copy", String.format(Locale.ROOT, "%.0f GB/s", peer.copyBytesPerSecond() / GIGA));
        }
        return facts;
    }

    private CaseResult measure(BenchmarkCase benchmark, Peer peer, Map<String, String> facts) {
        Workload workload = benchmark.workload();
        BatchData data = BatchData.of(workload);
        ComputationGraph start = Dl4jModels.product(workload);
        boolean health = benchmark.name().startsWith(GpuCases.HEALTH);
        List<Side> sides = new ArrayList<>();
        Map<String, String> absent = new LinkedHashMap<>();
        try {
            GpuSide ours = new GpuSide(request(), workload, start, data, health ? HEALTH_EVERY : 0);
            sides.add(ours);
            facts.put("device", ours.device());
            if (health) {
                sides.add(new GpuSide(request(), workload, start, data, 0));
            } else {
                addPeers(workload, peer, sides, absent);
            }
            sides.forEach(Side::step);
            List<Double> losses = sides.stream().map(Side::loss).toList();
            List<Timing> timings = new Rounds(quick ? Effort.quick() : Effort.full()).measure(sides);
            List<CaseResult.SideResult> results = new ArrayList<>();
            for (int i = 0; i < sides.size(); i++) {
                results.add(new CaseResult.SideResult(sides.get(i).name(), timings.get(i), losses.get(i)));
            }
            return new CaseResult(benchmark, results, absent);
        } finally {
            sides.forEach(Side::close);
        }
    }

    private void addPeers(Workload workload, Peer peer, List<Side> sides, Map<String, String> absent) {
        if (peer.process().isEmpty()) {
            return;
        }
        for (String mode : modes) {
            try {
                sides.add(new PeerSide(peer.process().get(), peer.name(), mode, workload, !resident));
            } catch (PeerProcess.PeerException e) {
                absent.put(peer.name() + "-" + mode, e.getMessage());
            }
        }
    }

    /** What an update reads and writes, per second, and its share of what a copy does. */
    private static String bandwidth(CaseResult result, Peer peer) {
        if (!(result.benchmark().workload() instanceof Workload.Update update)) {
            return "";
        }
        Workload.Dense model = update.model();
        double parameters = (double) model.depth() * model.width() * model.width();
        double perSecond = parameters
                * UPDATE_BYTES_PER_PARAMETER
                * 1e3
                / result.ours().timing().median();
        String share = peer.copyBytesPerSecond() == 0
                ? ""
                : String.format(Locale.ROOT, " ofCopy=%.2f", perSecond / peer.copyBytesPerSecond());
        return String.format(Locale.ROOT, " gigabytesPerSecond=%.0f%s", perSecond / GIGA, share);
    }
}
