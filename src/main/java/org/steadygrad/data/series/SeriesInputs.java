package org.steadygrad.data.series;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.InputExamples;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.spec.DataSpec;

/** The series of a file for a trained model, whatever comes with them: an example per series. The file is read at once. */
public final class SeriesInputs implements InputExamples {
    private final SeriesSet set;
    private final int[] dimensions;
    private int next;

    private SeriesInputs(SeriesSet set, int[] dimensions) {
        this.set = set;
        this.dimensions = dimensions;
    }

    /**
     * @param spec how the file is read; its paths don't count
     * @param fitted the columns saved with the model, whose inputs are found by name
     */
    public static SeriesInputs open(DataSpec.Series spec, Columns fitted, DataFile file) {
        SeriesSet set = SeriesFiles.read(file, "--data", spec);
        List<String> wanted = fitted.inputs().stream().map(Column::name).toList();
        int[] dimensions =
                wanted.stream().mapToInt(name -> set.dimensions().indexOf(name)).toArray();
        for (int i = 0; i < dimensions.length; i++) {
            if (dimensions[i] < 0) {
                throw InvalidInputException.of(
                        file.name(),
                        "the dimension " + wanted.get(i) + ", an input of the model",
                        set.dimensions(),
                        "Its inputs are " + wanted + ".");
            }
        }
        return new SeriesInputs(set, dimensions);
    }

    @Override
    public List<KeyColumn> keys() {
        return List.of(new KeyColumn("series", true), new KeyColumn("step", true));
    }

    @Override
    public boolean hasNext() {
        return next < set.series().size();
    }

    @Override
    public Example next() {
        if (!hasNext()) {
            throw new NoSuchElementException("The file has no further series.");
        }
        SeriesSet.Series series = set.series().get(next);
        double[][] steps = new double[series.steps()][dimensions.length];
        List<List<Object>> keys = new ArrayList<>();
        for (int t = 0; t < steps.length; t++) {
            for (int i = 0; i < dimensions.length; i++) {
                steps[t][i] = series.values()[dimensions[i]][t];
            }
            keys.add(List.of((long) next, (long) t));
        }
        next++;
        return new Example(steps, keys, Collections.nCopies(steps.length, series.origin()));
    }

    @Override
    public void close() {
        // all is in memory
    }
}
