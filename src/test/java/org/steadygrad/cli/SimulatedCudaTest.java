package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.engine.cuda.driver.CudaSimulator;

/** Commands on simulated machines with a GPU, each in a process of its own: some have little memory, some lose it. */
@Tag("simulated")
class SimulatedCudaTest {
    private static final String YAML =
            """
            name: child
            data: {kind: adding, length: 8, examples: 80, validationExamples: 9}
            model: {layers: [gru: {units: 9, dropout: 0.1}]}
            training: {batch: 8, epochs: 3, validateEvery: 7}
            """;
    private static final int SECONDS = 180;

    @TempDir
    Path folder;

    /** Where CUDA's libraries are; null for all of the simulated machine's. */
    private Path libraries;

    /** One more option for Java. */
    private String further = "-Dfurther=none";

    /** @param err with line breaks as spaces */
    private record Ended(int code, String out, String err) {}

    @BeforeAll
    static void build() {
        assumeTrue(CudaSimulator.available(), () -> CudaSimulator.whyNot().orElseThrow());
        CudaSimulator.folder();
    }

    private Ended run(Map<String, String> machine, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:ErrorFile=" + folder.resolve("crash"),
                "-Dsteadygrad.cuda.path=" + (libraries == null ? CudaSimulator.folder() : libraries),
                further,
                "-Dsteadygrad.cuda.measure=false",
                "-Dsteadygrad.cache=" + System.getProperty("steadygrad.cache", folder.toString()),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("stdout");
        Path err = folder.resolve("stderr");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().putAll(machine);
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), "the program should have ended");
        } finally {
            process.destroyForcibly();
        }
        assertFalse(Files.exists(folder.resolve("crash")), "the program crashed");
        return new Ended(
                process.exitValue(),
                Files.readString(out),
                Files.readString(err).replaceAll("\\s+", " "));
    }

    private Ended train(Map<String, String> machine, String... further) throws IOException, InterruptedException {
        Path runFile = Files.writeString(folder.resolve("run.yaml"), YAML);
        List<String> arguments = new ArrayList<>(List.of(
                "train", runFile.toString(), "--out", folder.resolve("out").toString()));
        arguments.addAll(List.of(further));
        return run(machine, arguments.toArray(new String[0]));
    }

    private JsonNode result() throws IOException {
        return new ObjectMapper().readTree(folder.resolve("out/run.json").toFile());
    }

    private static String error(Ended ended) {
        assertEquals(1, ended.code(), ended.err());
        assertFalse(ended.err().contains("Exception") || ended.err().contains(" at org."), ended.err());
        return ended.err().substring(ended.err().indexOf("Error: "));
    }

    @Test
    void aRunWhoseDeviceIsLostGoesOnElsewhere() throws IOException, InterruptedException {
        String error = error(train(Map.of("CUDASIM_FAIL_LAUNCH", "600"), "--engine", "cuda"));
        assertTrue(error.contains("the device was lost"), error);
        String kept = error.replaceAll(
                ".*The newest checkpoint is iteration-(\\d+).zip; continue from it with --resume.*", "$1");
        int iteration = Integer.parseInt(kept.strip());
        assertTrue(iteration >= 7 && iteration < 30, error);
        assertFalse(Files.exists(folder.resolve("out/run.json")));
        Ended resumed = train(Map.of(), "--engine", "cpu", "--resume");
        assertEquals(0, resumed.code(), resumed.err());
        assertTrue(resumed.err().contains("resumed at iteration " + iteration), resumed.err());
        assertEquals("cpu", result().get("engine").asText());
        assertEquals(30, result().get("iterations").asInt());
        assertTrue(result().get("completed").asBoolean());
    }

    @Test
    void aDeviceThatIsLostAtOnceLeavesNoCheckpoint() throws IOException, InterruptedException {
        String error = error(train(Map.of("CUDASIM_FAIL_LAUNCH", "3"), "--engine", "cuda"));
        assertTrue(error.endsWith("No checkpoint was written. "), error);
    }

    @Test
    void aBatchThatIsTooLargeSaysWhatWouldFit() throws IOException, InterruptedException {
        String[] large = {
            "--engine",
            "cuda",
            "--set",
            "data.length=500",
            "--set",
            "training.batch=40",
            "--set",
            "model.layers=[gru: {units: 64}]"
        };
        Map<String, String> machine = Map.of("CUDASIM_MEMORY", "48000000");
        String error = error(train(machine, large));
        assertTrue(error.contains("a batch of 40 examples and 500 time steps needs about"), error);
        int fits = Integer.parseInt(error.replaceAll(".*A batch of about (\\d+) examples would fit.*", "$1"));
        assertTrue(fits > 0 && fits < 40, error);
        List<String> smaller = new ArrayList<>(List.of(large));
        smaller.addAll(List.of("--set", "training.batch=" + fits, "--set", "training.iterations=2"));
        Files.move(folder.resolve("out"), folder.resolve("failed"));
        Ended ended = train(machine, smaller.toArray(new String[0]));
        assertEquals(0, ended.code(), ended.err());
    }

    @Test
    void autoTakesTheCpuWhereTheDeviceIsFull() throws IOException, InterruptedException {
        Map<String, String> machine = Map.of("CUDASIM_MEMORY", "1000000");
        String error = error(train(machine, "--engine", "cuda"));
        assertTrue(error.contains("1.0 MiB are free on Simulated CUDA device 0, too little for an engine"), error);
        Ended ended = train(machine, "--engine", "auto");
        assertEquals(0, ended.code(), ended.err());
        assertTrue(ended.err().startsWith("engine cuda not used: 1.0 MiB are free on"), ended.err());
        assertEquals("cpu", result().get("engine").asText());
        assertEquals("float32", result().get("precision").asText());
    }

    /** A context alone takes hundreds of MiB. */
    @Test
    void aDeviceThatOthersHaveIsPassedOver() throws IOException, InterruptedException {
        Map<String, String> full = Map.of("CUDASIM_MEMORY", "1000000", "CUDASIM_CONTEXT", "2000000");
        String error = error(train(full, "--engine", "cuda"));
        assertTrue(error.contains("too little memory is free on device 0 for a program's context"), error);
        Map<String, String> taken = Map.of("CUDASIM_TAKEN", "0", "CUDASIM_DEVICES", "2");
        error = error(train(taken, "--engine", "cuda"));
        assertTrue(error.contains("the device is taken by another program or may not be used"), error);
        assertTrue(error.contains("cudaErrorDevicesUnavailable") && error.contains("nvidia-smi -c DEFAULT"), error);
        Ended ended = train(taken, "--engine", "auto");
        assertEquals(0, ended.code(), ended.err());
        assertTrue(ended.err().startsWith("engine cuda not used: the device is taken by another program"), ended.err());
        assertEquals("cpu", result().get("engine").asText());
        Files.move(folder.resolve("out"), folder.resolve("first"));
        ended = train(taken, "--engine", "cuda:1");
        assertEquals(0, ended.code(), ended.err());
    }

    /** Numbers are those of what the variable shows. */
    @Test
    void hiddenDevicesAreToldOf() throws IOException, InterruptedException {
        Map<String, String> machine = Map.of("CUDASIM_DEVICES", "3", "CUDA_VISIBLE_DEVICES", "2,0,7,1");
        Ended doctor = run(machine, "doctor");
        String text = doctor.out().replaceAll("\\s+", " ");
        assertTrue(text.contains("cuda:0 Simulated CUDA device 2: "), text);
        assertTrue(text.contains("cuda:1 Simulated CUDA device 0: "), text);
        assertTrue(text.contains("CUDA_VISIBLE_DEVICES is \"2,0,7,1\": numbers count the devices that it names"), text);
        String error = error(train(machine, "--engine", "cuda:2"));
        assertTrue(error.contains("there is no CUDA device 2 here, but 2: 0 (Simulated CUDA device 2), 1 "), error);
        assertTrue(error.contains("CUDA_VISIBLE_DEVICES is \"2,0,7,1\""), error);
        error = error(train(Map.of("CUDA_VISIBLE_DEVICES", "-1"), "--engine", "cuda"));
        assertTrue(error.contains("CUDA_VISIBLE_DEVICES is \"-1\", which hides all GPUs"), error);
    }

    @Test
    void doctorKnowsTheMachine() throws IOException, InterruptedException {
        Ended text = run(Map.of("CUDASIM_DEVICES", "2", "CUDASIM_CC", "120"), "doctor");
        assertEquals(0, text.code(), text.err());
        assertTrue(text.out().contains("ok      cuda          CUDA 13.1, cuDNN 9.19.0 on device 0"), text.out());
        assertTrue(text.out().contains("cuda:1 Simulated CUDA device 1: 2.0 GiB, 5 multiprocessors"), text.out());
        assertTrue(text.out().contains("--engine auto takes cuda here"), text.out());
        Ended json = run(Map.of("CUDASIM_DRIVER", "12080"), "doctor", "--json");
        assertEquals(0, json.code(), json.err());
        JsonNode report = new ObjectMapper().readTree(json.out());
        assertEquals("cpu", report.at("/auto").asText());
        assertTrue(report.at("/cuda/problem").asText().contains("driver"), json.out());
        assertEquals(35, report.at("/cuda/driverError").asInt());
        String none = run(Map.of("CUDASIM_DEVICES", "0"), "doctor").out().replaceAll("\\s+", " ");
        assertTrue(none.contains("not listed the driver answers with error 100 instead"), none);
        assertTrue(none.contains("libcudnn.so.9 9.19.0 " + CudaSimulator.folder()), none);
    }

    /** A folder with the simulated machine's libraries, apart from some. */
    private Path without(String start) throws IOException {
        Path part = Files.createDirectories(folder.resolve("part"));
        try (Stream<Path> all = Files.list(CudaSimulator.folder())) {
            for (Path file : all.filter(f -> !f.getFileName().toString().startsWith(start))
                    .toList()) {
                Files.createSymbolicLink(part.resolve(file.getFileName()), file);
            }
        }
        return part;
    }

    @Test
    void modelsTrainWithoutDnn() throws IOException, InterruptedException {
        libraries = without("libcudnn");
        String doctor = run(Map.of(), "doctor").out().replaceAll("\\s+", " ");
        assertTrue(doctor.contains("ok cuda CUDA 13.1 without cuDNN"), doctor);
        assertTrue(doctor.contains("missing cuDNN Missing for CUDA 13: cuDNN"), doctor);
        Ended ended = train(Map.of(), "--engine", "cuda", "--set", "training.iterations=3");
        assertEquals(0, ended.code(), ended.err());
        assertEquals("cuda", result().get("engine").asText());
        Files.move(folder.resolve("out"), folder.resolve("first"));
        further = "-Dsteadygrad.cuda.recurrent=cudnn";
        String error = error(train(Map.of(), "--engine", "cuda", "--set", "training.iterations=3"));
        assertTrue(error.contains("layer gru"), error);
        assertTrue(error.contains("pip install nvidia-cudnn-cu13==9.19.0.56"), error);
        try (Stream<Path> links = Files.list(libraries)) {
            links.forEach(link -> link.toFile().delete());
        }
    }
}
