package org.steadygrad.data.series;

import java.util.List;
import org.steadygrad.data.BatchCell;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.batch.BatchBuilder;
import org.steadygrad.data.batch.ExampleSet;
import org.steadygrad.data.batch.Windows;
import org.steadygrad.data.series.SeriesTable.Segment;

/**
 * Runs of rows as examples. The label of a run is that of its last row, or the path of the rows that follow; with labels per
 * step, those of some rows later.
 *
 * @param table the rows' names and places
 * @param labels the numbers that are to be learnt, or what is said in their place
 */
record SeriesExamples(
        SeriesTable table,
        SeriesValues values,
        DataDescription description,
        SeriesSettings settings,
        Cut cut,
        Labels labels)
        implements ExampleSet {

    /** Numbers as labels, in the network's scale. */
    @FunctionalInterface
    interface Labels {
        /**
         * @param row the last that is an input
         * @param ahead rows from there to the label's
         * @param column number of the label: a target, of a path a step of one
         * @return NaN where it is missing
         */
        float at(int row, int ahead, int column);
    }

    /** With the targets as labels. */
    SeriesExamples(
            SeriesTable table, SeriesValues values, DataDescription description, SeriesSettings settings, Cut cut) {
        this(table, values, description, settings, cut, (row, ahead, column) -> values.targets()
                .scaled(row + ahead, column));
    }

    /** The same examples with other labels. */
    SeriesExamples saying(Labels others) {
        return new SeriesExamples(table, values, description, settings, cut, others);
    }

    /** Cuts the rows into examples. */
    sealed interface Cut {
        int count();

        /** Steps to which an example is padded at least. */
        int steps(int example);

        /** The rows that are inputs of an example. */
        Segment rows(int epoch, int example);

        /** First rows of an example that nothing is scored at, and that are shown for what follows. */
        default int unscored(int example) {
            return 0;
        }
    }

    /** An example per sequence; of each the last {@code reach} rows are no inputs. */
    record BySequence(List<Segment> sequences, int reach) implements Cut {
        @Override
        public int count() {
            return sequences.size();
        }

        @Override
        public int steps(int example) {
            return sequences.get(example).length() - reach;
        }

        @Override
        public Segment rows(int epoch, int example) {
            Segment all = sequences.get(example);
            return new Segment(all.begin(), all.end() - reach);
        }
    }

    /** Windows over one long series that don't overlap, in training at another offset in every epoch. */
    record ByWindow(Windows windows) implements Cut {
        @Override
        public int count() {
            return windows.count();
        }

        @Override
        public int steps(int example) {
            return windows.length();
        }

        @Override
        public Segment rows(int epoch, int example) {
            int start = windows.start(epoch, example);
            return new Segment(start, start + windows.steps(start));
        }
    }

    /**
     * Windows whose labels don't overlap, each after rows that are shown but not scored, if there are any.
     *
     * @param warmUp rows before a window that are shown at most
     * @param earliest first row that may be shown
     */
    record WarmedUp(Windows windows, int warmUp, int earliest) implements Cut {
        @Override
        public int count() {
            return windows.count();
        }

        @Override
        public int steps(int example) {
            return rows(0, example).length();
        }

        @Override
        public Segment rows(int epoch, int example) {
            int start = windows.start(epoch, example);
            return new Segment(start - unscored(example), start + windows.steps(start));
        }

        @Override
        public int unscored(int example) {
            return Math.min(warmUp, windows.start(0, example) - earliest);
        }
    }

    /** Windows at given places, which may overlap. */
    record ByStart(List<Integer> starts, int length) implements Cut {
        @Override
        public int count() {
            return starts.size();
        }

        @Override
        public int steps(int example) {
            return length;
        }

        @Override
        public Segment rows(int epoch, int example) {
            return new Segment(starts.get(example), starts.get(example) + length);
        }
    }

    @Override
    public int size() {
        return cut.count();
    }

    @Override
    public int steps(int example) {
        return cut.steps(example);
    }

    @Override
    public void fill(int epoch, int example, BatchBuilder.Slot slot) {
        Segment rows = cut.rows(epoch, example);
        for (int t = 0; t < rows.length(); t++) {
            float[] inputs = values.inputs()[rows.begin() + t];
            for (int i = 0; i < inputs.length; i++) {
                slot.feature(i, t, inputs[i]);
            }
        }
        slot.length(rows.length());
        switch (description.target()) {
            case CLASS -> {
                slot.label(values.classes()[rows.end() - 1], 1);
                weigh(slot, rows.end() - 1);
            }
            case CLASS_PER_STEP -> fillClasses(rows, slot);
            case NUMBERS -> fillNumbers(rows, slot);
            default -> fillSteps(rows, cut.unscored(example), slot);
        }
    }

    @Override
    public String origin(int epoch, int example, BatchCell cell) {
        Segment rows = cut.rows(epoch, example);
        if (cell.whole()) {
            return table.origin().rows(rows);
        }
        if (!cell.label()) {
            return table.cell(rows.begin() + cell.step(), table.inputNames().get(cell.row()));
        }
        // several labels are the classes of one column, or values of one column in different rows
        int ahead = settings.path() ? cell.row() % settings.horizon() + 1 : 0;
        int target = settings.path() ? cell.row() / settings.horizon() : cell.row();
        int row =
                description.target().perStep() ? rows.begin() + cell.step() + settings.lead() : rows.end() - 1 + ahead;
        return table.cell(
                row,
                table.targetNames().get(Math.min(target, table.targetNames().size() - 1)));
    }

    private void fillClasses(Segment rows, BatchBuilder.Slot slot) {
        for (int t = 0; t < rows.length(); t++) {
            int label = values.classes()[rows.begin() + t];
            if (label < 0) {
                slot.ignoreLabel(t);
            } else {
                slot.label(label, t, 1);
                slot.weight(t, weight(rows.begin() + t));
            }
        }
    }

    /** Of a path, first all values of the first target. */
    private void fillNumbers(Segment rows, BatchBuilder.Slot slot) {
        int last = rows.end() - 1;
        weigh(slot, last);
        for (int i = 0; i < values.targets().count(); i++) {
            int ahead = settings.path() ? i % settings.horizon() + 1 : 0;
            slot.label(i, labels.at(last, ahead, i));
            refer(slot, i, 0, last + ahead);
        }
    }

    /** A step with a missing target is masked as a whole, since DL4J's label masks have no finer grain here. */
    private void fillSteps(Segment rows, int unscored, BatchBuilder.Slot slot) {
        for (int t = 0; t < rows.length(); t++) {
            slot.weight(t, weight(rows.begin() + t + settings.lead()));
            for (int i = 0; i < values.targets().count(); i++) {
                float label = labels.at(rows.begin() + t, settings.lead(), i);
                if (Float.isNaN(label) || t < unscored) {
                    slot.ignoreLabel(t);
                } else {
                    slot.label(i, t, label);
                    refer(slot, i, t, rows.begin() + t + settings.lead());
                }
            }
        }
    }

    /** Of the label of an example as a whole. */
    private void weigh(BatchBuilder.Slot slot, int row) {
        if (table.weights().length > 0) {
            slot.weight(weight(row));
        }
    }

    private float weight(int row) {
        return table.weights().length > 0 ? (float) table.weights()[row] : 1;
    }

    private void refer(BatchBuilder.Slot slot, int column, int step, int row) {
        if (values.targets().referred()) {
            slot.reference(column, step, values.targets().reference(row, column));
        }
    }
}
