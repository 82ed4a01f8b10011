package org.steadygrad.data;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.steadygrad.check.Check;

/**
 * What was fitted to training data and is saved with the model, as JSON: without it the model's inputs and outputs
 * can't be read. Type names are those listed here; no class is ever named in a file.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = DataArtifact.None.class, name = "none"),
    @JsonSubTypes.Type(value = DataArtifact.Vocabulary.class, name = "vocabulary"),
    @JsonSubTypes.Type(value = DataArtifact.Columns.class, name = "columns")
})
public sealed interface DataArtifact {

    /** Nothing was fitted. */
    record None() implements DataArtifact {}

    /** @param symbols one per symbol number, each a Unicode code point as a string */
    record Vocabulary(List<String> symbols) implements DataArtifact {
        public Vocabulary {
            symbols = List.copyOf(symbols);
        }
    }

    /**
     * Scaled columns: stored value = (raw - shift) / scale, with the logarithm in place of raw where a column says so, and less what
     * its {@link Reference} is where it has one.
     *
     * @param inputs in the order of the features
     * @param targets in the order of the labels; empty for classification
     * @param classes names of the classes for classification, else empty
     * @param window time steps of a window where that was chosen by the data; else 0
     */
    record Columns(List<Column> inputs, List<Column> targets, List<String> classes, int window)
            implements DataArtifact {
        public Columns {
            inputs = List.copyOf(inputs);
            targets = List.copyOf(targets);
            classes = List.copyOf(classes);
            Check.nonNegative(window, "Columns", "window");
        }

        /** Of windows that the run file tells. */
        public Columns(List<Column> inputs, List<Column> targets, List<String> classes) {
            this(inputs, targets, classes, 0);
        }

        /** Rows at the beginning of each sequence that are known but give no input, since something must be known before them. */
        public int history() {
            return most(column -> column.reference().history());
        }

        /** Rows before an input that it or its prediction may depend on. */
        public int reach() {
            return most(column -> column.reference().reach());
        }

        private int most(ToIntFunction<Column> rows) {
            return Stream.concat(inputs.stream(), targets.stream())
                    .filter(column -> column.reference() != null)
                    .mapToInt(rows)
                    .max()
                    .orElse(0);
        }
    }

    /**
     * @param name the column's name
     * @param shift subtracted first
     * @param scale divisor, above 0
     * @param mean mean over training rows before scaling, used for missing cells
     * @param log whether the natural logarithm is taken before it is scaled
     * @param reference what is subtracted from the value (from its logarithm); null for nothing
     * @param ahead how many rows after the last that the reference is made of the value comes: 1 for inputs
     */
    record Column(String name, double shift, double scale, double mean, boolean log, Reference reference, int ahead) {
        public Column {
            Check.that(
                    reference == null ? ahead == 0 : ahead > 0,
                    "Column " + name,
                    "a number of rows ahead with a reference, and none without",
                    ahead);
        }

        public Column(String name, double shift, double scale, double mean) {
            this(name, shift, scale, mean, false);
        }

        public Column(String name, double shift, double scale, double mean, boolean log) {
            this(name, shift, scale, mean, log, null, 0);
        }

        /** What references are made of: the value, or its logarithm. */
        public double level(double raw) {
            return log ? Math.log(raw) : raw;
        }

        /**
         * What the network is shown of a value in original units; NaN or infinite where there is no logarithm.
         *
         * @param from the reference, made of {@link #level}s; 0 for columns without one
         */
        public double scaled(double raw, double from) {
            return (level(raw) - from - shift) / scale;
        }

        /** The value in original units, back from {@link #scaled}. */
        public double raw(double scaled, double from) {
            double value = scaled * scale + shift + from;
            return log ? Math.exp(value) : value;
        }

        /** {@link #scaled(double, double)} of a column without reference. */
        public double scaled(double raw) {
            return scaled(raw, 0);
        }

        /** {@link #raw(double, double)} of a column without reference. */
        public double raw(double scaled) {
            return raw(scaled, 0);
        }
    }
}
