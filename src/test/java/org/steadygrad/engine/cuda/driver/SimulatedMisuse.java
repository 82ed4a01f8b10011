package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.*;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.check;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.device;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.function;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.launch;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.launchStatus;

import java.nio.charset.StandardCharsets;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;

/** Programs that the simulated machine ends, or that need one of another kind: each in a process of its own. */
public final class SimulatedMisuse {
    private static final String KERNELS =
            """
            extern "C" __global__ void beyond(float* x, int n) { x[n + threadIdx.x] = 1; }
            extern "C" __global__ void leaves(float* x) {
                if (threadIdx.x >= 40) return;
                __syncthreads();
                x[0] = 1;
            }
            extern "C" __global__ void half(float* x) {
                if (threadIdx.x < 16) x[0] = __shfl_xor_sync(WARP, x[0], 1);
            }
            extern "C" __global__ void spins(unsigned* x) {
                while (atomicAdd(x, 0u) == 0) __nanosleep(100);
            }
            """;

    private SimulatedMisuse() {}

    /** The one argument names what to do. */
    public static void main(String[] arguments) {
        SimulatedCuda.load();
        switch (arguments[0]) {
            case "count" -> count();
            case "lost" -> lost();
            case "memory" -> System.out.println("malloc " + cudaMalloc(new Pointer(), 1_000_001));
            case "freed" -> freed();
            case "devices" -> devices();
            case "apart" -> apart();
            default -> kernel(arguments[0]);
        }
    }

    private static void count() {
        try (IntPointer count = new IntPointer(1)) {
            System.out.println("count " + cudaGetDeviceCount(count));
        }
    }

    private static void devices() {
        try (IntPointer count = new IntPointer(1)) {
            StringBuilder text = new StringBuilder("count " + cudaGetDeviceCount(count));
            for (int i = 0; i < count.get(); i++) {
                byte[] name = new byte[64];
                check(cuDeviceGetName(name, name.length, i));
                text.append(", ").append(new String(name, StandardCharsets.UTF_8).trim());
            }
            System.out.println(text);
        }
    }

    private static void apart() {
        CUmod_st first = SimulatedCuda.module(KERNELS);
        FloatPointer x = device(4L);
        check(cudaSetDevice(1));
        System.out.println("launch " + launchStatus(function(first, "beyond"), 1, 1, 0, null, x, 0));
        launch(function(SimulatedCuda.module(KERNELS), "beyond"), 1, 1, 0, null, x, 0);
    }

    private static void kernel(String name) {
        CUmod_st module = SimulatedCuda.module(KERNELS);
        FloatPointer x = device(new float[3]);
        launch(function(module, name), 1, 64, 0, null, x, 3);
        check(cudaDeviceSynchronize());
    }

    private static void freed() {
        CUfunc_st beyond = function(SimulatedCuda.module(KERNELS), "beyond");
        FloatPointer x = device(4L);
        check(cudaFree(x));
        launch(beyond, 1, 1, 0, null, x, 0);
        check(cudaDeviceSynchronize());
    }

    private static void lost() {
        CUfunc_st beyond = function(SimulatedCuda.module(KERNELS), "beyond");
        FloatPointer x = device(4L);
        launch(beyond, 1, 1, 0, null, x, 0);
        check(cudaDeviceSynchronize());
        launch(beyond, 1, 1, 0, null, x, 0);
        System.out.println("synchronize " + cudaDeviceSynchronize());
        System.out.println("malloc " + cudaMalloc(new Pointer(), 4));
        System.out.println("launch " + launchStatus(beyond, 1, 1, 0, null, x, 0));
        System.out.println("last " + cudaGetLastError() + ", " + cudaGetLastError());
    }
}
