package org.steadygrad.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * What same-runs.sh doesn't do in a shell. {@code data FOLDER} writes small data files for built-in run files that need some.
 * {@code run FILE} runs one command line of SteadyGrad after the other in this JVM, with fields between tabs, and leaves a file
 * "done" in the folder of each. {@code compare BASE PRESENT CASE ...} compares what they left, and exits with 1 where it isn't the
 * same.
 */
public final class SameRuns {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> COMPARED = List.of("run.yaml", "run.json", "metrics.jsonl", "health.jsonl");

    private SameRuns() {}

    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        switch (args[0]) {
            case "data" -> writeData(Files.createDirectories(Path.of(args[1])));
            case "run" -> System.exit(run(Path.of(args[1])) ? 0 : 2);
            default -> System.exit(compare(args) ? 0 : 1);
        }
    }

    /** The command line's entry that leaves the JVM going; it has this name and form in all commits that can be compared. */
    private static boolean run(Path commands) throws IOException, ReflectiveOperationException {
        Method execute = Class.forName("org.steadygrad.cli.Main").getDeclaredMethod("execute", String[].class);
        execute.setAccessible(true);
        for (String line : Files.readAllLines(commands)) {
            String[] fields = line.split("\t");
            Path folder = Path.of(fields[Arrays.asList(fields).indexOf("--out") + 1]);
            // a run that its guard stops has an exit code like one that fails; that leaves no run.json
            Object code = execute.invoke(null, (Object) fields);
            if (!Files.exists(folder.resolve("run.json"))) {
                System.err.println("same-runs: exit code " + code + " of " + line.replace('\t', ' '));
                return false;
            }
            Files.writeString(folder.resolve("done"), "");
        }
        return true;
    }

    private static boolean compare(String[] args) throws IOException {
        boolean same = true;
        for (String name : List.of(args).subList(3, args.length)) {
            List<String> differences =
                    differences(Path.of(args[1]).resolve(name), Path.of(args[2]).resolve(name));
            System.out.println(name + ": " + (differences.isEmpty() ? "the same" : String.join("\n    ", differences)));
            same &= differences.isEmpty();
        }
        return same;
    }

    /** The first difference in each file or entry of two run folders, in words. */
    private static List<String> differences(Path base, Path present) throws IOException {
        Map<String, byte[]> before = content(base);
        Map<String, byte[]> now = content(present);
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(now.keySet());
        List<String> differences = new ArrayList<>();
        for (String name : names) {
            if (!before.containsKey(name) || !now.containsKey(name)) {
                differences.add(name + " is only in the " + (now.containsKey(name) ? "present" : "base"));
            } else {
                difference(name, before.get(name), now.get(name))
                        .ifPresent(words -> differences.add(name + ", " + words));
            }
        }
        return differences;
    }

    /** What is compared, by name; entries of archives as "archive!entry". */
    private static Map<String, byte[]> content(Path folder) throws IOException {
        Map<String, byte[]> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString();
                if (name.endsWith(".zip")) {
                    unpack(name, Files.readAllBytes(file), content);
                } else if (COMPARED.contains(name)) {
                    content.put(name, Files.readAllBytes(file));
                }
            }
        }
        return content;
    }

    private static void unpack(String name, byte[] archive, Map<String, byte[]> content) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                byte[] bytes = zip.readAllBytes();
                if (entry.getName().endsWith(".zip")) {
                    unpack(name + "!" + entry.getName(), bytes, content);
                } else {
                    content.put(name + "!" + entry.getName(), bytes);
                }
            }
        }
    }

    private static Optional<String> difference(String name, byte[] before, byte[] now) throws IOException {
        if (name.endsWith(".jsonl")) {
            List<JsonNode> rowsBefore = rows(before);
            List<JsonNode> rowsNow = rows(now);
            for (int i = 0; i < Math.min(rowsBefore.size(), rowsNow.size()); i++) {
                Optional<String> difference = difference("", rowsBefore.get(i), rowsNow.get(i));
                if (difference.isPresent()) {
                    String row = "row " + (i + 1);
                    return difference.map(words -> row + words);
                }
            }
            return rowsBefore.size() == rowsNow.size()
                    ? Optional.empty()
                    : Optional.of(rowsBefore.size() + " rows in the base, " + rowsNow.size() + " at present");
        }
        if (name.endsWith(".json")) {
            return difference("", timeless(JSON.readTree(before)), timeless(JSON.readTree(now)));
        }
        int at = Arrays.mismatch(before, now);
        return at < 0
                ? Optional.empty()
                : Optional.of("byte " + at + " of " + before.length + " in the base, of " + now.length + " at present");
    }

    private static List<JsonNode> rows(byte[] lines) throws IOException {
        List<JsonNode> rows = new ArrayList<>();
        for (String line : new String(lines, StandardCharsets.UTF_8).split("\n")) {
            JsonNode row = line.isEmpty() ? JSON.nullNode() : timeless(JSON.readTree(line));
            if (!row.isNull()) {
                rows.add(row);
            }
        }
        return rows;
    }

    /** Without durations; null for what is only about durations. */
    private static JsonNode timeless(JsonNode node) {
        if (node.isArray()) {
            ArrayNode kept = JSON.createArrayNode();
            node.forEach(element -> {
                JsonNode timeless = timeless(element);
                if (element.isNull() || !timeless.isNull()) {
                    kept.add(timeless);
                }
            });
            return kept;
        }
        if (!node.isObject()) {
            return node;
        }
        if (node.toString().contains("\"stalled-input\"") && node.has("id")) {
            return JSON.nullNode();
        }
        ObjectNode kept = JSON.createObjectNode();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!field.getKey().matches("(?i).*seconds.*")) {
                kept.set(field.getKey(), timeless(field.getValue()));
            }
        }
        return kept;
    }

    /**
     * Keys may stand in any order: it is a new one in every JVM where evidence comes from {@code Map.of}.
     *
     * @param place the way to the node, for the words
     */
    private static Optional<String> difference(String place, JsonNode before, JsonNode now) {
        if (before.isObject() && now.isObject()) {
            TreeSet<String> names = new TreeSet<>();
            before.fieldNames().forEachRemaining(names::add);
            now.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                Optional<String> difference = difference(place + "." + name, before.path(name), now.path(name));
                if (difference.isPresent()) {
                    return difference;
                }
            }
            return Optional.empty();
        }
        if (before.isArray() && now.isArray() && before.size() == now.size()) {
            for (int i = 0; i < before.size(); i++) {
                Optional<String> difference = difference(place + "[" + i + "]", before.get(i), now.get(i));
                if (difference.isPresent()) {
                    return difference;
                }
            }
            return Optional.empty();
        }
        return before.equals(now)
                ? Optional.empty()
                : Optional.of(place + ": " + before + " in the base, " + now + " at present");
    }

    private static void writeData(Path folder) throws IOException {
        Random random = new Random(3);
        String[] words = {"the", "gradient", "of", "a", "deep", "network", "falls", "rises", "slowly", "and", "then"};
        StringBuilder text = new StringBuilder();
        while (text.length() < 60_000) {
            text.append(words[random.nextInt(words.length)]).append(random.nextInt(8) == 0 ? ".\n" : " ");
        }
        Files.writeString(folder.resolve("text.txt"), text);
        Files.writeString(
                folder.resolve("roll.json"),
                "{\"train\": " + chords(60, random) + ", \"valid\": " + chords(12, random) + "}");
        writeImages(folder, 600, random);
    }

    /** Chords that wander. */
    private static String chords(int count, Random random) {
        List<String> sequences = new ArrayList<>();
        for (int s = 0; s < count; s++) {
            List<String> steps = new ArrayList<>();
            int root = 40;
            for (int t = 0; t < 20 + random.nextInt(20); t++) {
                root = Math.max(30, Math.min(60, root + random.nextInt(5) - 2));
                steps.add("[" + root + ", " + (root + 4) + ", " + (root + 7) + "]");
            }
            sequences.add(steps.toString());
        }
        return sequences.toString();
    }

    /** In MNIST's format: a bar whose place tells the class, and noise. */
    private static void writeImages(Path folder, int count, Random random) throws IOException {
        int side = 28;
        ByteBuffer labels = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
        ByteBuffer images = ByteBuffer.allocate(16 + count * side * side).putInt(0x803).putInt(count);
        images.putInt(side).putInt(side);
        for (int i = 0; i < count; i++) {
            int label = random.nextInt(10);
            labels.put((byte) label);
            for (int pixel = 0; pixel < side * side; pixel++) {
                boolean bar = Math.abs(pixel % side - 5 - 2 * label) < 2;
                images.put((byte) (random.nextInt(50) + (bar ? 150 : 0)));
            }
        }
        Files.write(folder.resolve("labels"), labels.array());
        Files.write(folder.resolve("images"), images.array());
    }
}
