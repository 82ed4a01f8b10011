package org.steadygrad.engine.cpu.look;

import java.util.Arrays;
import java.util.List;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.ops.Histogram;

/** Takes histograms of tensors: the rows of a large one are spread over threads, small ones are taken side by side. */
public final class HistogramScan {
    /** Elements worth waking a thread for. */
    private static final int GRAIN = 1 << 16;
    /** Number of elements that are moved to the heap at once. */
    private static final int PIECE = 4096;

    /** What one thread works with. Its loops are plain ones: Java compiles them at once, and calls from them again and again. */
    private static final class Place {
        private final int[] bits = new int[PIECE];
        private final float[] values = new float[PIECE];
        private Histogram.Range range;
        private Histogram.Builder counts;

        void findRange(MaskedRows tensor, int fromRow, int toRow) {
            range = new Histogram.Range();
            int end = toRow * tensor.columns();
            int at = present(tensor, fromRow * tensor.columns(), end);
            while (at < end) {
                int count = together(tensor, at, end);
                tensor.data().readBits(at, bits, count);
                range.takeBits(bits, 0, count);
                at = present(tensor, at + count, end);
            }
        }

        void count(MaskedRows tensor, int fromRow, int toRow, Histogram.Range whole) {
            counts = whole.builder();
            int end = toRow * tensor.columns();
            int at = present(tensor, fromRow * tensor.columns(), end);
            while (at < end) {
                int count = together(tensor, at, end);
                tensor.data().read(at, values, count);
                counts.add(values, 0, count);
                at = present(tensor, at + count, end);
            }
        }

        /** The first element from one on whose row isn't masked. */
        private static int present(MaskedRows tensor, int from, int end) {
            int at = from;
            while (at < end && !tensor.present(at / tensor.columns())) {
                at = (at / tensor.columns() + 1) * tensor.columns();
            }
            return at;
        }

        /** Number of elements that can be read from one on. */
        private static int together(MaskedRows tensor, int at, int end) {
            int rowEnd = (at / tensor.columns() + 1) * tensor.columns();
            return Math.min(PIECE, (tensor.mask() == null ? end : rowEnd) - at);
        }
    }

    private final Workers workers;
    private final Place[] places;

    public HistogramScan(Workers workers) {
        this.workers = workers;
        places = new Place[workers.threads()];
        Arrays.setAll(places, i -> new Place());
    }

    /** @return one histogram per tensor, in their order */
    public List<Histogram> of(List<MaskedRows> tensors) {
        Histogram[] histograms = new Histogram[tensors.size()];
        workers.run(
                new Workers.Tasks() {
                    @Override
                    public int count() {
                        return histograms.length;
                    }

                    @Override
                    public int length(int task) {
                        return tensors.get(task).data().length();
                    }

                    @Override
                    public void spread(int task) {
                        histograms[task] = HistogramScan.this.spread(tensors.get(task));
                    }

                    @Override
                    public void alone(int part, int task) {
                        MaskedRows tensor = tensors.get(task);
                        Place place = places[part];
                        place.findRange(tensor, 0, tensor.rows());
                        place.count(tensor, 0, tensor.rows(), place.range);
                        histograms[task] = place.counts.build();
                    }
                },
                GRAIN);
        return List.of(histograms);
    }

    private Histogram spread(MaskedRows tensor) {
        int grain = Math.max(1, GRAIN / tensor.columns());
        int parts = workers.parts(tensor.rows(), grain);
        workers.run(tensor.rows(), grain, (part, from, to) -> places[part].findRange(tensor, from, to));
        Histogram.Range whole = new Histogram.Range();
        for (int i = 0; i < parts; i++) {
            whole.take(places[i].range);
        }
        workers.run(tensor.rows(), grain, (part, from, to) -> places[part].count(tensor, from, to, whole));
        Histogram.Builder counts = places[0].counts;
        for (int i = 1; i < parts; i++) {
            counts.add(places[i].counts);
        }
        return counts.build();
    }
}
