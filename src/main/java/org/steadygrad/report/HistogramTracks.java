package org.steadygrad.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.steadygrad.ops.Histogram;
import org.steadygrad.runlog.Distributions;

/** Histograms of a run's tensors over the iterations, in bounded memory: the more tensors there are, the fewer looks are kept. */
final class HistogramTracks extends ViewPart<ArrayNode> {
    static final int MOST_LOOKS = 48;
    private static final int LEAST_LOOKS = 8;
    private static final int MOST_BARS = 80_000;
    private static final int SHARES = 1000;

    private record Key(Distributions.Kind kind, String name) {}

    /** A tensor's histogram at a look, and its shares as soon as they are asked for. */
    private static final class Bars {
        private final int iteration;
        private final Key key;
        private final Histogram values;
        private ArrayNode shares;

        Bars(int iteration, Distributions.Tensor tensor) {
            this.iteration = iteration;
            key = new Key(tensor.kind(), tensor.name());
            values = tensor.values();
        }

        ArrayNode shares() {
            if (shares == null) {
                ArrayNode made = JsonNodeFactory.instance.arrayNode(Histogram.BINS);
                double total = Math.max(1, values.total());
                values.counts().forEach(count -> made.add(Math.round(SHARES * count / total)));
                shares = made;
            }
            return shares;
        }
    }

    private Thinned<List<Bars>> looks;

    void add(Distributions distributions) {
        changed();
        if (looks == null) {
            int bars = Histogram.BINS * Math.max(1, distributions.tensors().size());
            looks = new Thinned<>(Math.max(LEAST_LOOKS, Math.min(MOST_LOOKS, MOST_BARS / bars)));
        }
        looks.add(distributions.tensors().stream()
                .map(tensor -> new Bars(distributions.iteration(), tensor))
                .toList());
    }

    /**
     * One object per tensor: {@code name}, {@code kind} in lower case, {@code columns} the iterations, {@code low} and {@code high} ends
     * of the histograms, {@code shares} of their bins in thousandths, {@code mean}, {@code deviation}, and {@code lost} the values that
     * aren't finite.
     */
    @Override
    ArrayNode make() {
        Map<Key, List<Bars>> byTensor = new LinkedHashMap<>();
        for (List<Bars> look : looks == null ? List.<List<Bars>>of() : looks.items()) {
            look.forEach(bars ->
                    byTensor.computeIfAbsent(bars.key, k -> new ArrayList<>()).add(bars));
        }
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        byTensor.forEach((key, bars) -> {
            ObjectNode track = json.addObject();
            track.put("name", key.name()).put("kind", key.kind().name().toLowerCase(Locale.ROOT));
            fill(track, bars);
        });
        return json;
    }

    private static void fill(ObjectNode track, List<Bars> tensor) {
        ArrayNode columns = track.putArray("columns");
        ArrayNode low = track.putArray("low");
        ArrayNode high = track.putArray("high");
        ArrayNode mean = track.putArray("mean");
        ArrayNode deviation = track.putArray("deviation");
        ArrayNode lost = track.putArray("lost");
        ArrayNode shares = track.putArray("shares");
        for (Bars bars : tensor) {
            columns.add(bars.iteration);
            low.add(Numbers.node(bars.values.low()));
            high.add(Numbers.node(bars.values.high()));
            mean.add(Numbers.node(mean(bars.values)));
            deviation.add(Numbers.node(deviation(bars.values)));
            lost.add(bars.values.nonFinite());
            shares.add(bars.shares());
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
