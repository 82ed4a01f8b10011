package org.steadygrad.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ResidentSetTest {
    @Test
    void readsTheLineOfTheKernel() {
        assertEquals(
                OptionalLong.of(12345L * 1024),
                ResidentSet.parse(List.of("Name:\tjava", "VmHWM:\t  99999 kB", "VmRSS:\t   12345 kB")));
        assertEquals(OptionalLong.empty(), ResidentSet.parse(List.of("Name:\tVmRSS")));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void thisProcessHasSome() {
        assertTrue(ResidentSet.bytes().orElseThrow() > 10 << 20);
    }
}
