package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.*;
import static org.bytedeco.cuda.global.nvrtc.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** The few calls of CUDA that the simulator's own tests are made of; every one of them fails the test on an error. */
final class SimulatedCuda {
    /** In the order in which one needs the other. */
    private static final List<String> LIBRARIES = List.of(
            "libcuda.so.1",
            "libcudart.so.13",
            "libnvrtc-builtins.so.13.0",
            "libnvrtc.so.13",
            "libcublasLt.so.13",
            "libcublas.so.13",
            "libcudnn_graph.so.9",
            "libcudnn_ops.so.9",
            "libcudnn_cnn.so.9",
            "libcudnn_adv.so.9",
            "libcudnn.so.9");

    private SimulatedCuda() {}

    static void load() {
        Path folder = CudaSimulator.folder();
        LIBRARIES.forEach(library -> System.load(folder.resolve(library).toString()));
    }

    static void check(int error) {
        assertEquals(0, error, () -> cudaGetErrorString(error).getString());
    }

    /** What NVRTC made of a source: its status, its log, and the image when the status is 0. */
    record Compiled(int status, String log, byte[] image) {}

    static Compiled compile(String source, String architecture) {
        _nvrtcProgram program = new _nvrtcProgram();
        String shared = "#define WARP 0xffffffffu\n";
        try (BytePointer text = new BytePointer(source);
                BytePointer name = new BytePointer("test.cu");
                PointerPointer<BytePointer> headers = new PointerPointer<>(shared);
                PointerPointer<BytePointer> names = new PointerPointer<>("common.cuh");
                PointerPointer<BytePointer> options =
                        new PointerPointer<>("--gpu-architecture=" + architecture, "--std=c++17");
                SizeTPointer size = new SizeTPointer(1)) {
            assertEquals(0, nvrtcCreateProgram(program, text, name, 1, headers, names));
            int status = nvrtcCompileProgram(program, 2, options);
            assertEquals(0, nvrtcGetProgramLogSize(program, size));
            BytePointer log = new BytePointer(size.get());
            assertEquals(0, nvrtcGetProgramLog(program, log));
            byte[] image = new byte[0];
            if (status == 0) {
                assertEquals(0, nvrtcGetCUBINSize(program, size));
                BytePointer bytes = new BytePointer(size.get());
                assertEquals(0, nvrtcGetCUBIN(program, bytes));
                image = new byte[(int) size.get()];
                bytes.get(image);
            }
            String words = log.getString();
            assertEquals(0, nvrtcDestroyProgram(program));
            return new Compiled(status, words, image);
        }
    }

    static CUmod_st module(String source) {
        check(cudaFree(null)); // gives the thread a context
        Compiled compiled = compile("#include \"common.cuh\"\n" + source, "sm_90");
        assertEquals(0, compiled.status(), compiled.log());
        CUmod_st module = new CUmod_st();
        check(cuModuleLoadData(module, new BytePointer(compiled.image())));
        return module;
    }

    static CUfunc_st function(CUmod_st module, String name) {
        CUfunc_st function = new CUfunc_st();
        check(cuModuleGetFunction(function, module, name));
        return function;
    }

    static CUstream_st stream() {
        CUstream_st stream = new CUstream_st();
        check(cudaStreamCreateWithFlags(stream, cudaStreamNonBlocking));
        return stream;
    }

    /** Arguments are pointers, ints, longs and floats. */
    static void launch(CUfunc_st function, int blocks, int threads, int shared, CUstream_st stream, Object... values) {
        check(launchStatus(function, blocks, threads, shared, stream, values));
    }

    static int launchStatus(
            CUfunc_st function, int blocks, int threads, int shared, CUstream_st stream, Object... values) {
        try (LongPointer slots = slots(values);
                PointerPointer<Pointer> arguments = addresses(slots, values.length)) {
            return cuLaunchKernel(
                    function, blocks, 1, 1, threads, 1, 1, shared, stream, arguments, (PointerPointer<?>) null);
        }
    }

    static int launchCooperative(
            CUfunc_st function, int blocks, int threads, int shared, CUstream_st stream, Object... values) {
        try (LongPointer slots = slots(values);
                PointerPointer<Pointer> arguments = addresses(slots, values.length)) {
            return cuLaunchCooperativeKernel(function, blocks, 1, 1, threads, 1, 1, shared, stream, arguments);
        }
    }

    private static LongPointer slots(Object... values) {
        LongPointer slots = new LongPointer(values.length);
        for (int i = 0; i < values.length; i++) {
            slots.put(i, bits(values[i]));
        }
        return slots;
    }

    private static PointerPointer<Pointer> addresses(LongPointer slots, int count) {
        PointerPointer<Pointer> addresses = new PointerPointer<>(count);
        for (int i = 0; i < count; i++) {
            addresses.put(i, slots.getPointer(i));
        }
        return addresses;
    }

    private static long bits(Object value) {
        if (value instanceof Pointer pointer) {
            return pointer.address();
        }
        return value instanceof Float number
                ? Integer.toUnsignedLong(Float.floatToRawIntBits(number))
                : ((Number) value).longValue();
    }

    /** Device memory for so many floats. */
    static FloatPointer device(long floats) {
        Pointer memory = new Pointer();
        check(cudaMalloc(memory, floats * Float.BYTES));
        return new FloatPointer(memory).capacity(floats);
    }

    static FloatPointer device(float... values) {
        FloatPointer memory = device((long) values.length);
        try (FloatPointer host = new FloatPointer(values)) {
            check(cudaMemcpy(memory, host, (long) values.length * Float.BYTES, cudaMemcpyHostToDevice));
        }
        return memory;
    }

    /** What lies on the device, once everything queued on the default stream has run. */
    static float[] values(Pointer memory, int count) {
        float[] values = new float[count];
        try (FloatPointer host = new FloatPointer((long) count)) {
            check(cudaMemcpy(host, memory, (long) count * Float.BYTES, cudaMemcpyDeviceToHost));
            host.get(values);
        }
        return values;
    }
}
