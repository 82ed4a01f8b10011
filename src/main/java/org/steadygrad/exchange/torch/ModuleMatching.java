package org.steadygrad.exchange.torch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.steadygrad.check.InvalidInputException;

/**
 * Which module of a state dict is which layer of a network. Modules are told apart by kind and sizes; where several are alike, they are taken in
 * the file's order if that is the model's, or in the order of their numbers ({@code layers.0}, {@code layers.1}).
 */
final class ModuleMatching {
    private static final Pattern NUMBERS = Pattern.compile("\\d+");

    private final List<TorchModule> modules;
    private final boolean ordered;
    private final String who;
    private final String source;

    /** @param ordered whether the file keeps the model's order of modules */
    ModuleMatching(List<TorchModule> modules, boolean ordered, String who, String source) {
        this.modules = new ArrayList<>(modules);
        this.ordered = ordered;
        this.who = who;
        this.source = source;
    }

    /**
     * Finds the modules.
     *
     * @param layers what each layer of the network is, in its order, as {@link TorchModule#signatures} words it
     * @return for each layer its module
     * @throws InvalidInputException that tells what doesn't fit by name and shape, or which modules can't be told apart
     */
    Map<String, TorchModule> match(Map<String, String> layers) {
        Map<String, List<String>> wanted = new LinkedHashMap<>();
        layers.forEach((layer, signature) ->
                wanted.computeIfAbsent(signature, key -> new ArrayList<>()).add(layer));
        Map<String, List<TorchModule>> found = new LinkedHashMap<>();
        for (TorchModule module : modules) {
            List<String> fitting =
                    module.signatures().stream().filter(wanted::containsKey).toList();
            if (fitting.size() != 1) {
                throw misfit(layers, module);
            }
            found.computeIfAbsent(fitting.get(0), key -> new ArrayList<>()).add(module);
        }
        Map<String, TorchModule> matched = new LinkedHashMap<>();
        wanted.forEach((signature, names) -> {
            List<TorchModule> candidates = found.getOrDefault(signature, List.of());
            if (candidates.size() != names.size()) {
                throw misfit(layers, null);
            }
            List<TorchModule> inOrder = inOrder(candidates, signature);
            for (int i = 0; i < names.size(); i++) {
                matched.put(names.get(i), inOrder.get(i));
            }
        });
        return matched;
    }

    private InvalidInputException misfit(Map<String, String> layers, TorchModule module) {
        String expected = layers.entrySet().stream()
                .map(layer -> layer.getKey() + " (" + layer.getValue() + ")")
                .collect(Collectors.joining("; "));
        String got = (module == null ? modules : List.of(module))
                .stream()
                        .map(one -> one.name() + " (" + String.join(" or ", one.signatures()) + ")")
                        .collect(Collectors.joining("; "));
        return InvalidInputException.of(
                who,
                "weights of the layers of " + source + ": " + expected,
                new Plain(got),
                "Give the run file that fits.");
    }

    /** A text that errors show without quotes. */
    private record Plain(String text) {
        @Override
        public String toString() {
            return text;
        }
    }

    private List<TorchModule> inOrder(List<TorchModule> alike, String signature) {
        if (alike.size() == 1 || ordered) {
            return alike;
        }
        boolean numbered = alike.stream()
                        .map(module -> NUMBERS.matcher(module.name()).replaceAll("#"))
                        .distinct()
                        .count()
                == 1;
        if (!numbered) {
            throw InvalidInputException.of(
                    who,
                    "modules that differ in kind or size, or are numbered, since this format doesn't keep their order",
                    alike.stream().map(TorchModule::name).toList() + ", each a " + signature,
                    "Save the state dict with torch.save, which keeps the order.");
        }
        return alike.stream()
                .sorted(Comparator.comparing(ModuleMatching::padded))
                .toList();
    }

    private static String padded(TorchModule module) {
        Matcher matcher = NUMBERS.matcher(module.name());
        return matcher.replaceAll(
                number -> "0".repeat(Math.max(0, 20 - number.group().length())) + number.group());
    }
}
