package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** CUDA C sources, which are packed beside the classes. */
final class KernelSources {
    private static final String FOLDER = "/org/steadygrad/engine/cuda/kernels/";
    private static final Pattern INCLUDE = Pattern.compile("(?m)^#include \"([^\"]+)\"");

    private KernelSources() {}

    /**
     * A source with all that it includes, directly or not.
     *
     * @param file name of the file
     * @return content by name of the file, the source itself first
     */
    static Map<String, String> withHeaders(String file) {
        Map<String, String> found = new LinkedHashMap<>();
        add(file, found);
        return found;
    }

    private static void add(String file, Map<String, String> found) {
        if (found.containsKey(file)) {
            return;
        }
        String text = read(file);
        found.put(file, text);
        Matcher includes = INCLUDE.matcher(text);
        while (includes.find()) {
            add(includes.group(1), found);
        }
    }

    private static String read(String file) {
        try (InputStream in = KernelSources.class.getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new IllegalStateException("engine cuda: the kernel source " + file + " isn't in the jar.");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
