package org.steadygrad.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.steadygrad.engine.Availability;
import org.steadygrad.engine.Engines;
import org.steadygrad.engine.cuda.driver.CudaReport;
import org.steadygrad.engine.cuda.driver.CudaReport.Findings;
import org.steadygrad.engine.cuda.driver.CudaReport.GpuState;
import org.steadygrad.engine.cuda.driver.CudaReport.LibraryState;
import org.steadygrad.engine.cuda.driver.CudaReport.Problem;
import org.steadygrad.engine.cuda.driver.CudaReport.VersionState;

class CudaEngineProviderTest {
    private static CudaReport report(Optional<Problem> problem, GpuState... gpus) {
        LibraryState dnn = new LibraryState("libcudnn.so.9", "9.19.0", "/opt/libcudnn.so.9", "", "", "");
        Findings findings = problem.map(Findings::of).orElseGet(Findings::none);
        return new CudaReport(
                findings, new VersionState("", "13.0", "", "13.1"), List.of(dnn), List.of(gpus), List.of());
    }

    @Test
    void tellsVersionsAndDevices() {
        Availability here =
                CudaEngineProvider.availability(report(Optional.empty(), new GpuState(0, "H200", "9.0", 1, 132, "")));
        assertEquals(Availability.usable("CUDA 13.1, cuDNN 9.19.0 on device 0 (H200)"), here);
    }

    @Test
    void saysThatThereIsNoDnn() {
        Findings findings = new Findings(List.of(), Optional.of(new Problem("No cuDNN.", "Install it.")), 0, List.of());
        GpuState gpu = new GpuState(0, "H200", "9.0", 1, 132, "");
        CudaReport report =
                new CudaReport(findings, new VersionState("", "13.0", "", "13.1"), List.of(), List.of(gpu), List.of());
        assertEquals(
                Availability.usable(
                        "CUDA 13.1 without cuDNN, which recurrent layers can do without, on device 0 (H200)"),
                CudaEngineProvider.availability(report));
    }

    @Test
    void isMissingWithoutItsFirstDevice() {
        assertEquals(
                Availability.missing("No driver. Install one."),
                CudaEngineProvider.availability(report(Optional.of(new Problem("No driver.", "Install one.")))));
        GpuState old = new GpuState(0, "GTX", "6.1", 1, 20, "too old.");
        GpuState good = new GpuState(1, "H200", "9.0", 1, 132, "");
        Availability second = CudaEngineProvider.availability(report(Optional.empty(), old, good));
        assertFalse(second.usable());
        assertTrue(second.detail().endsWith("--engine cuda:1."), second.detail());
    }

    @Test
    void comesBeforeAllOthers() {
        CudaEngineProvider cuda = new CudaEngineProvider();
        assertEquals("cuda", cuda.name());
        assertTrue(Engines.providers().stream()
                .allMatch(other -> other.name().equals("cuda") || other.rank() < cuda.rank()));
    }
}
