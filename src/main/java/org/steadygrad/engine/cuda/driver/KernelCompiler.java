package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.nvrtc.nvrtcCompileProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCreateProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcDestroyProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBIN;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBINSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetErrorString;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLog;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLogSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcVersion;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * Compiles CUDA C by NVRTC to machine code for one architecture; never to PTX, since a newer NVRTC's PTX isn't taken by an
 * older driver.
 */
final class KernelCompiler {
    private final List<String> options;
    private final KernelCache cache;

    /** @param architecture compute capability without the point, 90 for 9.0 */
    KernelCompiler(int architecture, KernelCache cache) {
        this.cache = cache;
        options = options(architecture);
    }

    static List<String> options(int architecture) {
        return List.of("--gpu-architecture=sm_" + architecture, "--std=c++17", "-lineinfo");
    }

    /**
     * @param file name of a kernel source
     * @throws CudaException with the compiler's messages
     */
    byte[] compile(String file) {
        return compile(KernelSources.withHeaders(file));
    }

    /** @param sources content by name of the file, first the one to compile and then all that it includes */
    byte[] compile(Map<String, String> sources) {
        String key = key(sources);
        Optional<byte[]> known = cache.read(key);
        if (known.isPresent()) {
            return known.get();
        }
        byte[] code = translate(sources);
        cache.write(key, code);
        return code;
    }

    private String key(Map<String, String> sources) {
        int[] major = new int[1];
        int[] minor = new int[1];
        Status.compiler(nvrtcVersion(major, minor), "nvrtcVersion");
        return key(major[0] + "." + minor[0], options, sources);
    }

    /**
     * What tells machine code from all other.
     *
     * @param version of NVRTC, for example "13.0"
     */
    static String key(String version, List<String> options, Map<String, String> sources) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((version + options).getBytes(StandardCharsets.UTF_8));
            sources.forEach((name, text) -> {
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                digest.update(text.getBytes(StandardCharsets.UTF_8));
            });
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] translate(Map<String, String> sources) {
        List<String> names = new ArrayList<>(sources.keySet());
        List<String> texts = new ArrayList<>(sources.values());
        String[] headerTexts = texts.subList(1, texts.size()).toArray(new String[0]);
        String[] headerNames = names.subList(1, names.size()).toArray(new String[0]);
        _nvrtcProgram program = new _nvrtcProgram();
        try (BytePointer text = new BytePointer(texts.get(0), StandardCharsets.UTF_8);
                BytePointer name = new BytePointer(names.get(0), StandardCharsets.UTF_8);
                PointerPointer<BytePointer> contents = new PointerPointer<>(headerTexts);
                PointerPointer<BytePointer> included = new PointerPointer<>(headerNames);
                PointerPointer<BytePointer> flags = new PointerPointer<>(options.toArray(new String[0]))) {
            Status.compiler(
                    nvrtcCreateProgram(program, text, name, headerNames.length, contents, included),
                    "nvrtcCreateProgram");
            int status = nvrtcCompileProgram(program, options.size(), flags);
            if (status != 0) {
                throw new CudaException(
                        CudaException.Kind.OTHER,
                        "engine cuda: NVRTC doesn't compile " + names.get(0) + " with " + options + " (" + status + ", "
                                + nvrtcGetErrorString(status).getString() + ")" + log(program));
            }
            return code(program);
        } finally {
            nvrtcDestroyProgram(program);
        }
    }

    /** What the compiler has to say, whatever it failed for; not to have it must not hide that it failed. */
    private static String log(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            if (nvrtcGetProgramLogSize(program, size) != 0 || size.get() <= 1) {
                return ", and says nothing about it.";
            }
            try (BytePointer text = new BytePointer(size.get())) {
                if (nvrtcGetProgramLog(program, text) != 0) {
                    return ", and says nothing about it.";
                }
                byte[] letters = new byte[Math.toIntExact(size.get())];
                text.get(letters);
                return ":\n" + CText.of(letters).strip();
            }
        }
    }

    private static byte[] code(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            Status.compiler(nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize");
            byte[] code = new byte[Math.toIntExact(size.get())];
            try (BytePointer image = new BytePointer(code.length)) {
                Status.compiler(nvrtcGetCUBIN(program, image), "nvrtcGetCUBIN");
                image.get(code);
            }
            return code;
        }
    }
}
