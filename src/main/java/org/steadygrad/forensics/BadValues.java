package org.steadygrad.forensics;

import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchCell;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.ops.SequenceLayout;

/**
 * Features and labels of a batch that are NaN, infinite, or larger than a limit.
 *
 * @param count how many there are
 * @param first the first of them: features before labels, what a mask hides last
 * @param value of the first
 * @param mended the batch with 0 in their places
 */
record BadValues(int count, BatchCell first, double value, MultiDataSet mended) {

    /** @param formats of the batch's sequences */
    static Optional<BadValues> of(MultiDataSet batch, SequenceFormats formats, double limit) {
        MultiDataSet mended = batch.copy();
        // views, so that what is put right here is put right there
        MultiDataSet timeLast = formats.turned(mended);
        SequenceLayout layout = new SequenceLayout(false, false, formats.sameSteps(), formats.masked());
        INDArray presence = MaskedBatches.presence(timeLast, layout);
        INDArray weights = MaskedBatches.weights(timeLast, layout);
        Search search = new Search(limit);
        search.through(timeLast.getFeatures(0), presence, false);
        search.through(timeLast.getLabels(0), weights, true);
        BatchCell cell = search.first != null ? search.first : search.hidden;
        return cell == null
                ? Optional.empty()
                : Optional.of(new BadValues(
                        search.count, cell, search.first != null ? search.value : search.hiddenValue, mended));
    }

    boolean finite() {
        return Double.isFinite(value);
    }

    /** The first one's place in a batch that this one is a window of. @param start first time step of the window */
    BatchCell in(int start) {
        return first.step() < 0
                ? first
                : new BatchCell(first.label(), first.example(), first.row(), first.step() + start);
    }

    /** A sentence that names the first. @param place where it comes from */
    String name(String place) {
        String others = count == 1 ? "" : ", and " + (count - 1) + " more values of the batch are like it";
        return "Bad " + (first.label() ? "label" : "input value") + ": " + place + " is " + Words.number(value) + others
                + ".";
    }

    /** @param cell the first one's place in the whole batch */
    Map<String, Double> evidence(BatchCell cell) {
        return Map.of(
                "example", (double) cell.example(),
                "row", (double) cell.row(),
                "step", (double) cell.step(),
                "badValue", value,
                "badValues", (double) count);
    }

    /** Looks through arrays and puts 0 in the place of what it finds. */
    private static final class Search {
        private final double limit;
        private int count;
        private BatchCell first;
        private double value;
        private BatchCell hidden;
        private double hiddenValue;

        Search(double limit) {
            this.limit = limit;
        }

        /** @param array [examples, rows] or [examples, rows, steps]; changed in place */
        void through(INDArray array, INDArray mask, boolean labels) {
            double[] values = Tensors.doubles(array);
            int steps = array.rank() == 3 ? (int) array.size(2) : 1;
            int rows = (int) array.size(1);
            for (int i = 0; i < values.length; i++) {
                if (!(Math.abs(values[i]) <= limit)) {
                    int example = i / steps / rows;
                    BatchCell cell =
                            new BatchCell(labels, example, i / steps % rows, array.rank() == 3 ? i % steps : -1);
                    note(cell, values[i], shown(mask, cell));
                    long[] at = array.rank() == 3
                            ? new long[] {example, cell.row(), cell.step()}
                            : new long[] {example, cell.row()};
                    array.putScalar(at, 0);
                }
            }
        }

        private static boolean shown(INDArray mask, BatchCell cell) {
            if (mask == null) {
                return true;
            }
            if (mask.rank() == 3) {
                return mask.getDouble(cell.example(), cell.row(), cell.step()) != 0;
            }
            if (cell.step() >= 0) {
                return mask.getDouble(cell.example(), cell.step()) != 0;
            }
            long column = mask.length() == mask.size(0) ? 0 : cell.row();
            return mask.getDouble(cell.example(), column) != 0;
        }

        private void note(BatchCell cell, double found, boolean shown) {
            count++;
            if (shown && first == null) {
                first = cell;
                value = found;
            } else if (!shown && hidden == null) {
                hidden = cell;
                hiddenValue = found;
            }
        }
    }
}
