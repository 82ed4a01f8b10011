package org.steadygrad.engine.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steadygrad.engine.cuda.driver.CudaReport.Findings;
import org.steadygrad.engine.cuda.driver.CudaReport.GpuState;
import org.steadygrad.engine.cuda.driver.CudaReport.Problem;
import org.steadygrad.engine.cuda.driver.CudaReport.VersionState;

class CudaReportTest {
    private static final Bindings CUDA_13 = Bindings.parse("13.1-9.19-1.5.13").orElseThrow();
    private static final Bindings CUDA_12 = Bindings.parse("12.6-9.5-1.5.11").orElseThrow();
    private static final GpuState OLD = new GpuState(0, "GTX 1080", "6.1", 8L << 30, 20, "too old.");
    private static final GpuState NEW = new GpuState(1, "H200", "9.0", 141L << 30, 132, "");

    private static CudaReport report(Optional<Problem> problem, GpuState... gpus) {
        Findings findings = problem.map(Findings::of).orElseGet(Findings::none);
        return new CudaReport(findings, new VersionState("", "", "", ""), List.of(), List.of(gpus), List.of());
    }

    @Test
    void aDeviceThatIsNotThere() {
        assertEquals(
                "there is no CUDA device 2 here, but 2: 0 (GTX 1080), 1 (H200).",
                report(Optional.empty(), OLD, NEW).obstacle(2).orElse(""));
        assertEquals(
                "there is no CUDA device 0 here, but one: 1 (H200).",
                report(Optional.empty(), NEW).obstacle(0).orElse(""));
    }

    @Test
    void aDeviceThatCannotBeUsedPointsToOneThatCan() {
        String obstacle = report(Optional.empty(), OLD, NEW).obstacle(0).orElse("");
        assertEquals(
                "device 0 (GTX 1080) can't be used: too old. Usable: 1 (H200); name one, for example --engine cuda:1.",
                obstacle);
        assertTrue(report(Optional.empty(), OLD, NEW).obstacle(1).isEmpty());
    }

    @Test
    void aProblemOfAllCountsForEachDevice() {
        CudaReport report = report(Optional.of(new Problem("No cuDNN.", "Install it.")), NEW);
        assertFalse(report.usable());
        assertEquals("No cuDNN. Install it.", report.obstacle(1).orElse(""));
    }

    @Test
    void allProblemsAreTold() {
        Findings findings = new Findings(
                List.of(new Problem("No driver.", "Install it."), new Problem("No cuBLAS.", "Take pip.")),
                Optional.empty(),
                0,
                List.of("There is .venv."));
        CudaReport report = new CudaReport(findings, new VersionState("", "", "", ""), List.of(), List.of(), List.of());
        assertEquals(
                "No driver. Install it. No cuBLAS. Take pip. There is .venv.",
                report.obstacle(0).orElse(""));
    }

    @ParameterizedTest
    @CsvSource({
        "7.5, true",
        "8.9, true",
        "9.0, true",
        "12.1, true",
        "7.2, false",
        "6.1, false",
        "10.0, false",
        "13.0, false"
    })
    void machineCodeRunsWithinOneMajorVersion(String capability, boolean runs) {
        assertEquals(
                runs,
                Capability.problem(capability, List.of(75, 80, 86, 90, 120), CUDA_13)
                        .isEmpty());
    }

    @Test
    void tooOldAndTooNewHaveDifferentRemedies() {
        assertTrue(Capability.problem("6.1", List.of(75, 120), CUDA_13).endsWith("which goes down to 5.0."));
        assertTrue(Capability.problem("3.7", List.of(50, 90), CUDA_12).endsWith("This GPU is too old."));
        assertTrue(Capability.problem("10.0", List.of(50, 90), CUDA_12).endsWith("Install a newer CUDA."));
        assertEquals("", Capability.problem("9.0", List.of(), CUDA_13), "a compiler that doesn't tell is no obstacle");
    }

    @Test
    void aDeviceThatTheCompilerDoesNotKnowGetsCodeForAnOlderOne() {
        assertEquals(90, Capability.target(90, List.of(75, 86, 90, 100)));
        assertEquals(86, Capability.target(89, List.of(75, 86, 90, 100)));
        assertEquals(75, Capability.target(75, List.of()));
    }

    @Test
    void bindingsTellTheirVersions() {
        assertEquals(13, CUDA_13.cudaMajor());
        assertEquals(9, CUDA_12.cudnnMajor());
        assertTrue(CUDA_12.madeForOtherJavaCpp());
        assertTrue(CUDA_13.unfit().isEmpty() && CUDA_12.unfit().isEmpty());
        Bindings nd4js = Bindings.parse("11.6-8.3-1.5.7").orElseThrow();
        assertTrue(nd4js.unfit().orElseThrow().text().contains("profile nd4j-cuda"));
        assertTrue(Bindings.parse("13").isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"cudaMalloc, cuda", "cuInit, cu", "cublasLtMatmul, cublas", "nvrtcVersion, nvrtc", "cudnnCreate, cudnn"
    })
    void functionsTellTheirLibrary(String function, String prefix) {
        assertEquals(prefix, NeededCalls.prefix(function));
    }
}
