package org.steadygrad.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.spec.yaml.RunFiles;

class MemorySizeTest {
    @ParameterizedTest
    @CsvSource({
        "512MB, 536870912",
        "512 mb, 536870912",
        "1.5GB, 1610612736",
        "2GiB, 2147483648",
        "7k, 7168",
        "1T, 1099511627776",
        "100, 100"
    })
    void amountsAsPeopleWriteThem(String text, long bytes) {
        assertEquals(bytes, MemorySize.bytes("memory", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0MB", "-1GB", "MB", "", "1.GB", "5 PB", "a lot", "1e3MB"})
    void othersAreRefused(String text) {
        String message = assertThrows(InvalidInputException.class, () -> MemorySize.bytes("memory", text))
                .getMessage();
        assertTrue(message.contains("memory") && message.contains("512MB"), message);
    }

    @Test
    void aRunFileIsCheckedWhenItIsRead() {
        String text = "data: adding\nmodel: {layers: [{gru: 4}]}\n";
        RunSpec run = RunFiles.parse(text + "memory: 64MB\nthreads: 3\n", "a test", List.of());
        assertEquals("64MB", run.memory());
        assertEquals(3, run.threads());
        for (String wrong : new String[] {"memory: much", "threads: 0", "threads: many"}) {
            assertThrows(InvalidInputException.class, () -> RunFiles.parse(text + wrong, "a test", List.of()), wrong);
        }
    }
}
