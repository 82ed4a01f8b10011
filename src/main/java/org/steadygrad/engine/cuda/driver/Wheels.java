package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which of NVIDIA's packages for Python a file came with, by the lists of files that pip leaves beside packages. */
final class Wheels {
    private static final String LISTS = "nvidia*.dist-info";
    private static final String SUFFIX = ".dist-info";
    /** {@code site-packages/nvidia/cublas/lib/libcublas.so.12} is the deepest. */
    private static final int DEPTH = 4;

    private Wheels() {}

    /**
     * The package with its version, for example "nvidia-cublas-cu12 12.6.4.1"; "" where none is known. Of several that have a
     * file of the name, as cuDNN's for CUDA 12 and 13, the one that gave it this size; several with "or" between.
     */
    static String of(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        for (int i = 0; i < DEPTH && folder != null; i++, folder = folder.getParent()) {
            Set<String> owners = owners(folder, file.toAbsolutePath());
            if (!owners.isEmpty()) {
                return String.join(" or ", owners);
            }
        }
        return "";
    }

    private static Set<String> owners(Path packages, Path file) {
        Set<String> owners = new TreeSet<>();
        // a name, a checksum and a size, which may be missing
        Pattern entry = Pattern.compile(Pattern.quote(
                        packages.relativize(file).toString().replace('\\', '/')) + ",[^,]*,(?:" + size(file) + ")?");
        try (DirectoryStream<Path> lists = Files.newDirectoryStream(packages, LISTS)) {
            for (Path list : lists) {
                if (lists(list.resolve("RECORD"), entry)) {
                    owners.add(title(list.getFileName().toString()));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // a folder that can't be read tells nothing
            return owners;
        }
        return owners;
    }

    private static String size(Path file) {
        try {
            return String.valueOf(Files.size(file));
        } catch (IOException e) {
            return "[0-9]*";
        }
    }

    private static boolean lists(Path record, Pattern entry) {
        try (Stream<String> lines = Files.lines(record, StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(line -> entry.matcher(line).matches());
        } catch (IOException | UncheckedIOException e) {
            // a package whose list can't be read is none
            return false;
        }
    }

    /** "nvidia_cublas_cu12-12.6.4.1.dist-info" is "nvidia-cublas-cu12 12.6.4.1". */
    private static String title(String list) {
        String both = list.substring(0, list.length() - SUFFIX.length());
        int dash = both.indexOf('-');
        return both.substring(0, Math.max(0, dash)).replace('_', '-') + " " + both.substring(dash + 1);
    }
}
