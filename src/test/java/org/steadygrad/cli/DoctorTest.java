package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.steadygrad.cli.DoctorReport.CudaState;
import org.steadygrad.cli.DoctorReport.EngineState;
import org.steadygrad.cli.DoctorReport.GpuState;
import org.steadygrad.cli.DoctorReport.Memory;
import org.steadygrad.cli.DoctorReport.Nd4jState;
import org.steadygrad.cli.DoctorReport.Processor;
import org.steadygrad.cli.DoctorReport.Software;
import org.steadygrad.engine.cuda.driver.CudaReport;
import org.steadygrad.engine.cuda.recurrent.RecurrentChoices.Choice;

class DoctorTest {
    private static final CudaReport NO_CUDA = new CudaReport(
            CudaReport.Findings.of(new CudaReport.Problem("No driver is there.", "Install one.")),
            new CudaReport.VersionState("13.1-9.19-1.5.13", "", "", ""),
            List.of(new CudaReport.LibraryState("libcudart.so.13", "", "", "not found", "nvidia-cuda-runtime==13", "")),
            List.of(),
            List.of(new CudaReport.Place("LD_LIBRARY_PATH", List.of("/opt/a", "/opt/b"))));

    private static final CudaReport TWO_GPUS = new CudaReport(
            CudaReport.Findings.none(),
            new CudaReport.VersionState("13.1-9.19-1.5.13", "13.0", "580.82.07", "13.1"),
            List.of(new CudaReport.LibraryState(
                    "libcudart.so.13", "13.1", "/opt/cuda/libcudart.so.13", "", "", "nvidia-cuda-runtime 13.1.80")),
            List.of(
                    new CudaReport.GpuState(0, "NVIDIA H200", "9.0", 141L << 30, 132, ""),
                    new CudaReport.GpuState(1, "GTX 1080", "6.1", 8L << 30, 20, "it is too old.")),
            List.of());

    private static final Choice CHOICE =
            new Choice("GRU T512 H128", "NVIDIA H200", "cuDNN 9.19", "persistent", Map.of("persistent", 0.4121));

    @Test
    void tellsWhatOfCudaThereIs() {
        EngineState cuda = new EngineState("cuda", true, "CUDA 13.1");
        List<GpuState> gpus = DoctorReport.findGpus(List.of(cuda), TWO_GPUS);
        String text = print(report(List.of(cuda), TWO_GPUS, gpus, "cuda"));
        assertTrue(text.contains("driver        580.82.07, runs CUDA up to 13.0"), text);
        assertTrue(
                text.contains(
                        "ok      library       libcudart.so.13 13.1 /opt/cuda/libcudart.so.13 (nvidia-cuda-runtime 13.1.80)"),
                text);
        assertTrue(text.contains("cuda:0 NVIDIA H200: 141.0 GiB, 132 multiprocessors, compute capability 9.0"), text);
        assertTrue(text.contains("ok      cuda          can use it"), text);
        assertTrue(text.contains("missing cuda          device 1 (GTX 1080) can't be used: it is too old."), text);
        String dl4j = "missing dl4j          nd4j-cuda-11.6 holds machine code for compute capability 3.7 to 8.9 only";
        assertTrue(text.contains(dl4j), text);
        assertTrue(text.contains("org.nd4j:nd4j-cuda-11.6 is not on the class path: build with"), text);
    }

    @Test
    void bindingsAreThoseOfTheBuild() {
        Map<String, String> bindings = DoctorReport.collect().software().bindings();
        assertEquals(Set.of("javacpp", "dnnl", "openblas", "opencl", "cuda"), bindings.keySet());
        String javacpp = bindings.get("javacpp");
        assertTrue(
                Stream.of("dnnl", "openblas", "opencl")
                        .allMatch(name -> bindings.get(name).endsWith(javacpp)),
                () -> "JavaCPP warns on every start: " + bindings);
    }

    @Test
    void placesAreDetails() throws IOException {
        DoctorReport report = report(List.of(), NO_CUDA, List.of(), "cpu");
        String text = print(report);
        assertTrue(text.contains("missing CUDA          No driver is there. Install one."), text);
        assertTrue(text.contains("bindings      dnnl 3.11-1.5.13\n"), text);
        assertFalse(text.contains("/opt/a") || text.contains("persistent"), text);
        assertTrue(text.contains("missing library       libcudart.so.13: not found"), text);
        String details = print(report, true);
        assertTrue(details.contains("looked in     LD_LIBRARY_PATH: /opt/a /opt/b"), details);
        assertTrue(
                details.contains(
                        "recurrent     GRU T512 H128 on NVIDIA H200, cuDNN 9.19: persistent (persistent 0.412 ms)"),
                details);
        JsonNode json = new ObjectMapper().readTree(DoctorCommand.toJson(report));
        assertEquals(
                "No driver is there. Install one.", json.at("/cuda/problem").asText());
        assertEquals("3.11-1.5.13", json.at("/software/bindings/dnnl").asText());
        assertEquals("/opt/b", json.at("/cuda/places/0/folders/1").asText());
        assertEquals("13.1-9.19-1.5.13", json.at("/cuda/versions/bindings").asText());
        assertEquals("not found", json.at("/cuda/libraries/0/problem").asText());
    }

    private static CudaReport failing(int error, String runtime, CudaReport.Problem... problems) {
        return new CudaReport(
                new CudaReport.Findings(
                        List.of(problems),
                        Optional.of(new CudaReport.Problem("No cuDNN.", "pip install it.")),
                        error,
                        List.of("There is .venv.")),
                new CudaReport.VersionState("13.1-9.19-1.5.13", "", "", runtime),
                List.of(
                        new CudaReport.LibraryState("libcuda.so.1", "", "/lib/libcuda.so.1", "", "", ""),
                        new CudaReport.LibraryState(
                                "libcublas.so.13", "", "", "not found", "nvidia-cublas==13.1.0.3", "")),
                List.of(),
                List.of());
    }

    @Test
    void allThatIsMissingIsListedAndADriverThatFailsIsNotTakenForNone() throws IOException {
        CudaReport.Problem driver = new CudaReport.Problem("The GPUs are not ready.", "Wait.");
        CudaReport.Problem blas = new CudaReport.Problem("No cuBLAS.", "Install it.");
        CudaReport cuda = failing(802, "13.0", driver, blas);
        EngineState engine = new EngineState("cuda", false, cuda.obstacle(0).orElseThrow());
        DoctorReport report = report(List.of(engine), cuda, List.of(), "");
        String text = print(report);
        for (String line : List.of(
                "missing cuda          can't be used: see CUDA below",
                "missing CUDA          The GPUs are not ready. Wait.",
                "missing CUDA          No cuBLAS. Install it.",
                "missing cuDNN         No cuDNN. pip install it. All models run without it",
                "note          There is .venv.",
                "missing library       libcublas.so.13: not found; pip install nvidia-cublas==13.1.0.3 brings it",
                "missing not listed    the driver answers with error 802 instead: see CUDA above")) {
            assertTrue(text.contains(line), () -> "\"" + line + "\" in: " + text);
        }
        JsonNode json = new ObjectMapper().readTree(DoctorCommand.toJson(report));
        assertEquals(802, json.at("/cuda/driverError").asInt());
        assertEquals("Install it.", json.at("/cuda/problems/1/remedy").asText());
        assertEquals("No cuDNN.", json.at("/cuda/dnn/what").asText());
        assertEquals("There is .venv.", json.at("/cuda/notes/0").asText());
        assertEquals(
                "nvidia-cublas==13.1.0.3",
                json.at("/cuda/libraries/1/broughtBy").asText());
        String unasked = print(report(List.of(engine), failing(0, "", blas), List.of(), ""));
        assertTrue(unasked.contains("not listed    a driver is there, and what would ask it is missing"), unasked);
        String none = print(report(List.of(engine), NO_CUDA, List.of(), ""));
        assertTrue(none.contains("none          no NVIDIA GPU, or no driver, was found"), none);
    }

    @Test
    void withoutLibrariesTheDriversGpusAreListed() {
        EngineState cuda = new EngineState("cuda", false, "no cuDNN");
        for (GpuState gpu : DoctorReport.findGpus(List.of(cuda), NO_CUDA)) {
            assertEquals(cuda, gpu.usedBy().get(0), "the engine's own reason");
        }
    }

    @Test
    void theReportOfThisMachineIsComplete() throws IOException {
        JsonNode json = new ObjectMapper().readTree(DoctorCommand.toJson(DoctorReport.collect()));
        assertTrue(json.at("/cpu/logicalCores").asInt() > 0);
        assertTrue(json.at("/memory/total").asLong() > 0);
        assertTrue(json.at("/memory/heapLimit").asLong() > 0);
        assertEquals("1.0.0-M2.1", json.at("/nd4j/version").asText());
        assertEquals("CpuBackend", json.at("/nd4j/loaded").asText());
        assertEquals("CpuBackend", json.at("/nd4j/backends/0").asText());
        assertEquals(1, json.at("/nd4j/backends").size(), "the chooser of the build is not a back end");
        assertEquals("OPENBLAS", json.at("/nd4j/blas").asText());
        assertTrue(json.at("/gpus").isArray());
        assertTrue(json.at("/engines").findValuesAsText("name").contains("dl4j"));
        assertFalse(json.at("/auto").asText().isEmpty());
    }

    @Test
    void saysWhyEnginesAndGpusAreNotUsable() {
        EngineState cuda = new EngineState("cuda", false, "no driver is installed");
        EngineState dl4j = new EngineState("dl4j", true, "ND4J on CpuBackend");
        GpuState gpu = new GpuState("NVIDIA H200", "9.0", "", "", List.of(cuda));
        String text = print(report(List.of(cuda, dl4j), List.of(gpu), "dl4j"));
        assertTrue(text.contains("missing cuda          no driver is installed"), text);
        assertTrue(text.contains("ok      dl4j          ND4J on CpuBackend"), text);
        assertTrue(text.contains("NVIDIA H200: compute capability 9.0"), text);
        String verdict = text.stripTrailing().lines().reduce((a, b) -> b).orElse("");
        assertEquals("--engine auto takes dl4j here, for every model that it supports. Not usable: cuda.", verdict);
        assertFalse(text.contains("\u001b"), "no colours where there is no terminal");
    }

    @Test
    void saysSoWhenNothingCanBeUsed() {
        String text = print(report(List.of(new EngineState("dl4j", false, "no back end")), List.of(), ""));
        assertTrue(text.contains("No engine can be used here"), text);
    }

    private static DoctorReport report(List<EngineState> engines, List<GpuState> gpus, String auto) {
        return report(engines, NO_CUDA, gpus, auto);
    }

    private static DoctorReport report(List<EngineState> engines, CudaReport cuda, List<GpuState> gpus, String auto) {
        return new DoctorReport(
                "1.0",
                new Processor("some", List.of(), 0, 2),
                new Memory(1L << 34, 1L << 33, 1L << 32, 1L << 32, 1L << 20),
                new Software("Linux", "amd64", "17", "/jdk", Map.of("dnnl", "3.11-1.5.13")),
                new Nd4jState("1", List.of(), "", "", "base", "it is", "", "none found"),
                engines,
                CudaState.of(cuda, List.of(CHOICE)),
                gpus,
                auto);
    }

    private static String print(DoctorReport report) {
        return print(report, false);
    }

    private static String print(DoctorReport report, boolean details) {
        StringWriter text = new StringWriter();
        new DoctorText(new PrintWriter(text), false, 120).print(report, details);
        return text.toString();
    }
}
