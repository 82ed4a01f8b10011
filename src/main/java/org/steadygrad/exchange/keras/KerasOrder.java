package org.steadygrad.exchange.keras;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.steadygrad.exchange.keras.WrittenLayer.Source;

/**
 * The order in which Keras 3 has a functional model's layers once it has built it, and by which it counts those of one class in the file of weights: by the
 * largest number of calls from a layer to an output, and for equal numbers as a search from the outputs meets them ({@code keras/src/ops/function.py}, {@code
 * map_graph}). What Keras makes masks of counts as calls.
 */
final class KerasOrder {
    private final List<Source> ends = new ArrayList<>();
    private final Set<Source> met = new HashSet<>();
    private final Map<WrittenLayer, Integer> numbers = new HashMap<>();
    private final Map<Source, Integer> depths = new HashMap<>();
    private final Map<WrittenLayer, Integer> layerDepths = new HashMap<>();

    private KerasOrder() {}

    /** @param outputs of the model, in its order */
    static List<WrittenLayer> of(List<WrittenLayer> layers, List<Source> outputs) {
        KerasOrder order = new KerasOrder();
        outputs.forEach(order::meet);
        order.measure();
        List<WrittenLayer> sorted = new ArrayList<>(layers);
        sorted.sort(Comparator.<WrittenLayer>comparingInt(layer -> -order.layerDepths.getOrDefault(layer, 0))
                .thenComparingInt(layer -> order.numbers.getOrDefault(layer, -1)));
        return sorted;
    }

    /** Calls come after those that they read. */
    private void meet(Source call) {
        if (!met.add(call)) {
            return;
        }
        numbers.putIfAbsent(call.layer(), numbers.size());
        call.parents().forEach(this::meet);
        ends.add(call);
    }

    private void measure() {
        for (int i = ends.size() - 1; i >= 0; i--) {
            Source call = ends.get(i);
            int depth = Math.max(depths.getOrDefault(call, 0), layerDepths.getOrDefault(call.layer(), 0));
            depths.put(call, depth);
            layerDepths.put(call.layer(), depth);
            call.parents().forEach(parent -> depths.merge(parent, depth + 1, Math::max));
        }
    }
}
