package org.steadygrad.firstlight;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** What the machine has: CUDA as the engine sees it, the driver, PyTorch, tools; everything with its version. */
record ProbePart(Bundle bundle) implements Part {
    static final String NAME = "probe";
    /** Fact: why the engine can't be used; "" when it can. */
    static final String OBSTACLE = "obstacle";
    /** Fact: whether every library was found and loaded, whatever the driver said then. */
    static final String LOADED = "loaded";
    /** Fact: PyTorch's version; "" without it. */
    static final String TORCH = "torch";
    /** Fact: names of the devices that the engine can use. */
    static final String DEVICES = "devices";

    private static final String DOCTOR = "doctor";
    private static final List<String> TOOLS = List.of("ncu", "compute-sanitizer", "nvcc");
    private static final String VERSIONS_OF_TORCH =
            "import torch; print(torch.__version__, 'CUDA', torch.version.cuda, 'cuDNN', torch.backends.cudnn.version())";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String title() {
        return "Probe and versions";
    }

    @Override
    public Duration share() {
        return Duration.ofSeconds(25);
    }

    @Override
    public void work(Workplace workplace) throws IOException, InterruptedException {
        int code = workplace.execute(DOCTOR, bundle.command("doctor", "--json"));
        if (code != 0) {
            workplace.faulty("doctor ended with " + code + ": " + workplace.lastWords(DOCTOR));
        }
        if (!bundle.python().isEmpty()) {
            workplace.execute(TORCH, List.of(bundle.python(), "-c", VERSIONS_OF_TORCH));
        }
        optional(workplace, "nvidia-smi", List.of("nvidia-smi"));
        for (String tool : TOOLS) {
            optional(workplace, tool, List.of(tool, "--version"));
        }
    }

    /** A program that may be missing. */
    private static void optional(Workplace workplace, String name, List<String> command) throws InterruptedException {
        try {
            workplace.execute(name, command);
        } catch (IOException e) {
            workplace.fact(name, "not there");
        }
    }

    @Override
    public void read(Workplace workplace) throws IOException {
        JsonNode doctor = new ObjectMapper().readTree(String.join("\n", Workplace.lines(workplace.output(DOCTOR))));
        if (doctor.isMissingNode()) {
            // whether the engine can be used isn't known then
            return;
        }
        JsonNode cuda = doctor.path("cuda");
        String problem = cuda.path("problem").asText();
        workplace.fact(OBSTACLE, problem);
        if (!problem.isEmpty()) {
            workplace.impossible(problem);
        }
        cuda.path("versions")
                .properties()
                .forEach(version ->
                        workplace.fact(version.getKey(), version.getValue().asText()));
        libraries(workplace, cuda);
        List<String> devices = new ArrayList<>();
        doctor.path("gpus").forEach(gpu -> devices.add(gpu.path("name").asText()));
        workplace.fact(DEVICES, devices);
        workplace.fact(TORCH, String.join(" ", Workplace.lines(workplace.output(TORCH))));
        for (String tool : TOOLS) {
            List<String> said = Workplace.lines(workplace.output(tool));
            if (!said.isEmpty()) {
                workplace.fact(tool, said.get(said.size() - 1).strip());
            }
        }
    }

    private static void libraries(Workplace workplace, JsonNode cuda) {
        List<String> libraries = new ArrayList<>();
        // without a driver nothing is loaded, and no runtime tells its version
        boolean loaded = !cuda.at("/versions/runtime").asText().isEmpty();
        for (JsonNode library : cuda.path("libraries")) {
            StringJoiner words = new StringJoiner(" ");
            for (String part : List.of("name", "version", "file", "wheel", "problem")) {
                String text = library.path(part).asText();
                if (!text.isEmpty()) {
                    words.add(text);
                }
            }
            loaded &= library.path("problem").asText().isEmpty();
            libraries.add(words.toString());
        }
        workplace.fact("libraries", libraries);
        workplace.fact(LOADED, loaded && !libraries.isEmpty());
    }
}
