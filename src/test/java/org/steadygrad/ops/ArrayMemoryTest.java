package org.steadygrad.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class ArrayMemoryTest {
    @Test
    void sizesAreReadAsJavaCppReadsThem() {
        assertEquals(4L << 30, ArrayMemory.limit("4g", 1));
        assertEquals(512L << 20, ArrayMemory.limit(" 512MB ", 1));
        assertEquals(2048, ArrayMemory.limit("2k", 1));
        assertEquals(12345, ArrayMemory.limit("12345", 1));
        assertEquals(Long.MAX_VALUE, ArrayMemory.limit("0", 1));
        assertEquals(7, ArrayMemory.limit("", 7));
    }

    @Test
    void theLimitIsJavaCpps() {
        assertEquals(Math.min(Pointer.maxBytes(), Pointer.totalPhysicalBytes()), ArrayMemory.limit());
        assertTrue(ArrayMemory.limit() > 0);
    }
}
