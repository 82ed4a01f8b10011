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
    RUNTIME("the CUDA runtime", "cudart"),
    /** NVRTC asks for its builtins by a name with a minor version, and finds them only when they are loaded already. */
    COMPILER("NVRTC", "nvrtc-builtins nvrtc"),
    BLAS("cuBLAS", "cublasLt cublas"),
    DNN("cuDNN", "cudnn_graph cudnn_ops cudnn_cnn cudnn_adv cudnn");

    private final String title;
    /** In the order of loading, with spaces between. */
    private final String names;

    LibraryGroup(String title, String names) {
        this.title = title;
        this.names = names;
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
