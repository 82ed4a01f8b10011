package org.steadygrad.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CpuTest {
    private static final String HASWELL = "avx avx2 fma bmi1 bmi2 f16c movbe";
    private static final String SKYLAKE_X = HASWELL + " avx512f avx512cd avx512bw avx512dq avx512vl";

    @Test
    void readsLinuxOnX86() {
        Cpu cpu = Cpu.parseLinux(
                List.of(
                        "model name\t: Some CPU @ 2 GHz",
                        "physical id\t: 0",
                        "core id\t\t: 0",
                        "flags\t\t: fpu " + SKYLAKE_X,
                        "",
                        "model name\t: Some CPU @ 2 GHz",
                        "physical id\t: 1",
                        "core id\t\t: 0",
                        "physical id\t: 1",
                        "core id\t\t: 0"),
                3);
        assertEquals("Some CPU @ 2 GHz", cpu.model());
        assertEquals(2, cpu.physicalCores(), "hyper-threads share a core, sockets don't");
        assertEquals(3, cpu.logicalCores());
        assertTrue(cpu.runsAvx512());
        assertTrue(cpu.runsAvx2());
        assertFalse(cpu.notableFlags().contains("fpu"));
    }

    @Test
    void readsLinuxOnArm() {
        Cpu cpu = Cpu.parseLinux(List.of("Features\t: fp asimd sve2", "CPU implementer\t: 0x41"), 8);
        assertEquals("unknown", cpu.model());
        assertEquals(0, cpu.physicalCores());
        assertEquals(List.of("asimd", "sve2"), cpu.notableFlags());
        assertFalse(cpu.runsAvx2());
    }

    @Test
    void readsMacOnX86() {
        Cpu cpu = Cpu.parseMac(
                List.of(
                        "machdep.cpu.brand_string: Intel(R) Core(TM) i7",
                        "machdep.cpu.features: FPU FMA MOVBE F16C AVX1.0",
                        "machdep.cpu.leaf7_features: BMI1 AVX2 BMI2",
                        "hw.physicalcpu: 4"),
                8);
        assertEquals("Intel(R) Core(TM) i7", cpu.model());
        assertEquals(4, cpu.physicalCores());
        assertTrue(cpu.runsAvx2());
        assertFalse(cpu.runsAvx512());
    }

    @Test
    void oneMissingInstructionSetForbidsTheBuild() {
        for (String flag : SKYLAKE_X.split(" ")) {
            Set<String> others = new java.util.HashSet<>(List.of(SKYLAKE_X.split(" ")));
            others.remove(flag);
            Cpu cpu = new Cpu("x", others, 1, 1);
            assertEquals(flag.equals("avx"), cpu.runsAvx512(), flag);
            assertEquals(flag.startsWith("avx512") || flag.equals("avx"), cpu.runsAvx2(), flag);
        }
    }

    @Test
    void thisMachineIsReadWithoutError() {
        assertTrue(Cpu.detect().logicalCores() > 0);
    }
}
