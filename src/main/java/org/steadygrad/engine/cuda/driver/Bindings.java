package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;
import org.steadygrad.engine.cuda.driver.CudaReport.Problem;
import org.steadygrad.platform.NativeVariant;

/**
 * The Java bindings on the class path. Nothing here initialises one of their classes, and no constant of theirs is used:
 * javac would write the version at compile time into the program.
 *
 * @param version as of Maven, for example "13.1-9.19-1.5.13": CUDA, cuDNN, JavaCPP
 * @param cudaMajor 13 in that example
 * @param cudnnMajor 9 in that example
 */
record Bindings(String version, int cudaMajor, int cudnnMajor) {
    private static final Pattern VERSION = Pattern.compile("(\\d{1,3})\\.\\d+-(\\d{1,3})\\.\\d+-(.+)");
    /** CUDA's major versions of which there are bindings that this engine can be built with. */
    static final List<Integer> MAJORS = List.of(12, 13);

    private static final int OLDEST_CUDA = 12;
    private static final int CUDNN = 9;

    /** The same for another CUDA, to see whether that one's libraries are there. */
    Bindings ofCuda(int major) {
        return new Bindings("CUDA " + major, major, cudnnMajor);
    }

    /** Where the libraries of the bindings lie on the class path. */
    static String resources() {
        return "org/bytedeco/cuda/" + NativeVariant.platform() + "/";
    }

    /** The version's text; "" when there are no bindings or they don't tell. */
    static String versionText() {
        try {
            return Optional.ofNullable(Loader.getVersion("org.bytedeco", "cuda", Bindings.class))
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    static Optional<Bindings> parse(String text) {
        Matcher matcher = VERSION.matcher(text);
        return matcher.matches()
                ? Optional.of(
                        new Bindings(text, Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
                : Optional.empty();
    }

    /** Why no bindings can be used at all; empty when they can. */
    static Optional<Problem> missing() {
        if (!onClassPath()) {
            return Optional.of(new Problem(
                    "The Java bindings of CUDA are not on the class path.",
                    "Add org.bytedeco:cuda and the same with the classifier " + NativeVariant.platform()
                            + ", which SteadyGrad's own build does."));
        }
        String platform = NativeVariant.platform();
        if (platform.startsWith("macosx")) {
            return Optional.of(new Problem("CUDA doesn't exist for macOS.", "Use the engine cpu there."));
        }
        if (!resource("libjnicudart.so") && !resource("jnicudart.dll")) {
            return Optional.of(new Problem(
                    "The native part of CUDA's bindings for " + platform + " is not on the class path.",
                    "Add org.bytedeco:cuda with the classifier " + platform
                            + "; it exists for linux-x86_64, linux-arm64 and windows-x86_64."));
        }
        return Optional.empty();
    }

    /** Why this version can't be used; empty when it can. */
    Optional<Problem> unfit() {
        if (cudaMajor >= OLDEST_CUDA && cudnnMajor == CUDNN) {
            return Optional.empty();
        }
        return Optional.of(
                new Problem(
                        "The bindings on the class path are for CUDA " + version
                                + ", which is not one that this engine knows.",
                        "Put org.bytedeco:cuda of CUDA 12.6 or 13.1 there; the profile nd4j-cuda can't be used together with this engine."));
    }

    /** The JavaCPP version that they were made for differs from the one on the class path. */
    boolean madeForOtherJavaCpp() {
        Matcher matcher = VERSION.matcher(version);
        try {
            return !matcher.matches() || !matcher.group(3).equals(Loader.getVersion());
        } catch (IOException e) {
            return true;
        }
    }

    /** Whether the library comes out of a jar; JavaCPP then unpacks and loads it by itself. */
    static boolean resource(String file) {
        return Bindings.class.getClassLoader().getResource(resources() + file) != null;
    }

    private static boolean onClassPath() {
        for (String name : new String[] {"cudart", "nvrtc", "cublas", "cudnn"}) {
            try {
                Class.forName("org.bytedeco.cuda.global." + name, false, Bindings.class.getClassLoader());
            } catch (ClassNotFoundException | LinkageError e) {
                return false;
            }
        }
        return true;
    }
}
