package org.steadygrad.predict;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataInputs;
import org.steadygrad.data.InputExamples;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.spec.DataSpec;

/**
 * Predicts for all examples of a file and writes a row for each, or for each of its time steps where the model has an output per step.
 * Of the file no more is held than a batch of examples.
 */
public final class FilePredictions {
    private final Predictor predictor;
    private final DataSpec data;
    private final List<String> keep;

    /** How predictions are written. */
    public enum Format {
        /** Comma-separated values. */
        CSV,
        /** A JSON object a line. */
        JSONL,
        /** NumPy's arrays. */
        NPZ;

        /**
         * The format that a file's name asks for.
         *
         * @throws InvalidInputException for any other name
         */
        public static Format of(Path file) {
            String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
            for (Format format : values()) {
                if (name.endsWith("." + format.word())) {
                    return format;
                }
            }
            String remedy = name.endsWith(".parquet")
                    ? "Parquet isn't written; pandas and others make it of any of these."
                    : "Name the file so, or give --format.";
            throw InvalidInputException.of(
                    "predictions",
                    "a file whose name ends in "
                            + Arrays.stream(values())
                                    .map(format -> "." + format.word())
                                    .collect(Collectors.joining(", ")),
                    file.toString(),
                    remedy);
        }

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What was done.
     *
     * @param examples sequences, windows or images that were read
     * @param rows that were written
     */
    public record Done(long examples, long rows) {}

    /**
     * @param data how files are read: the data of the model's run, perhaps changed
     * @param keep names of columns of the file that are written beside the predictions
     */
    public FilePredictions(Predictor predictor, DataSpec data, List<String> keep) {
        this.predictor = predictor;
        this.data = data;
        this.keep = List.copyOf(keep);
    }

    /**
     * @param file what is read
     * @param out what is written to; isn't closed
     * @throws InvalidInputException when something in the file doesn't fit, with its place
     */
    public Done write(DataFile file, Format format, OutputStream out) throws IOException {
        try (InputExamples examples = DataInputs.open(data, predictor.run().artifact(), file, keep)) {
            PredictionColumns columns = PredictionColumns.of(predictor, examples.keys());
            try (PredictionWriter writer = writer(columns, format, out)) {
                return write(examples, writer);
            }
        }
    }

    private static PredictionWriter writer(PredictionColumns columns, Format format, OutputStream out)
            throws IOException {
        return switch (format) {
            case CSV -> new CsvPredictions(columns, out);
            case JSONL -> new JsonLinesPredictions(columns, out);
            case NPZ -> new NpzPredictions(columns, out);
        };
    }

    private Done write(InputExamples examples, PredictionWriter writer) throws IOException {
        long count = 0;
        long rows = 0;
        List<InputExamples.Example> batch = new ArrayList<>();
        int longest = 0;
        while (examples.hasNext()) {
            InputExamples.Example example = examples.next();
            int steps = Math.max(longest, example.steps().length);
            if (!batch.isEmpty() && batch.size() >= predictor.together(steps)) {
                rows += write(batch, writer);
                batch.clear();
                steps = example.steps().length;
            }
            batch.add(example);
            longest = steps;
            count++;
        }
        return new Done(count, rows + write(batch, writer));
    }

    private long write(List<InputExamples.Example> batch, PredictionWriter writer) throws IOException {
        if (batch.isEmpty()) {
            return 0;
        }
        List<Predictor.Encoded> encoded = batch.stream().map(predictor::encode).toList();
        List<Prediction> predictions = predictor.run(encoded);
        long rows = 0;
        for (int i = 0; i < predictions.size(); i++) {
            Prediction prediction = predictions.get(i);
            InputExamples.Example example = batch.get(i);
            List<List<Object>> keys = example.keys();
            for (int t = 0; t < prediction.steps(); t++) {
                List<Object> key = keys.get(predictor.perStep() ? example.context() + t : keys.size() - 1);
                String best = predictor.classes() ? prediction.best(t) : null;
                writer.write(new PredictionColumns.Row(key, best, prediction.values(t)));
                rows++;
            }
        }
        return rows;
    }
}
