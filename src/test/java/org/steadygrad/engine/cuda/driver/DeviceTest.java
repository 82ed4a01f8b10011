package org.steadygrad.engine.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.cuda.global.cudnn;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.steadygrad.spec.Precision;

@Tag("gpu")
class DeviceTest {
    private Device device;
    private DeviceScope scope;
    private Stream stream;

    @BeforeEach
    void open() {
        device = TestGpu.open();
        scope = new DeviceScope(device);
        stream = scope.own(device.newStream());
    }

    @AfterEach
    void close() {
        if (device != null) {
            scope.close();
            device.close();
        }
    }

    private DeviceMemory put(float... values) {
        PinnedMemory host = scope.own(device.pinned((long) values.length * Float.BYTES));
        host.floats().put(values);
        DeviceMemory memory = scope.floats(values.length);
        stream.upload(memory, host);
        return memory;
    }

    private float[] get(DeviceMemory memory) {
        try (PinnedMemory host = device.pinned(memory.bytes())) {
            stream.download(host, memory);
            stream.synchronize();
            float[] values = new float[(int) memory.length()];
            FloatBuffer floats = host.floats();
            floats.get(values);
            return values;
        }
    }

    @Test
    void kernelsReadTheirArguments() {
        DeviceMemory a = put(1, 2, 3);
        DeviceMemory b = put(10, 20, 30);
        DeviceMemory sum = scope.floats(3);
        stream.launch(device.kernel("rows", "add")
                .launch(1, 32)
                .with(a)
                .with(b)
                .with(sum)
                .with(3L));
        assertArrayEquals(new float[] {11, 22, 33}, get(sum));
    }

    @Test
    void copiesZerosAndSlices() {
        DeviceMemory a = put(1, 2, 3, 4, 5);
        DeviceMemory b = scope.floats(5);
        stream.zero(b);
        stream.copy(b.floats(1, 3), a.floats(2, 3));
        assertArrayEquals(new float[] {0, 3, 4, 5, 0}, get(b));
    }

    @Test
    void capturedWorkIsDoneAtEachLaunch() {
        DeviceMemory a = put(1, 2);
        DeviceMemory b = put(5, 7);
        Launch add = device.kernel("rows", "add")
                .launch(1, 32)
                .with(a)
                .with(b)
                .with(a)
                .with(2L);
        Graph graph = scope.own(stream.capture(() -> stream.launch(add)));
        assertArrayEquals(new float[] {1, 2}, get(a));
        for (int i = 0; i < 3; i++) {
            stream.launch(graph);
        }
        assertArrayEquals(new float[] {16, 23}, get(a));
    }

    /** c = a' b, with a and b in column-major order. */
    @Test
    void productTransposes() {
        DeviceMemory a = put(1, 2, 3, 4, 5, 6);
        DeviceMemory b = put(1, 0, -1, 2, 1, 0);
        DeviceMemory c = scope.floats(4);
        try (Blas blas = new Blas(scope, stream, Precision.FLOAT32)) {
            Blas.Matrix first = Blas.Matrix.of(a, 3).transpose();
            blas.product(Blas.Matrix.of(c, 2), first, Blas.Matrix.of(b, 3), 2, 2, 3, false);
            assertArrayEquals(new float[] {-2, -2, 4, 13}, get(c));
            blas.product(Blas.Matrix.of(c, 2), first, Blas.Matrix.of(b, 3), 2, 2, 3, true);
            assertArrayEquals(new float[] {-4, -4, 8, 26}, get(c));
        }
    }

    @Test
    void tooMuchMemoryIsSaidSo() {
        CudaException failure = assertThrows(CudaException.class, () -> scope.bytes(1L << 50));
        assertEquals(CudaException.Kind.OUT_OF_MEMORY, failure.kind());
        assertArrayEquals(new float[] {4}, get(put(4)));
    }

    @Test
    void compilerErrorsNameTheirLine() {
        KernelCompiler compiler = new KernelCompiler(device.architecture(), KernelCache.ofUser());
        Map<String, String> source = new LinkedHashMap<>();
        source.put("wrong.cu", "extern \"C\" __global__ void f(float* x) {\n    x[0] = nonsense;\n}\n");
        CudaException failure = assertThrows(CudaException.class, () -> compiler.compile(source));
        assertTrue(failure.getMessage().contains("nonsense"), failure.getMessage());
        assertTrue(failure.getMessage().contains("wrong.cu"), failure.getMessage());
    }

    @Test
    void unknownKernelIsAnError() {
        CudaException failure = assertThrows(CudaException.class, () -> device.kernel("rows", "no_such_kernel"));
        assertTrue(failure.getMessage().contains("no_such_kernel"), failure.getMessage());
    }

    /** CUBLAS_STATUS_ALLOC_FAILED, EXECUTION_FAILED and INVALID_VALUE; cuDNN's groups of errors. */
    @Test
    void failuresOfLibrariesSayWhatGaveOut() {
        assertEquals(CudaException.Kind.OUT_OF_MEMORY, kind(() -> Status.blas(3, "a product")));
        assertEquals(CudaException.Kind.DEVICE_LOST, kind(() -> Status.blas(13, "a product")));
        assertEquals(CudaException.Kind.OTHER, kind(() -> Status.blas(7, "a product")));
        assertEquals(CudaException.Kind.OUT_OF_MEMORY, kind(() -> Status.dnn(4004, "a layer")));
        assertEquals(CudaException.Kind.DEVICE_LOST, kind(() -> Status.dnn(5003, "a layer")));
        assertEquals(CudaException.Kind.OTHER, kind(() -> Status.dnn(2000, "a layer")));
    }

    private static CudaException.Kind kind(Runnable call) {
        return assertThrows(CudaException.class, call::run).kind();
    }

    @Test
    void theCompilersReasonIsInTheMessageWhateverItFailedFor() {
        KernelCompiler compiler = new KernelCompiler(13, KernelCache.ofUser());
        String message = assertThrows(CudaException.class, () -> compiler.compile(Map.of("none.cu", "")))
                .getMessage();
        assertTrue(message.contains("NVRTC doesn't compile none.cu"), message);
        assertTrue(message.contains("(5, NVRTC_ERROR_INVALID_OPTION):\nnvrtc: error: invalid value for "), message);
        assertTrue(message.contains("arch"), message);
    }

    private static cudnnTensorStruct descriptor() {
        cudnnTensorStruct tensor = new cudnnTensorStruct();
        Status.dnn(cudnn.cudnnCreateTensorDescriptor(tensor), "cudnnCreateTensorDescriptor");
        return tensor;
    }

    @Test
    void librariesSayWhatWasWrong() {
        String dnn = assertThrows(
                        CudaException.class,
                        () -> Status.dnn(
                                cudnn.cudnnSetTensorNdDescriptor(descriptor(), 0, 1, new int[] {-1}, new int[] {1}),
                                "cudnnSetTensorNdDescriptor"))
                .getMessage();
        assertTrue(dnn.matches("engine cuda: cuDNN refused cudnnSetTensorNdDescriptor .*BAD_PARAM.*: .+\\)\\."), dnn);
        String blas = assertThrows(CudaException.class, () -> Status.blas(15, "a product"))
                .getMessage();
        assertTrue(blas.contains("(15, CUBLAS_STATUS_NOT_SUPPORTED, "), blas);
        String driver = assertThrows(CudaException.class, () -> Status.driver(500, "a call"))
                .getMessage();
        assertTrue(driver.contains("a call failed (500, "), driver);
        assertTrue(driver.contains(", named symbol not found)"), driver);
    }
}
