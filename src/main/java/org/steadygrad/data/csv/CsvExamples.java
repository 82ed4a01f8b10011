package org.steadygrad.data.csv;

import java.util.List;
import org.steadygrad.data.BatchCell;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.batch.BatchBuilder;
import org.steadygrad.data.batch.ExampleSet;
import org.steadygrad.data.batch.Windows;
import org.steadygrad.data.csv.CsvRows.Segment;

/**
 * Runs of rows as examples. The label of a run is that of its last row; with labels per step, those of {@code horizon} rows
 * later.
 */
record CsvExamples(CsvValues values, DataDescription description, int horizon, Cut cut, CsvPlaces places)
        implements ExampleSet {

    /** Cuts the rows into examples. */
    sealed interface Cut {
        int count();

        /** Steps to which an example is padded at least. */
        int steps(int example);

        /** The rows that are inputs of an example. */
        Segment rows(int epoch, int example);
    }

    /** An example per sequence; of each the last {@code horizon} rows are no inputs. */
    record BySequence(List<Segment> sequences, int horizon) implements Cut {
        @Override
        public int count() {
            return sequences.size();
        }

        @Override
        public int steps(int example) {
            return sequences.get(example).length() - horizon;
        }

        @Override
        public Segment rows(int epoch, int example) {
            Segment all = sequences.get(example);
            return new Segment(all.begin(), all.end() - horizon);
        }
    }

    /** Windows over one long series. */
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
            case CLASS -> slot.label(values.classes()[rows.end() - 1], 1);
            case CLASS_PER_STEP -> fillClasses(rows, slot);
            case NUMBERS -> fillNumbers(values.targets()[rows.end() - 1], slot);
            default -> fillSteps(rows, slot);
        }
    }

    /** A label is that of the run's last row; with labels per step, that of a row {@code horizon} rows later. */
    @Override
    public String origin(int epoch, int example, BatchCell cell) {
        Segment rows = cut.rows(epoch, example);
        if (cell.whole()) {
            return places.rows(rows);
        }
        int row = !cell.label()
                ? rows.begin() + cell.step()
                : description.target().perStep() ? rows.begin() + cell.step() + horizon : rows.end() - 1;
        return places.cell(row, cell.label() ? places.target(cell.row()) : places.input(cell.row()));
    }

    private void fillClasses(Segment rows, BatchBuilder.Slot slot) {
        for (int t = 0; t < rows.length(); t++) {
            int label = values.classes()[rows.begin() + t + horizon];
            if (label < 0) {
                slot.ignoreLabel(t);
            } else {
                slot.label(label, t, 1);
            }
        }
    }

    private static void fillNumbers(float[] targets, BatchBuilder.Slot slot) {
        for (int i = 0; i < targets.length; i++) {
            slot.label(i, targets[i]);
        }
    }

    /** A step with a missing target is masked as a whole, since DL4J's label masks have no finer grain here. */
    private void fillSteps(Segment rows, BatchBuilder.Slot slot) {
        for (int t = 0; t < rows.length(); t++) {
            float[] targets = values.targets()[rows.begin() + t + horizon];
            for (int i = 0; i < targets.length; i++) {
                if (Float.isNaN(targets[i])) {
                    slot.ignoreLabel(t);
                } else {
                    slot.label(i, t, targets[i]);
                }
            }
        }
    }
}
