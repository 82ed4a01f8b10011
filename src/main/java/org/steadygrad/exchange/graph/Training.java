package org.steadygrad.exchange.graph;

import java.util.Map;
import java.util.Optional;

/**
 * What a file says of how its network was trained.
 *
 * @param losses by output, in the file's words
 * @param optimizer if the file has one
 */
public record Training(Map<String, String> losses, Optional<Optimizer> optimizer) {
    public Training {
        losses = Map.copyOf(losses);
    }

    /**
     * An optimizer with what it has come to.
     *
     * @param kind in the file's words: Adam, AdamW, SGD
     * @param settings its numbers by the file's names, rates and limits of gradients
     * @param steps that have been taken
     * @param slots states by name of the slot, then by name of the array they belong to
     */
    public record Optimizer(
            String kind, Map<String, Double> settings, long steps, Map<String, Map<String, Weight>> slots) {
        public Optimizer {
            settings = Map.copyOf(settings);
            slots = Map.copyOf(slots);
        }
    }
}
