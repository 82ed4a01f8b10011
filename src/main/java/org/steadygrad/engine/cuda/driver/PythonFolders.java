package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where Pythons keep their packages, and CUDA's libraries among these. Looks at names of files only. */
final class PythonFolders {
    /** What makes a folder a virtual environment. */
    static final String ENVIRONMENT = "pyvenv.cfg";

    private PythonFolders() {}

    /** Folders of libraries of a Python or of an environment, which is at a prefix such as {@code /usr}. */
    static List<Path> ofPrefix(Path prefix) {
        return packages(prefix).stream()
                .flatMap(folder -> libraries(folder).stream())
                .toList();
    }

    /** The site-packages of a prefix; of an environment that shows the packages of its base also those. */
    static List<Path> packages(Path prefix) {
        List<Path> folders = own(prefix);
        base(prefix).ifPresent(base -> {
            folders.addAll(own(base));
            // Debian's pip installs there
            folders.addAll(own(base.resolve("local")));
        });
        return folders;
    }

    private static List<Path> own(Path prefix) {
        List<Path> folders = new ArrayList<>();
        for (String lib : List.of("lib", "lib64")) {
            for (Path python : Folders.list(prefix.resolve(lib), "python3*")) {
                folders.add(python.resolve("site-packages"));
                folders.add(python.resolve("dist-packages"));
            }
        }
        folders.removeIf(folder -> !Files.isDirectory(folder));
        return folders;
    }

    /** Folders of libraries in a site-packages: of NVIDIA's packages, and what PyTorch brings along itself. */
    static List<Path> libraries(Path packages) {
        List<Path> folders = new ArrayList<>();
        Folders.list(packages.resolve("nvidia"), "*").forEach(part -> folders.add(part.resolve("lib")));
        folders.add(packages.resolve("torch/lib"));
        folders.removeIf(folder -> !Files.isDirectory(folder));
        return folders;
    }

    /** The prefix of the Python that an environment was made with, if it shows that one's packages. */
    private static Optional<Path> base(Path prefix) {
        String home = "";
        boolean shown = false;
        try {
            for (String line : Files.readAllLines(prefix.resolve(ENVIRONMENT), StandardCharsets.ISO_8859_1)) {
                String[] parts = line.split("=", 2);
                String value = parts.length < 2 ? "" : parts[1].strip();
                if (parts[0].strip().equals("home")) {
                    home = value;
                } else if (parts[0].strip().equals("include-system-site-packages")) {
                    shown = value.equals("true");
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return shown && home.startsWith("/") ? Optional.ofNullable(Path.of(home).getParent()) : Optional.empty();
    }
}
