package org.steadygrad.data.series;

import java.nio.file.Path;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.ArrayLayout;
import org.steadygrad.spec.DataSpec.Missing;
import org.steadygrad.spec.DataSpec.Normalization;
import org.steadygrad.spec.DataSpec.SeriesTask;
import org.steadygrad.spec.DataSpec.Split;
import org.steadygrad.spec.DataSpec.Transform;

/** A specification of a file of series that is built up from the defaults of the run file. */
public final class SeriesSpecs {
    private final String path;
    private SeriesTask task = SeriesTask.AUTO;
    private String features;
    private String labels;
    private ArrayLayout layout = ArrayLayout.CASE_DIMENSION_STEP;
    private Missing missing = Missing.ERROR;
    private double validation;
    private String validationPath;

    private SeriesSpecs(Path file) {
        path = file.toString();
    }

    public static SeriesSpecs of(Path file) {
        return new SeriesSpecs(file);
    }

    public SeriesSpecs task(SeriesTask value) {
        task = value;
        return this;
    }

    public SeriesSpecs features(String value) {
        features = value;
        return this;
    }

    public SeriesSpecs labels(String value) {
        labels = value;
        return this;
    }

    public SeriesSpecs layout(ArrayLayout value) {
        layout = value;
        return this;
    }

    public SeriesSpecs missing(Missing value) {
        missing = value;
        return this;
    }

    public SeriesSpecs validation(double share) {
        validation = share;
        return this;
    }

    public SeriesSpecs validation(Path file) {
        validationPath = file.toString();
        return this;
    }

    private DataSpec.Series spec() {
        return new DataSpec.Series(
                path,
                task,
                features,
                labels,
                layout,
                1,
                missing,
                Normalization.NONE,
                Transform.AUTO,
                null,
                validation,
                Split.AUTO,
                validationPath);
    }

    public SeriesSet read() {
        return SeriesFiles.read(DataFile.of("data.path", path), "data.path", spec());
    }

    public DataSource open() {
        return open(null);
    }

    public DataSource open(DataArtifact fitted) {
        return DataSources.open(spec(), 4, 5, fitted);
    }
}
