package org.steadygrad.platform;

import java.util.Locale;
import java.util.function.Predicate;

/**
 * Which build of nd4j-native is loaded: the one for any processor, or the one for AVX2 or AVX-512. JavaCPP takes a
 * property for it and otherwise loads whatever lies on the class path, also where the processor can't run it.
 * {@link NativeVariantBackend} makes the choice when ND4J starts; only code that uses JavaCPP before ND4J has to call
 * {@link #select()} itself.
 *
 * @param extension what JavaCPP appends to the platform: "", "-avx2" or "-avx512"
 * @param reason why, in plain words
 */
public record NativeVariant(String extension, String reason) {
    /** Set by the user, it is obeyed. */
    public static final String PROPERTY = "org.bytedeco.javacpp.platform.extension";

    private static final String CHOSEN = "org.steadygrad.native.reason";

    /** Chooses once per JVM and tells JavaCPP. Loads no native library. */
    public static synchronized NativeVariant select() {
        String set = System.getProperty(PROPERTY);
        if (set != null) {
            return new NativeVariant(set, System.getProperty(CHOSEN, "set by -D" + PROPERTY));
        }
        NativeVariant chosen = choose(Cpu.detect(), NativeVariant::onClassPath);
        System.setProperty(CHOSEN, chosen.reason());
        System.setProperty(PROPERTY, chosen.extension());
        return chosen;
    }

    static NativeVariant choose(Cpu cpu, Predicate<String> onClassPath) {
        if (cpu.runsAvx512() && onClassPath.test("-avx512")) {
            return new NativeVariant("-avx512", "the processor has AVX-512");
        }
        if (cpu.runsAvx2() && onClassPath.test("-avx2")) {
            return new NativeVariant("-avx2", "the processor has AVX2");
        }
        String reason = cpu.runsAvx2()
                ? "no build for this processor's vector instructions is on the class path"
                : "the processor has, or shows, no AVX2";
        return new NativeVariant("", reason);
    }

    /** The name of the build, for people. */
    public String title() {
        return extension.isEmpty() ? "base" : extension.substring(1);
    }

    private static boolean onClassPath(String extension) {
        String folder = "org/nd4j/linalg/cpu/nativecpu/bindings/" + platform() + extension + "/";
        ClassLoader loader = NativeVariant.class.getClassLoader();
        return loader.getResource(folder + System.mapLibraryName("nd4jcpu")) != null
                || loader.getResource(folder + "libnd4jcpu.dll") != null;
    }

    /** JavaCPP's name of the platform, for example "linux-x86_64". */
    public static String platform() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String system = os.contains("mac") ? "macosx" : os.contains("windows") ? "windows" : "linux";
        String processor =
                switch (arch) {
                    case "amd64", "x86_64", "x86-64" -> "x86_64";
                    case "aarch64", "arm64" -> "arm64";
                    default -> arch;
                };
        return system + "-" + processor;
    }
}
