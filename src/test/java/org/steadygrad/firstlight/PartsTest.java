package org.steadygrad.firstlight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.firstlight.Report.Judged;
import org.steadygrad.firstlight.TestFeed.Outcome;

/** What the parts make of what programs say, with a script in place of the bundle's. */
class PartsTest {
    @TempDir
    private Path folder;

    @Test
    void testsThatEndedCountAlsoWhenTheRunBroke() {
        TestFeed feed = TestFeed.read(List.of(
                "JUnit Jupiter > ATest > one() :: STARTED",
                "JUnit Jupiter > ATest > one() :: SUCCESSFUL",
                "JUnit Jupiter > ATest > two > [1] x > 3 :: STARTED",
                "\torg.opentest4j.AssertionFailedError: no",
                "JUnit Jupiter > ATest > two > [1] x > 3 :: FAILED",
                "JUnit Jupiter > BTest > three() :: STARTED",
                "JUnit Jupiter > BTest > three() :: ABORTED",
                "JUnit Jupiter > BTest > four() :: SKIPPED",
                "JUnit Jupiter > BTest > five() :: STARTED"));
        assertEquals(List.of("ATest > one()"), feed.with(Outcome.PASSED));
        assertEquals(List.of("ATest > two > [1] x > 3"), feed.with(Outcome.FAILED));
        assertEquals(2, feed.count(Outcome.SKIPPED));
        assertEquals(Optional.of("BTest > five()"), feed.unfinished());
    }

    @Test
    void sanitizersSummariesAreAdded() {
        assertEquals(
                5L,
                SanitizerPart.errors(List.of(
                        "========= COMPUTE-SANITIZER",
                        "========= ERROR SUMMARY: 2 errors",
                        "========= RACECHECK SUMMARY: 3 hazards displayed (1 error, 2 warnings)")));
        assertEquals(0L, SanitizerPart.errors(List.of("========= ERROR SUMMARY: 0 errors")));
        assertNull(SanitizerPart.errors(List.of("========= Error: no device")), "nothing was counted");
    }

    @Test
    void tablesLinesAreRead() {
        Map<String, Map<String, Double>> cases = TablePart.cases(List.of(
                "case=update_25M engine=cuda ms=0.500 gflops=0.0 peer=pytorch-eager ms=1.000 ratio=0.500"
                        + " peer=pytorch-graph ms=0.625 ratio=0.800 gigabytesPerSecond=1600 ofCopy=0.40",
                "something else",
                "case=gru_T784_B64_I1_H128 engine=cuda ms=2.000 gflops=1.0"));
        assertEquals(Map.of("ours", 0.5, "pytorch-eager", 0.5, "pytorch-graph", 0.8), cases.get("update_25M"));
        assertEquals(Map.of("ours", 2.0), cases.get("gru_T784_B64_I1_H128"));
    }

    @Test
    void kernelsTimesAreAddedAndTheLongestComesFirst() {
        Map<String, Double> times = ProfilePart.times(List.of(
                "==PROF== Connected to process 12",
                "\"ID\",\"Kernel Name\",\"Grid Size\",\"gpu__time_duration.sum\"",
                "\"\",\"\",\"\",\"ns\"",
                "\"0\",\"update_step(float *, const float *)\",\"(1, 1, 1)\",\"1,000\"",
                "\"1\",\"lstm_forward\",\"(8, 1, 1)\",\"2500\"",
                "\"2\",\"update_step(float *, const float *)\",\"(1, 1, 1)\",\"700\""));
        assertEquals(List.of("lstm_forward", "update_step"), List.copyOf(times.keySet()));
        assertEquals(1700, times.get("update_step"));
        assertEquals(Map.of(), ProfilePart.times(List.of("==ERROR== ERR_NVGPUCTRPERM")));
    }

    @Test
    void theCaseFarthestFromItsTargetIsProfiled() {
        Map<String, Object> table = Map.of(
                TablePart.CASES,
                Map.of(
                        "update_25M", Map.of("ours", 1.0, "pytorch-graph", 0.9),
                        "gru_T784_B64_I1_H128", Map.of("ours", 1.0, "pytorch-eager", 0.1, "pytorch-graph", 0.4)));
        assertEquals(
                Optional.of("gru_T784_B64_I1_H128"),
                ProfilePart.farthest(part -> part.equals("table") ? table : Map.of()));
        assertEquals(Optional.empty(), ProfilePart.farthest(part -> Map.of()));
    }

    @Test
    void timesAreRead() {
        assertEquals(Duration.ofMinutes(8), FirstLightCommand.time("8m"));
        assertEquals(Duration.ofSeconds(90), FirstLightCommand.time("90s"));
        assertEquals(Duration.ofSeconds(90), FirstLightCommand.time("1.5"));
        assertNull(FirstLightCommand.time("soon"));
    }

    @Test
    void classesThatAreKnownToBeSlowAreThere() throws IOException {
        try (var files = Files.walk(Path.of("src/test/java"))) {
            Set<String> names = files.map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toSet());
            assertTrue(
                    names.containsAll(FastestFirst.SLOW), "a class of tests has another name than FastestFirst knows");
        }
    }

    /** What the bundle's script and the machine's tools would say, by their arguments. */
    private Bundle script(String text) throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "the bundle is a shell script");
        Path file = Files.writeString(folder.resolve("run"), "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return new Bundle(file, "");
    }

    private Map<String, Judged> promises(Bundle bundle) throws IOException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Path out = folder.resolve("out");
        List<Part> parts = FirstLightCommand.parts(bundle);
        // without the tools that this machine may have
        Map<String, String> environment = Map.of("PATH", "/bin:/usr/bin");
        new FirstLight(parts, Promises.all(), out, environment, "a version", nowhere)
                .run(Duration.ofMinutes(5), Set.of());
        List<PartResult> results = new java.util.ArrayList<>();
        for (Part part : parts) {
            results.add(new com.fasterxml.jackson.databind.ObjectMapper()
                    .treeToValue(
                            new com.fasterxml.jackson.databind.ObjectMapper()
                                    .readTree(out.resolve(part.name() + ".json").toFile())
                                    .path("result"),
                            PartResult.class));
        }
        results.forEach(result -> states.put(result.name(), result));
        Map<String, Judged> judged = new LinkedHashMap<>();
        Report.of("a version", results, Promises.all()).promises().forEach(p -> judged.put(p.promise(), p));
        return judged;
    }

    private final Map<String, PartResult> states = new LinkedHashMap<>();

    @Test
    void onAMachineWithoutAGpuEveryPartSaysSoAndNoPromiseIsBroken() throws IOException {
        Bundle bundle = script(
                """
                case $1 in
                    doctor) echo '{"cuda": {"problem": "No driver.", "versions": {"runtime": "13.0"}}, "gpus": []}' ;;
                    gpu-tests) echo "run: all tests were skipped: No driver." >&2; exit 3 ;;
                    gpu-bench) echo "Engine cuda can't be used: No driver." >&2; exit 3 ;;
                    train) echo "Error: no driver" >&2; exit 1 ;;
                esac
                """);
        Map<String, Judged> promises = promises(bundle);
        promises.values().forEach(p -> assertEquals("not reached", p.verdict(), p.promise()));
        states.values().forEach(part -> assertEquals(PartResult.State.IMPOSSIBLE, part.state(), part.toString()));
        assertEquals("No driver.", states.get("probe").sentence());
        assertEquals("13.0", states.get("probe").facts().get("runtime"));
        assertTrue(states.get("contract").sentence().endsWith("all tests were skipped: No driver."));
        assertTrue(states.get("table").sentence().endsWith("No driver."));
        assertTrue(states.get("char-gru").sentence().contains("no driver"));
    }

    @Test
    void aDriverThatRefusesIsNoFaultOfTheLibraries() throws IOException {
        String doctor =
                """
                [ $1 = doctor ] || exit 3
                echo '{"cuda": {"problem": "The GPUs are not ready.", "versions": {"runtime": "%s"}, "libraries": [
                    {"name": "libcuda.so.1", "version": "", "file": "/lib/libcuda.so.1", "problem": "", "wheel": ""},
                    {"name": "libcublas.so.13", "version": "13.1.0", "file": "/w/libcublas.so.13", "problem": "%s",
                     "wheel": "nvidia-cublas 13.1.0.3"}]}, "gpus": []}'
                """;
        String promise = "CUDA's libraries are found where PyTorch keeps them, and load.";
        Judged loaded = promises(script(doctor.formatted("13.0", ""))).get(promise);
        assertEquals("seen", loaded.verdict());
        assertEquals("all of them, and then: The GPUs are not ready.", loaded.detail());
        assertEquals(
                List.of(
                        "libcuda.so.1 /lib/libcuda.so.1",
                        "libcublas.so.13 13.1.0 /w/libcublas.so.13 nvidia-cublas 13.1.0.3"),
                states.get("probe").facts().get("libraries"));
        for (String other : List.of(doctor.formatted("", ""), doctor.formatted("13.0", "not found"))) {
            assertEquals("not reached", promises(script(other)).get(promise).verdict(), other);
        }
    }

    @Test
    void whatIsSeenAndWhatIsWrongStandsInTheReport() throws IOException {
        Bundle bundle = script(
                """
                feed() { mkdir -p "$OUT/gpu-tests"; for test; do echo "JUnit Jupiter > $test" >>"$OUT/gpu-tests/tests.txt"; done; }
                case $1 in
                    doctor) echo '{"cuda": {"problem": ""}, "gpus": [{"name": "a GPU"}]}' ;;
                    gpu-tests)
                        case "$*" in
                            *Golden*select*) ;;
                            *include-classname*) feed "CudaGoldenTest > gru :: SUCCESSFUL" ;;
                            *) feed "CudaEngineContractTest > a() :: SUCCESSFUL" "DnnRunTest > b() :: FAILED"; exit 1 ;;
                        esac ;;
                    gpu-bench)
                        echo "case=update_25M engine=cuda ms=1.0 gflops=0 peer=pytorch-eager ms=2 ratio=0.500"
                        echo "case=rnn_tanh_T1000_B16_I8_H64 engine=cuda ms=1.0 gflops=0 peer=pytorch-graph ms=2 ratio=0.500" ;;
                    train)
                        while [ "$1" != --out ]; do case $1 in cuda | dl4j) engine=$1 ;; esac; shift; done
                        mkdir -p "$2"
                        for i in $(seq 1 50); do
                            loss=2.0; [ "$engine$i" != cuda45 ] || loss='"NaN"'
                            echo "{\\"iteration\\": $i, \\"loss\\": $loss}" >>"$2/metrics.jsonl"
                        done ;;
                esac
                """);
        Map<String, Judged> promises = promises(bundle);
        Map<String, String> verdicts = new LinkedHashMap<>();
        promises.forEach((text, p) -> verdicts.put(text.split(" ")[0] + " " + text.split(" ")[1], p.verdict()));
        assertEquals("seen", verdicts.get("CUDA's libraries"));
        assertEquals("seen", verdicts.get("Recurrent and"));
        assertEquals("seen", verdicts.get("Losses and"));
        assertEquals("wrong", verdicts.get("cuDNN's layers"));
        assertEquals("not reached", verdicts.get("One seed"));
        assertEquals("seen", verdicts.get("update_25M takes"));
        assertEquals("wrong", verdicts.get("rnn_tanh_T1000_B16_I8_H64 takes"));
        assertEquals("not reached", verdicts.get("gru_T784_B64_I1_H128 takes"));
        assertEquals("wrong", verdicts.get("A run"), "NaN on one side is no agreement");
        assertEquals(PartResult.State.FAULTY, states.get("contract").state());
        assertFalse(states.get("contract").sentence().isEmpty());
    }
}
