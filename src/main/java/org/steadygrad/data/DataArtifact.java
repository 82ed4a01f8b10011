package org.steadygrad.data;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

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
     * Scaled columns: stored value = (raw - shift) / scale, with the logarithm in place of raw where a column says so.
     *
     * @param inputs in the order of the features
     * @param targets in the order of the labels; empty for classification
     * @param classes names of the classes for classification, else empty
     */
    record Columns(List<Column> inputs, List<Column> targets, List<String> classes) implements DataArtifact {
        public Columns {
            inputs = List.copyOf(inputs);
            targets = List.copyOf(targets);
            classes = List.copyOf(classes);
        }
    }

    /**
     * @param name the column's name
     * @param shift subtracted first
     * @param scale divisor, above 0
     * @param mean mean over training rows before scaling, used for missing cells
     * @param log whether the natural logarithm is taken before it is scaled
     */
    record Column(String name, double shift, double scale, double mean, boolean log) {
        public Column(String name, double shift, double scale, double mean) {
            this(name, shift, scale, mean, false);
        }

        /** What the network is shown of a value in original units; NaN or infinite where there is no logarithm. */
        public double scaled(double raw) {
            return ((log ? Math.log(raw) : raw) - shift) / scale;
        }

        /** The value in original units, back from {@link #scaled}. */
        public double raw(double scaled) {
            double value = scaled * scale + shift;
            return log ? Math.exp(value) : value;
        }
    }
}
