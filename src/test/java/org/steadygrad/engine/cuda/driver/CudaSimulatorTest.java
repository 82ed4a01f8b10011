package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.check;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.compile;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.device;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.function;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.launch;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.launchCooperative;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.launchStatus;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.module;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.stream;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.values;

import java.util.stream.IntStream;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The simulated machine behind CUDA's real bindings: kernels and memory. */
@Tag("simulated")
class CudaSimulatorTest {
    private static final String KERNELS =
            """
            extern "C" __global__ void __launch_bounds__(256) total(const float* __restrict__ x, int n, float* sums) {
                __shared__ float partial[8];
                float sum = 0;
                for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) sum += x[i];
                for (int d = 16; d > 0; d >>= 1) sum += __shfl_xor_sync(WARP, sum, d);
                if ((threadIdx.x & 31) == 0) partial[threadIdx.x >> 5] = sum;
                __syncthreads();
                if (threadIdx.x == 0) {
                    for (unsigned w = 1; w < blockDim.x / 32; w++) sum += partial[w];
                    sums[blockIdx.x] = sum;
                }
            }
            extern "C" __global__ void neighbours(float* out, int rounds, int wait) {
                extern __shared__ float row[];
                for (int r = 0; r < rounds; r++) {
                    row[threadIdx.x] = r * 1000 + threadIdx.x;
                    if (wait) __syncthreads();
                    out[threadIdx.x] = row[(threadIdx.x + 1) % blockDim.x];
                    if (wait) __syncthreads();
                }
            }
            __device__ void meet(unsigned* arrived, unsigned target) {
                __syncthreads();
                if (threadIdx.x == 0) {
                    __threadfence();
                    atomicAdd(arrived, 1u);
                    while (*(volatile unsigned*)arrived < target) __nanosleep(20);
                    __threadfence();
                }
                __syncthreads();
            }
            extern "C" __global__ void grid(unsigned* arrived, float* a, float* b, int rounds) {
                __shared__ float mine[64];
                unsigned i = blockIdx.x * blockDim.x + threadIdx.x, n = gridDim.x * blockDim.x;
                mine[threadIdx.x] = i;
                for (int r = 0; r < rounds; r++) {
                    a[i] = mine[threadIdx.x];
                    meet(arrived, (2 * r + 1) * gridDim.x);
                    mine[threadIdx.x] = a[(i + blockDim.x) % n] + 1;
                    meet(arrived, (2 * r + 2) * gridDim.x);
                }
                b[i] = mine[threadIdx.x];
            }
            extern "C" __global__ void lanes(float* out) {
                int lane = threadIdx.x;
                out[lane] = __shfl_sync(WARP, (float)lane, 5);
                out[32 + lane] = __shfl_down_sync(WARP, (float)lane, 3);
                out[64 + lane] = __shfl_up_sync(WARP, (float)lane, 3);
                out[96 + lane] = __shfl_sync(WARP, (double)lane, lane + 1, 8);
                out[128 + lane] = (float)__popc(__ballot_sync(WARP, lane % 3 == 0));
                float half = -1;
                if (lane < 16) half = __shfl_down_sync(0xffffu, (float)lane, 8, 16);
                out[160 + lane] = half;
            }
            extern "C" __global__ void store(float* out, float value, long long at) { out[at] = value; }
            """;

    private static CUmod_st kernels;

    @BeforeAll
    static void load() {
        assumeTrue(CudaSimulator.available(), () -> CudaSimulator.whyNot().orElseThrow());
        SimulatedCuda.load();
        kernels = module(KERNELS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 33, 1000, 5000})
    void addsUpWithShufflesAndSharedMemory(int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = i % 17 - 3;
        }
        FloatPointer sums = device(5L);
        launch(function(kernels, "total"), 5, 256, 0, null, device(x), n, sums);
        double total = 0;
        for (float sum : values(sums, 5)) {
            total += sum;
        }
        assertEquals(IntStream.range(0, n).map(i -> i % 17 - 3).sum(), total);
    }

    @Test
    void sharedMemoryIsExchangedAtBarriersAndAMissingBarrierShows() {
        int threads = 96;
        float[] expected = new float[threads];
        for (int i = 0; i < threads; i++) {
            expected[i] = 2000 + (i + 1) % threads;
        }
        FloatPointer out = device((long) threads);
        CUfunc_st neighbours = function(kernels, "neighbours");
        launch(neighbours, 1, threads, threads * Float.BYTES, null, out, 3, 1);
        assertArrayEquals(expected, values(out, threads));
        launch(neighbours, 1, threads, threads * Float.BYTES, null, out, 1, 0);
        boolean wrong = false;
        for (float value : values(out, threads)) {
            wrong |= Float.isNaN(value);
        }
        assertTrue(wrong, "without the barrier, some thread reads what isn't written yet");
    }

    @Test
    void blocksOfACooperativeLaunchMeet() {
        int blocks = 7;
        int threads = 33;
        int n = blocks * threads;
        FloatPointer arrived = device(new float[1]);
        FloatPointer b = device((long) n);
        CUfunc_st grid = function(kernels, "grid");
        check(launchCooperative(grid, blocks, threads, 0, null, arrived, device((long) n), b, 3));
        float[] expected = new float[n];
        for (int i = 0; i < n; i++) {
            expected[i] = (i + 3 * threads) % n + 3;
        }
        assertArrayEquals(expected, values(b, n));
        assertEquals(720, launchCooperative(grid, 100_000, threads, 0, null, arrived, b, b, 3));
    }

    @Test
    void lanesExchangeValues() {
        FloatPointer out = device(192L);
        launch(function(kernels, "lanes"), 1, 32, 0, null, out);
        float[] got = values(out, 192);
        for (int lane = 0; lane < 32; lane++) {
            assertEquals(5, got[lane]);
            assertEquals(lane + 3 < 32 ? lane + 3 : lane, got[32 + lane]);
            assertEquals(lane >= 3 ? lane - 3 : lane, got[64 + lane]);
            assertEquals(lane / 8 * 8 + (lane + 1) % 8, got[96 + lane]);
            assertEquals(11, got[128 + lane]);
            assertEquals(lane >= 16 ? -1 : lane + 8 < 16 ? lane + 8 : lane, got[160 + lane]);
        }
    }

    @Test
    void launchesCopyTheirArgumentsAndRunLate() {
        CUstream_st stream = stream();
        FloatPointer out = device(2L);
        launch(function(kernels, "store"), 1, 1, 0, stream, out, 7f, 0L);
        launch(function(kernels, "store"), 1, 1, 0, stream, out, 8f, 1L);
        assertTrue(Float.isNaN(out.get(0)), "nothing runs before it is asked for");
        check(cudaStreamSynchronize(stream));
        assertArrayEquals(new float[] {7, 8}, values(out, 2));
    }

    @Test
    void newMemoryIsNotANumberAndLimited() {
        try (SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            FloatPointer memory = device(3L);
            for (float value : values(memory, 3)) {
                assertTrue(Float.isNaN(value));
            }
            check(cudaMemGetInfo(free, total));
            assertEquals(2L << 30, total.get());
            Pointer none = new Pointer();
            assertEquals(2, cudaMalloc(none, free.get() + 1));
            assertEquals(2, cudaGetLastError());
            assertEquals(0, cudaGetLastError());
            check(cudaFree(memory));
            assertEquals(1, cudaMemset(memory, 0, 4));
            assertEquals(1, cudaFree(memory));
        }
    }

    @Test
    void copiesStayInsideAnAllocation() {
        FloatPointer memory = device(4L);
        try (FloatPointer host = new FloatPointer(8)) {
            assertEquals(1, cudaMemcpy(memory, host, 5 * Float.BYTES, cudaMemcpyHostToDevice));
            assertEquals(1, cudaMemcpy(memory.getPointer(2), host, 3 * Float.BYTES, cudaMemcpyHostToDevice));
            check(cudaMemcpy(memory.getPointer(2), host, 2 * Float.BYTES, cudaMemcpyHostToDevice));
        }
    }

    @Test
    void refusesWhatADeviceRefuses() {
        CUfunc_st total = function(kernels, "total");
        FloatPointer x = device(1L);
        assertEquals(701, launchStatus(total, 1, 512, 0, null, x, 1, x), "beyond __launch_bounds__");
        assertEquals(1, launchStatus(total, 0, 32, 0, null, x, 1, x));
        assertEquals(1, launchStatus(total, 1, 32, 49 * 1024, null, x, 1, x), "shared memory not asked for");
        check(cuFuncSetAttribute(total, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 64 * 1024));
        check(launchStatus(total, 1, 32, 49 * 1024, null, x, 1, x));
        assertEquals(500, cuModuleGetFunction(new CUfunc_st(), kernels, "absent"));
        byte[] newer = compile("extern \"C\" __global__ void k() {}", "sm_120").image();
        assertEquals(209, cuModuleLoadData(new CUmod_st(), new BytePointer(newer)));
        assertEquals(200, cuModuleLoadData(new CUmod_st(), new BytePointer("nothing of the kind")));
    }

    @Test
    void saysWhatIsWrongWithASource() {
        SimulatedCuda.Compiled compiled =
                compile("#include \"common.cuh\"\nextern \"C\" __global__ void k(int* x) {\n  *x = y;\n}", "sm_90");
        assertEquals(6, compiled.status());
        assertTrue(compiled.log().contains("test.cu:3"), compiled.log());
        assertEquals(5, compile("", "gfx942").status());
        assertEquals(6, compile("#include <vector>", "sm_90").status(), "kernels see no standard header");
    }

    @Test
    void readsPinnedMemoryWhenTheCopyRuns() {
        CUstream_st stream = stream();
        Pointer memory = new Pointer();
        check(cudaMallocHost(memory, 4));
        FloatPointer pinned = new FloatPointer(memory).capacity(1);
        FloatPointer pageable = new FloatPointer(1f);
        FloatPointer out = device(2L);
        pinned.put(0, 1);
        check(cudaMemcpyAsync(out, pinned, 4, cudaMemcpyHostToDevice, stream));
        check(cudaMemcpyAsync(out.getPointer(1), pageable, 4, cudaMemcpyHostToDevice, stream));
        pinned.put(0, 2);
        pageable.put(0, 2);
        check(cudaStreamSynchronize(stream));
        assertArrayEquals(new float[] {2, 1}, values(out, 2));
        check(cudaFreeHost(pinned));
    }

    @Test
    void hasTheAttributesOfADevice() {
        try (IntPointer value = new IntPointer(1)) {
            check(cudaDeviceGetAttribute(value, cudaDevAttrComputeCapabilityMajor, 0));
            assertEquals(9, value.get());
            check(cudaRuntimeGetVersion(value));
            assertEquals(13010, value.get());
            check(cuOccupancyMaxActiveBlocksPerMultiprocessor(value, function(kernels, "total"), 256, 100_000));
            assertEquals(0, value.get(), "more shared memory than the function may have");
            check(cuOccupancyMaxActiveBlocksPerMultiprocessor(value, function(kernels, "lanes"), 256, 0));
            assertEquals(8, value.get());
            assertEquals(101, cudaSetDevice(1));
        }
    }
}
