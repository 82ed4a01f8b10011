package org.steadygrad.exchange.torch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.array.StoredArray;

/**
 * A model's weights by name, as PyTorch saved them, alone or among other things.
 *
 * @param weights the state dict, in the order of the modules; names as in the file
 * @param rest the file's other entries: name and what it holds
 */
record TorchCheckpoint(Map<String, StoredArray> weights, Map<String, String> rest) {
    /** Under which names programs save a state dict beside other things. */
    private static final List<String> WEIGHTS =
            List.of("state_dict", "model_state_dict", "model", "model_state", "module", "net", "weights", "params");

    /**
     * Reads a file of a state dict, or of a dict with a state dict in it, as Lightning and most programs save.
     *
     * @throws InvalidInputException when the file is damaged, asks for anything but arrays, or holds no state dict
     * @throws IOException when it can't be read
     */
    static TorchCheckpoint read(Path file) throws IOException {
        String who = file.toString();
        Object content = TorchFile.read(file);
        if (!(content instanceof Map<?, ?> top)) {
            throw InvalidInputException.of(
                    who,
                    "a state dict",
                    content instanceof StoredArray ? "a single tensor" : Pickle.described(content),
                    "");
        }
        if (hasArrays(top)) {
            return of(top, Map.of());
        }
        List<String> found = WEIGHTS.stream()
                .filter(key -> top.get(key) instanceof Map<?, ?> dict && hasArrays(dict))
                .toList();
        if (found.size() != 1) {
            throw InvalidInputException.of(
                    who,
                    "a state dict, or one under one of the names " + WEIGHTS,
                    found.isEmpty() ? "a dict of " + top.keySet() : found + " at once",
                    "Save it alone: torch.save(model.state_dict(), \"model.pt\").");
        }
        Map<String, String> rest = new LinkedHashMap<>();
        top.forEach((key, value) -> {
            if (!key.equals(found.get(0))) {
                rest.put(String.valueOf(key), Pickle.described(value));
            }
        });
        return of((Map<?, ?>) top.get(found.get(0)), rest);
    }

    private static TorchCheckpoint of(Map<?, ?> dict, Map<String, String> beside) {
        Map<String, StoredArray> weights = new LinkedHashMap<>();
        Map<String, String> rest = new LinkedHashMap<>(beside);
        dict.forEach((key, value) -> {
            if (value instanceof StoredArray array) {
                weights.put(String.valueOf(key), array);
            } else {
                rest.put(String.valueOf(key), Pickle.described(value));
            }
        });
        return new TorchCheckpoint(weights, rest);
    }

    private static boolean hasArrays(Map<?, ?> dict) {
        return dict.values().stream().anyMatch(StoredArray.class::isInstance);
    }
}
