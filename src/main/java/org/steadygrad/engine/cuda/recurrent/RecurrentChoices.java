package org.steadygrad.engine.cuda.recurrent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.steadygrad.engine.cuda.driver.CacheFolder;

/**
 * How recurrent layers were decided to be run, one JSON object a line in {@value #FILE} of the cache folder. A file that
 * can't be read or written is as good as none; of several lines for the same the last one holds.
 */
public final class RecurrentChoices {
    static final String FILE = "recurrent-choices.jsonl";

    private static final ObjectMapper JSON = new ObjectMapper();

    private RecurrentChoices() {}

    /**
     * A measured choice.
     *
     * @param layer kind, sizes and precision in words
     * @param device its name
     * @param libraries their versions
     * @param chosen name of the fastest way
     * @param milliseconds of one pass by name of the way; infinite when it failed
     */
    public record Choice(
            String layer, String device, String libraries, String chosen, Map<String, Double> milliseconds) {
        public Choice {
            milliseconds = new LinkedHashMap<>(milliseconds);
        }

        private boolean isOf(String otherLayer, String otherDevice, String otherLibraries) {
            return layer.equals(otherLayer) && device.equals(otherDevice) && libraries.equals(otherLibraries);
        }
    }

    /** All choices that are remembered. */
    public static List<Choice> known() {
        Map<List<String>, Choice> latest = new LinkedHashMap<>();
        for (String line : lines()) {
            read(line).ifPresent(choice -> latest.put(List.of(choice.layer, choice.device, choice.libraries), choice));
        }
        return List.copyOf(latest.values());
    }

    private static Path file() {
        return CacheFolder.path().resolve(FILE);
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(file());
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Optional<Choice> read(String line) {
        try {
            Map<?, ?> map = JSON.readValue(line, HashMap.class);
            Map<String, Double> times = new LinkedHashMap<>();
            if (map.get("milliseconds") instanceof Map<?, ?> given) {
                given.forEach((name, value) -> times.put(
                        name.toString(), value instanceof Number n ? n.doubleValue() : Double.POSITIVE_INFINITY));
            }
            List<String> words = new ArrayList<>();
            for (String key : List.of("layer", "device", "libraries", "chosen")) {
                if (map.get(key) instanceof String text) {
                    words.add(text);
                }
            }
            return words.size() == 4 && times.containsKey(words.get(3))
                    ? Optional.of(new Choice(words.get(0), words.get(1), words.get(2), words.get(3), times))
                    : Optional.empty();
        } catch (JsonProcessingException e) {
            // cut off by a full disk, for example
            return Optional.empty();
        }
    }

    /** @param ways that can run the layer now; a choice among others isn't one among these */
    static Optional<Choice> find(String layer, String device, String libraries, List<String> ways) {
        return known().stream()
                .filter(choice -> choice.isOf(layer, device, libraries))
                .filter(choice -> choice.milliseconds.keySet().equals(Set.copyOf(ways)))
                .findFirst();
    }

    static void remember(Choice choice) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("layer", choice.layer);
        map.put("device", choice.device);
        map.put("libraries", choice.libraries);
        map.put("chosen", choice.chosen);
        Map<String, Object> times = new LinkedHashMap<>();
        choice.milliseconds.forEach((name, time) -> times.put(name, Double.isFinite(time) ? time : null));
        map.put("milliseconds", times);
        try {
            Files.createDirectories(file().getParent());
            Files.writeString(
                    file(), JSON.writeValueAsString(map) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            // measuring again next time is all that is lost
        }
    }
}
