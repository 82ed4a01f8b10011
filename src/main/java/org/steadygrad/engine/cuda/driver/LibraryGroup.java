package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Libraries that belong together and are taken from one folder, or not at all. Their files are found by SONAME, the name
 * under which later libraries ask for them.
 */
enum LibraryGroup {
    RUNTIME("the CUDA runtime", "cudart", "nvidia-cuda-runtime", "12.6.77", "13.0.96"),
    /** NVRTC asks for its builtins by a name with a minor version, and finds them only when they are loaded already. */
    COMPILER("NVRTC", "nvrtc-builtins nvrtc", "nvidia-cuda-nvrtc", "12.6.85", "13.0.88"),
    BLAS("cuBLAS", "cublasLt cublas", "nvidia-cublas", "12.6.4.1", "13.1.0.3"),
    /** All models run without it. */
    DNN("cuDNN", "cudnn_graph cudnn_ops cudnn_cnn cudnn_adv cudnn", "nvidia-cudnn", "9.5.1.17", "9.19.0.56");

    /** The newest CUDA whose packages have it in their names; that of later ones is in their version only. */
    private static final int LAST_NAMED = 12;

    private final String title;
    /** In the order of loading, with spaces between. */
    private final String names;

    private final String wheel;
    private final String versionFor12;
    private final String versionFor13;

    /**
     * @param wheel name of the package for Python, without an ending that names CUDA's version
     * @param versionFor12 a version of it that was seen to work with the bindings of CUDA 12
     */
    LibraryGroup(String title, String names, String wheel, String versionFor12, String versionFor13) {
        this.title = title;
        this.names = names;
        this.wheel = wheel;
        this.versionFor12 = versionFor12;
        this.versionFor13 = versionFor13;
    }

    /** Those without which nothing runs. */
    static List<LibraryGroup> required() {
        return List.of(RUNTIME, COMPILER, BLAS);
    }

    /** The package for Python, as pip takes it: "nvidia-cublas==13.1.0.3". */
    String requirement(Bindings bindings) {
        boolean named = this == DNN || bindings.cudaMajor() <= LAST_NAMED;
        String version = bindings.cudaMajor() <= LAST_NAMED ? versionFor12 : versionFor13;
        return wheel + (named ? "-cu" + bindings.cudaMajor() : "") + "==" + version;
    }

    /** For people. */
    String title() {
        return title;
    }

    /** The library whose name stands for the group. */
    String main() {
        return names.substring(names.lastIndexOf(' ') + 1);
    }

    /** The SONAMEs that a set needs, in the order of loading; "*" stands for any minor version. */
    List<String> sonames(Bindings bindings) {
        return Stream.of(names.split(" ", -1))
                .map(name -> soname(name, bindings))
                .toList();
    }

    /** The major version that the bindings ask for. */
    int major(Bindings bindings) {
        return this == DNN ? bindings.cudnnMajor() : bindings.cudaMajor();
    }

    /** The SONAME of {@link #main()}. */
    String mainSoname(Bindings bindings) {
        return soname(main(), bindings);
    }

    private String soname(String name, Bindings bindings) {
        String plain = "lib" + name + ".so." + major(bindings);
        return name.endsWith("-builtins") ? plain + ".*" : plain;
    }

    /**
     * The group's files in a folder, in the order of loading; empty unless all are there. cuDNN's engines and heuristics come
     * along where they are: its other libraries load them by SONAME when they need them, and versions must be equal.
     */
    Optional<List<Path>> in(Path folder, Bindings bindings) {
        List<Path> files = new ArrayList<>();
        for (String soname : sonames(bindings)) {
            List<Path> found = matching(folder, soname);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            files.addAll(found);
        }
        if (this == DNN) {
            String ending = ".so." + bindings.cudnnMajor();
            List<Path> helpers = new ArrayList<>(matching(folder, "libcudnn_heuristic" + ending));
            helpers.addAll(matching(folder, "libcudnn_engines_*" + ending));
            files.addAll(files.size() - 1, helpers);
        }
        return Optional.of(List.copyOf(files));
    }

    /** SONAMEs of the group's main library in the folder that have another major version. */
    List<String> otherVersions(Path folder, Bindings bindings) {
        String wanted = mainSoname(bindings);
        return matching(folder, "lib" + main() + ".so.*").stream()
                .map(file -> file.getFileName().toString())
                .filter(name -> name.matches("lib" + main() + "\\.so\\.\\d+") && !name.equals(wanted))
                .toList();
    }

    /** Several names of one file count once. */
    private static List<Path> matching(Path folder, String name) {
        int star = name.indexOf('*');
        if (star < 0) {
            Path file = folder.resolve(name);
            return DynamicSymbols.isLibrary(file) ? List.of(file) : List.of();
        }
        String start = name.substring(0, star);
        String end = name.substring(star + 1);
        Set<Path> seen = new HashSet<>();
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.sorted().toList()) {
                String found = file.getFileName().toString();
                boolean fits = found.startsWith(start) && found.endsWith(end) && !found.contains(".alt.");
                if (fits && DynamicSymbols.isLibrary(file) && seen.add(file.toRealPath())) {
                    files.add(file);
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        return files;
    }
}
