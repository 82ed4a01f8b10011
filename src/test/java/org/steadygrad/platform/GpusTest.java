package org.steadygrad.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GpusTest {
    @Test
    void readsTheDriversTable() {
        List<Gpus.Gpu> gpus = Gpus.parse(List.of("NVIDIA H200, 9.0, 143771 MiB, 580.82.07", "garbage", ""));
        assertEquals(List.of(new Gpus.Gpu("NVIDIA H200", "9.0", "143771 MiB", "580.82.07")), gpus);
    }

    @ParameterizedTest
    @CsvSource({
        "3.5, false",
        "3.7, true",
        "6.1, true",
        "8.6, true",
        "8.9, true",
        "9.0, false",
        "10.0, false",
        "12.0, false"
    })
    void nd4jRunsWhereItsMachineCodeDoes(String capability, boolean runs) {
        assertEquals(
                runs, new Gpus.Gpu("g", capability, "", "").unusableForNd4j().isEmpty());
    }

    @Test
    void anUnknownCapabilityIsNoPromise() {
        assertTrue(new Gpus.Gpu("g", "[N/A]", "", "").unusableForNd4j().isPresent());
        assertTrue(new Gpus.Gpu("g", "", "", "").unusableForNd4j().isPresent());
    }
}
