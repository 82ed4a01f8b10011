package org.steadygrad.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class NativeVariantTest {
    private static final Cpu OLD = new Cpu("old", Set.of("sse4_2"), 1, 1);
    private static final Cpu HASWELL = new Cpu("haswell", Set.of("avx2", "fma", "bmi1", "bmi2", "f16c", "movbe"), 1, 1);
    private static final Cpu SKYLAKE_X = new Cpu(
            "skylake-x",
            Set.of(
                    "avx2",
                    "fma",
                    "bmi1",
                    "bmi2",
                    "f16c",
                    "movbe",
                    "avx512f",
                    "avx512cd",
                    "avx512bw",
                    "avx512dq",
                    "avx512vl"),
            1,
            1);

    @Test
    void takesTheBestBuildThatIsThereAndRuns() {
        Set<String> all = Set.of("-avx2", "-avx512");
        assertEquals("-avx512", NativeVariant.choose(SKYLAKE_X, all::contains).extension());
        assertEquals("-avx2", NativeVariant.choose(HASWELL, all::contains).extension());
        assertEquals("", NativeVariant.choose(OLD, all::contains).extension());
        assertEquals(
                "-avx2",
                NativeVariant.choose(SKYLAKE_X, Set.of("-avx2")::contains).extension());
        assertEquals("", NativeVariant.choose(SKYLAKE_X, Set.of()::contains).extension());
    }

    @Test
    void theChosenBuildIsTheOneThatNd4jLoads() {
        assertEquals("CpuBackend", Nd4j.getBackend().getClass().getSimpleName());
        NativeVariant variant = NativeVariant.select();
        LoadedLibraries.pathOf("nd4jcpu")
                .ifPresent(path -> assertTrue(
                        path.contains("/" + NativeVariant.platform() + variant.extension() + "/"),
                        variant + " but " + path));
    }
}
