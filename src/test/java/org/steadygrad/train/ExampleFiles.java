package org.steadygrad.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small files for those built-in run files that need one, made up so that there is something to learn. */
final class ExampleFiles {
    private static final int IMAGES = 600;
    private static final int SIDE = 28;

    private ExampleFiles() {}

    /** @return settings by name of the example */
    static Map<String, List<String>> write(Path folder) throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), text());
        Path roll = Files.writeString(folder.resolve("roll.json"), roll());
        Random random = new Random(5);
        byte[] labels = new byte[IMAGES];
        for (int i = 0; i < IMAGES; i++) {
            labels[i] = (byte) random.nextInt(10);
        }
        Path images = Files.write(folder.resolve("images"), images(labels, random));
        Path classes = Files.write(
                folder.resolve("labels"),
                ByteBuffer.allocate(8 + IMAGES)
                        .putInt(0x801)
                        .putInt(IMAGES)
                        .put(labels)
                        .array());
        return Map.of(
                "char-gru", List.of("data.path=" + text),
                "chorales-gru", List.of("data.path=" + roll),
                "digits-gru", List.of("data.images=" + images, "data.labels=" + classes));
    }

    /** Sentences from few words. */
    private static String text() {
        String[] words = {"the", "gradient", "of", "a", "deep", "network", "falls", "rises", "slowly", "and", "then"};
        Random random = new Random(3);
        StringBuilder text = new StringBuilder();
        while (text.length() < 60_000) {
            text.append(words[random.nextInt(words.length)]).append(random.nextInt(8) == 0 ? ".\n" : " ");
        }
        return text.toString();
    }

    /** Chords that wander. */
    private static String roll() {
        return "{\"train\": " + sequences(60, new Random(1)) + ", \"valid\": " + sequences(12, new Random(2)) + "}";
    }

    private static String sequences(int count, Random random) {
        List<String> sequences = new ArrayList<>();
        for (int s = 0; s < count; s++) {
            List<String> steps = new ArrayList<>();
            int root = 40 + random.nextInt(12);
            for (int t = 0; t < 40; t++) {
                root = Math.max(30, Math.min(60, root + random.nextInt(5) - 2));
                steps.add("[" + root + ", " + (root + 4) + ", " + (root + 7) + "]");
            }
            sequences.add(steps.toString());
        }
        return sequences.toString();
    }

    /** A bright bar whose place tells the class, on a dark ground with some noise. */
    private static byte[] images(byte[] labels, Random random) {
        ByteBuffer file = ByteBuffer.allocate(16 + IMAGES * SIDE * SIDE);
        file.putInt(0x803).putInt(IMAGES).putInt(SIDE).putInt(SIDE);
        for (byte label : labels) {
            for (int row = 0; row < SIDE; row++) {
                for (int column = 0; column < SIDE; column++) {
                    boolean inside = row > 3 && row < 24 && column > 3 && column < 24;
                    boolean bar = inside && Math.abs(column - 5 - 2 * label) + Math.abs(row - 14) / 8 < 3;
                    file.put((byte) (bar ? 200 + random.nextInt(50) : inside ? random.nextInt(30) : 0));
                }
            }
        }
        return file.array();
    }
}
