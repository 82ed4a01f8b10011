package org.steadygrad.engine.cpu.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

class CpuRuntimeTest {
    private NativeOps openMp;
    private int before;

    @BeforeEach
    void remember() {
        Nd4j.getExecutioner();
        openMp = NativeOpsHolder.getInstance().getDeviceNativeOps();
        before = openMp.ompGetMaxThreads();
    }

    @AfterEach
    void putBack() {
        openMp.setOmpNumThreads(before);
    }

    @Test
    void enginesOnOneThreadEachHaveTheirNumberOfThreads() {
        try (CpuRuntime three = new CpuRuntime(3);
                CpuRuntime two = new CpuRuntime(2)) {
            three.prepareThread();
            assertEquals(3, openMp.ompGetMaxThreads());
            two.prepareThread();
            assertEquals(2, openMp.ompGetMaxThreads());
            three.prepareThread();
            assertEquals(3, openMp.ompGetMaxThreads(), "another engine has been at work since");
        }
    }

    @Test
    void aGuestTakesTheThreadsThatThereAre() {
        openMp.setOmpNumThreads(3);
        try (CpuRuntime guest = CpuRuntime.ofCallingThread()) {
            assertEquals(3, guest.threads());
            assertEquals(1, guest.workers().threads());
        }
    }

    @Test
    void partsRunByThemselvesAndLeaveTheCallingThreadAsItWas() {
        try (CpuRuntime runtime = new CpuRuntime(3)) {
            Set<Integer> inside = ConcurrentHashMap.newKeySet();
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            runtime.runSingleThreaded(3, (part, from, to) -> {
                inside.add(openMp.ompGetMaxThreads());
                threads.add(Thread.currentThread());
            });
            assertEquals(Set.of(1), inside);
            assertEquals(3, threads.size());
            assertEquals(3, openMp.ompGetMaxThreads());
            IllegalStateException failure = new IllegalStateException("of a part");
            assertEquals(
                    failure,
                    assertThrows(
                            IllegalStateException.class,
                            () -> runtime.runSingleThreaded(2, (part, from, to) -> {
                                throw failure;
                            })));
            assertEquals(3, openMp.ompGetMaxThreads());
        }
    }
}
