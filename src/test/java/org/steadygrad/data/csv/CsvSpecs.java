package org.steadygrad.data.csv;

import java.nio.file.Path;
import java.util.List;
import org.steadygrad.data.Batches;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.CalendarFeature;
import org.steadygrad.spec.DataSpec.CsvTask;
import org.steadygrad.spec.DataSpec.Decimal;
import org.steadygrad.spec.DataSpec.Forecast;
import org.steadygrad.spec.DataSpec.Header;
import org.steadygrad.spec.DataSpec.Missing;
import org.steadygrad.spec.DataSpec.Normalization;
import org.steadygrad.spec.DataSpec.Split;
import org.steadygrad.spec.DataSpec.Transform;

/** A CSV specification that is built up from the defaults of the run file, but windows are short and values are left as they are. */
final class CsvSpecs {
    private final Path folder;
    private final CsvTask task;
    private final List<String> target;
    private List<String> inputs;
    private String sequence;
    private Header header = Header.AUTO;
    private String separator = "auto";
    private Decimal decimal = Decimal.AUTO;
    private String comment = "#";
    private List<String> missingWords = List.of();
    private String time;
    private String timeFormat;
    private List<CalendarFeature> calendar = List.of();
    private Integer window = 3;
    private int horizon = 1;
    private Forecast forecast = Forecast.STEP;
    private Integer stride;
    private List<String> log;
    private Transform transform = Transform.NONE;
    private Integer season;
    private Split split = Split.AUTO;
    private String group;
    private String validationPath;
    private Missing missing = Missing.ERROR;
    private Normalization normalization = Normalization.NONE;
    private double validation = 0;

    private CsvSpecs(Path folder, CsvTask task, String... target) {
        this.folder = folder;
        this.task = task;
        this.target = List.of(target);
    }

    static CsvSpecs classes(Path folder, String target) {
        return new CsvSpecs(folder, CsvTask.CLASSIFICATION, target);
    }

    static CsvSpecs tags(Path folder, String target) {
        return new CsvSpecs(folder, CsvTask.TAGGING, target);
    }

    static CsvSpecs numbers(Path folder, String... target) {
        return new CsvSpecs(folder, CsvTask.REGRESSION, target);
    }

    static CsvSpecs forecast(Path folder, String... target) {
        return new CsvSpecs(folder, CsvTask.FORECASTING, target);
    }

    CsvSpecs inputs(String... names) {
        inputs = List.of(names);
        return this;
    }

    CsvSpecs sequence(String name) {
        sequence = name;
        return this;
    }

    CsvSpecs header(Header value) {
        header = value;
        return this;
    }

    CsvSpecs separator(String value) {
        separator = value;
        return this;
    }

    CsvSpecs decimal(Decimal value) {
        decimal = value;
        return this;
    }

    CsvSpecs comment(String value) {
        comment = value;
        return this;
    }

    CsvSpecs missingWords(String... words) {
        missingWords = List.of(words);
        return this;
    }

    CsvSpecs time(String column, String format) {
        time = column;
        timeFormat = format;
        return this;
    }

    CsvSpecs calendar(CalendarFeature... features) {
        calendar = List.of(features);
        return this;
    }

    CsvSpecs window(Integer value) {
        window = value;
        return this;
    }

    CsvSpecs horizon(int value) {
        horizon = value;
        return this;
    }

    CsvSpecs path(int steps) {
        horizon = steps;
        forecast = Forecast.PATH;
        return this;
    }

    CsvSpecs stride(int value) {
        stride = value;
        return this;
    }

    CsvSpecs validationFile(String content) {
        validationPath = Batches.write(folder, "held.csv", content).toString();
        return this;
    }

    CsvSpecs split(Split value) {
        split = value;
        return this;
    }

    CsvSpecs group(String column) {
        group = column;
        return this;
    }

    CsvSpecs log(String... columns) {
        log = List.of(columns);
        return this;
    }

    CsvSpecs missing(Missing value) {
        missing = value;
        return this;
    }

    CsvSpecs normalization(Normalization value) {
        normalization = value;
        return this;
    }

    CsvSpecs validation(double value) {
        validation = value;
        return this;
    }

    CsvSpecs transform(Transform value) {
        transform = value;
        return this;
    }

    CsvSpecs season(Integer value) {
        season = value;
        return this;
    }

    DataSpec.Csv spec(String path) {
        return new DataSpec.Csv(
                path,
                task,
                target,
                inputs,
                sequence,
                group,
                null,
                null,
                header,
                separator,
                decimal,
                comment,
                missingWords,
                time,
                timeFormat,
                calendar,
                window,
                horizon,
                forecast,
                stride,
                missing,
                normalization,
                log,
                transform,
                season,
                validation,
                split,
                validationPath);
    }

    DataSource open(String content) {
        return open(content, null);
    }

    DataSource open(String content, DataArtifact fitted) {
        Path file = Batches.write(folder, "in.csv", content);
        return DataSources.open(spec(file.toString()), 4, 5, fitted);
    }
}
