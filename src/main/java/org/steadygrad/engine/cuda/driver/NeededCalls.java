package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The functions that this engine calls, of {@code calls.txt} beside this class, against what libraries offer. The tests keep
 * that list equal to the calls in the code.
 */
final class NeededCalls {
    static final String FILE = "calls.txt";

    private NeededCalls() {}

    /** Names of C functions whose library is the one that the prefix tells: "cu", "cuda", "nvrtc", "cublas", "cudnn". */
    static List<String> of(String prefix) {
        return all().stream().filter(name -> prefix(name).equals(prefix)).toList();
    }

    /** "cudaMalloc" to "cuda", and so on. */
    static String prefix(String function) {
        int end = 0;
        while (end < function.length() && !Character.isUpperCase(function.charAt(end))) {
            end++;
        }
        return function.substring(0, end);
    }

    /**
     * Functions with the prefix that neither the files offer, nor libraries beside them that they are linked with; empty as
     * well where a file can't be read.
     */
    static List<String> missing(String prefix, List<Path> files) {
        Set<String> offered = new HashSet<>();
        try {
            for (Path file : files) {
                DynamicSymbols symbols = DynamicSymbols.read(file);
                offered.addAll(symbols.defined());
                for (String needed : symbols.needed()) {
                    if (Files.isRegularFile(file.resolveSibling(needed))) {
                        offered.addAll(
                                DynamicSymbols.read(file.resolveSibling(needed)).defined());
                    }
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        List<String> missing = new ArrayList<>(of(prefix));
        missing.removeIf(function -> DynamicSymbols.offers(offered, function));
        return missing;
    }

    private static List<String> all() {
        try (InputStream in = NeededCalls.class.getResourceAsStream(FILE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(FILE + " is missing beside its class; build SteadyGrad anew.", e);
        }
    }
}
