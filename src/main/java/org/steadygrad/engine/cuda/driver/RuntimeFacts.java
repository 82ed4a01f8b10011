package org.steadygrad.engine.cuda.driver;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.SizeTPointer;
import org.steadygrad.engine.cuda.driver.CudaReport.GpuState;

/**
 * What the runtime says of itself, the driver and the devices. The driver and runtime libraries must be loaded before this
 * class is touched. No context is made on any device.
 *
 * @param error of cudaGetDeviceCount; 0 when all is well
 * @param errorText the runtime's words for it
 * @param runtime CUDA version times 1000, plus 10 times the minor one
 * @param driver the newest such version that the driver runs; 0 without a driver
 */
record RuntimeFacts(int error, String errorText, int runtime, int driver, List<GpuState> devices) {
    private static final int MULTIPROCESSORS = 16;
    private static final int COMPUTE_MODE = 20;
    private static final int CAPABILITY_MAJOR = 75;
    private static final int CAPABILITY_MINOR = 76;
    private static final int PROHIBITED = 2;
    private static final int LONGEST_NAME = 256;

    static RuntimeFacts read() {
        int[] value = new int[1];
        int error = cudart.cudaGetDeviceCount(value);
        if (error == 0) {
            // older runtimes leave the driver's own calls uninitialised until a context is there
            error = cudart.cuInit(0);
        }
        int count = value[0];
        String text = error == 0 ? "" : words(error);
        cudart.cudaRuntimeGetVersion(value);
        int runtime = value[0];
        cudart.cudaDriverGetVersion(value);
        int driver = value[0];
        List<GpuState> devices = new ArrayList<>();
        for (int ordinal = 0; error == 0 && ordinal < count; ordinal++) {
            devices.add(device(ordinal));
        }
        return new RuntimeFacts(error, text, runtime, driver, devices);
    }

    /** "13.0" of 13000. */
    static String version(int number) {
        return number <= 0 ? "" : number / 1000 + "." + number % 1000 / 10;
    }

    /** The runtime and the driver number their errors alike. */
    private static String words(int error) {
        return cudart.cudaGetErrorString(error).getString();
    }

    private static GpuState device(int ordinal) {
        int[] handle = new int[1];
        int error = cudart.cuDeviceGet(handle, ordinal);
        byte[] name = new byte[LONGEST_NAME];
        long memory = 0;
        if (error == 0) {
            error = cudart.cuDeviceGetName(name, name.length, handle[0]);
        }
        if (error == 0) {
            try (SizeTPointer bytes = new SizeTPointer(1)) {
                error = cudart.cuDeviceTotalMem(bytes, handle[0]);
                memory = bytes.get();
            }
        }
        String capability = attribute(CAPABILITY_MAJOR, ordinal) + "." + attribute(CAPABILITY_MINOR, ordinal);
        String problem = "";
        if (error != 0) {
            problem = "the driver doesn't tell its properties (error " + error + ": " + words(error) + ").";
        } else if (attribute(COMPUTE_MODE, ordinal) == PROHIBITED) {
            problem = "its compute mode is prohibited; allow computing with nvidia-smi -c DEFAULT.";
        }
        return new GpuState(ordinal, CText.of(name), capability, memory, attribute(MULTIPROCESSORS, ordinal), problem);
    }

    private static int attribute(int attribute, int ordinal) {
        int[] value = new int[1];
        return cudart.cudaDeviceGetAttribute(value, attribute, ordinal) == 0 ? value[0] : 0;
    }
}
