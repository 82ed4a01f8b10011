package org.steadygrad.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.steadygrad.health.Distributions;
import org.steadygrad.ops.Histogram;

/** Histograms of a run's tensors over the iterations, in bounded memory: the more tensors there are, the fewer looks are kept. */
final class HistogramTracks {
    static final int MOST_LOOKS = 48;
    private static final int LEAST_LOOKS = 8;
    private static final int MOST_BARS = 80_000;
    private static final int SHARES = 1000;

    private record Key(Distributions.Kind kind, String name) {}

    private Thinned<Distributions> looks;

    void add(Distributions distributions) {
        if (looks == null) {
            int bars = Histogram.BINS * Math.max(1, distributions.tensors().size());
            looks = new Thinned<>(Math.max(LEAST_LOOKS, Math.min(MOST_LOOKS, MOST_BARS / bars)));
        }
        looks.add(distributions);
    }

    /**
     * One object per tensor: {@code name}, {@code kind} in lower case, {@code columns} the iterations, {@code low} and {@code high} ends
     * of the histograms, {@code shares} of their bins in thousandths, {@code mean}, {@code deviation}, and {@code lost} the values that
     * aren't finite.
     */
    ArrayNode json() {
        Map<Key, List<Distributions>> byTensor = new LinkedHashMap<>();
        Map<Key, List<Histogram>> histograms = new LinkedHashMap<>();
        for (Distributions look : looks == null ? List.<Distributions>of() : looks.items()) {
            for (Distributions.Tensor tensor : look.tensors()) {
                Key key = new Key(tensor.kind(), tensor.name());
                byTensor.computeIfAbsent(key, k -> new ArrayList<>()).add(look);
                histograms.computeIfAbsent(key, k -> new ArrayList<>()).add(tensor.values());
            }
        }
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        histograms.forEach((key, values) -> {
            ObjectNode track = json.addObject();
            track.put("name", key.name()).put("kind", key.kind().name().toLowerCase(Locale.ROOT));
            ArrayNode columns = track.putArray("columns");
            byTensor.get(key).forEach(look -> columns.add(look.iteration()));
            fill(track, values);
        });
        return json;
    }

    private static void fill(ObjectNode track, List<Histogram> values) {
        track.set(
                "low", Numbers.array(values.stream().mapToDouble(Histogram::low).toArray()));
        track.set(
                "high",
                Numbers.array(values.stream().mapToDouble(Histogram::high).toArray()));
        track.set(
                "mean",
                Numbers.array(values.stream().mapToDouble(HistogramTracks::mean).toArray()));
        track.set(
                "deviation",
                Numbers.array(
                        values.stream().mapToDouble(HistogramTracks::deviation).toArray()));
        ArrayNode lost = track.putArray("lost");
        ArrayNode shares = track.putArray("shares");
        for (Histogram histogram : values) {
            lost.add(histogram.nonFinite());
            ArrayNode bins = shares.addArray();
            double total = Math.max(1, histogram.total());
            histogram.counts().forEach(count -> bins.add(Math.round(SHARES * count / total)));
        }
    }

    private static double mean(Histogram histogram) {
        return histogram.total() == 0 ? Double.NaN : histogram.sum() / histogram.total();
    }

    private static double deviation(Histogram histogram) {
        double mean = mean(histogram);
        return Math.sqrt(Math.max(0, histogram.squares() / histogram.total() - mean * mean));
    }
}
