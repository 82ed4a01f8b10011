package org.steadygrad.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.steadygrad.runlog.Spread;

/**
 * A quantity over the iterations in bounded memory: at most {@value #MOST} buckets of equally many values, each with its smallest
 * value, its largest, and its mean. When they are full, neighbours are merged, so that no extreme is lost however long a run is.
 */
final class Series extends ViewPart<ObjectNode> {
    static final int MOST = 500;
    private static final List<String> QUANTITIES = List.of("x", "lost", "mean", "low", "high");
    /** Number of quantities of buckets that hold one value, whose ends are its mean. */
    private static final int OF_SINGLES = 3;

    /** Values that lie side by side. */
    private static final class Bucket {
        private final int first;
        private int last;
        private int values;
        private int finite;
        private double sum;
        private double low = Double.POSITIVE_INFINITY;
        private double high = Double.NEGATIVE_INFINITY;
        /** In the order of {@link Series#QUANTITIES}; null when not asked for since the last change. */
        private JsonNode[] nodes;

        Bucket(int first) {
            this.first = first;
        }

        void add(int iteration, double value) {
            last = iteration;
            nodes = null;
            values++;
            if (Double.isFinite(value)) {
                finite++;
                sum += value;
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }

        void add(int iteration, Spread some) {
            last = iteration;
            nodes = null;
            values += some.values();
            if (some.finite() > 0) {
                finite += some.finite();
                sum += some.mean() * some.finite();
                low = Math.min(low, some.low());
                high = Math.max(high, some.high());
            }
        }

        void absorb(Bucket next) {
            last = next.last;
            nodes = null;
            values += next.values;
            finite += next.finite;
            sum += next.sum;
            low = Math.min(low, next.low);
            high = Math.max(high, next.high);
        }

        int middle() {
            return (int) (((long) first + last) / 2);
        }

        double mean() {
            return finite == 0 ? Double.NaN : sum / finite;
        }

        JsonNode[] nodes() {
            if (nodes == null) {
                nodes = new JsonNode[] {
                    IntNode.valueOf(middle()),
                    IntNode.valueOf(values - finite),
                    Numbers.node(mean()),
                    Numbers.node(low),
                    Numbers.node(high)
                };
            }
            return nodes;
        }
    }

    private final List<Bucket> buckets = new ArrayList<>();
    private int width = 1;

    /**
     * @param iteration above those before
     * @param value may be non-finite: it counts, and the curve has a gap
     */
    void add(int iteration, double value) {
        bucket(iteration).add(iteration, value);
    }

    /**
     * Several values.
     *
     * @param iteration of the last one
     */
    void add(int iteration, Spread values) {
        while (values.values() > width) {
            // buckets hold equally many, so that curves are no finer in one place than in another
            if (buckets.size() > 1) {
                merge();
            } else {
                width *= 2;
            }
        }
        bucket(iteration - values.values() + 1).add(iteration, values);
    }

    private Bucket bucket(int iteration) {
        changed();
        if (buckets.isEmpty() || last().values >= width) {
            if (buckets.size() == MOST) {
                merge();
            }
            buckets.add(new Bucket(iteration));
        }
        return last();
    }

    private Bucket last() {
        return buckets.get(buckets.size() - 1);
    }

    private void merge() {
        List<Bucket> merged = new ArrayList<>();
        for (int i = 0; i < buckets.size(); i += 2) {
            Bucket bucket = buckets.get(i);
            if (i + 1 < buckets.size()) {
                bucket.absorb(buckets.get(i + 1));
            }
            merged.add(bucket);
        }
        buckets.clear();
        buckets.addAll(merged);
        width *= 2;
    }

    boolean isEmpty() {
        return buckets.isEmpty();
    }

    /** Means of the buckets, oldest first. */
    double[] means() {
        return buckets.stream().mapToDouble(Bucket::mean).toArray();
    }

    /** {@code x} the middle of each bucket, {@code mean}, {@code lost} the values that aren't finite, and where buckets are wider than a value {@code low} and {@code high}. */
    @Override
    ObjectNode make() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        for (int q = 0; q < (width > 1 ? QUANTITIES.size() : OF_SINGLES); q++) {
            ArrayNode values = json.putArray(QUANTITIES.get(q));
            for (Bucket bucket : buckets) {
                values.add(bucket.nodes()[q]);
            }
        }
        return json;
    }
}
