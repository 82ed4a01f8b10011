package org.steadygrad.predict;

import java.util.List;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.TargetKind;

/**
 * What the numbers that a model gives stand for.
 *
 * @param names of classes, keys or numbers
 * @param scaling of each number; empty where there is none
 */
record OutputDecoding(TargetKind target, List<String> names, List<Column> scaling) {

    static OutputDecoding of(DataDescription description, DataArtifact artifact) {
        TargetKind target = description.target();
        List<Column> scaling = List.of();
        List<String> names = IntStream.range(0, description.targetSize())
                .mapToObj(String::valueOf)
                .toList();
        if (artifact instanceof DataArtifact.Columns columns) {
            boolean classes = !columns.classes().isEmpty();
            scaling = classes ? List.of() : columns.targets();
            names = classes
                    ? columns.classes()
                    : scaling.stream().map(Column::name).toList();
        } else if (artifact instanceof DataArtifact.Vocabulary vocabulary) {
            names = vocabulary.symbols();
        } else if (target == TargetKind.NUMBERS || target == TargetKind.NUMBERS_PER_STEP) {
            names = IntStream.rangeClosed(1, description.targetSize())
                    .mapToObj(String::valueOf)
                    .toList();
        }
        return new OutputDecoding(target, names, scaling);
    }

    /** Whether outputs are probabilities of classes, one of which is the case. */
    boolean classes() {
        return target == TargetKind.CLASS || target == TargetKind.CLASS_PER_STEP;
    }

    /**
     * Undoes the scaling of one row of outputs, in place.
     *
     * @param origin where the row stands, for errors
     */
    void decode(double[] row, String origin) {
        for (int i = 0; i < row.length; i++) {
            if (!Double.isFinite(row[i])) {
                throw InvalidInputException.of(
                        origin + ", output " + names.get(i),
                        "a finite prediction",
                        row[i],
                        "Something in the model overflows: look at its weights and at the data's scale.");
            }
            if (!scaling.isEmpty()) {
                row[i] = scaling.get(i).raw(row[i]);
            }
        }
    }
}
