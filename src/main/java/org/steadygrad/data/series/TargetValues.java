package org.steadygrad.data.series;

import java.util.List;
import java.util.stream.IntStream;
import org.steadygrad.data.DataArtifact.Column;

/** Numbers to learn, scaled when they are asked for: of paths every number is learnt once for each step ahead. */
final class TargetValues {
    private final SeriesTable rows;
    private final List<Column> columns;
    private final int perTarget;
    private final KnownLevels known;

    /** @param columns all steps of a path of the first target, then those of the second, and so on */
    TargetValues(SeriesTable rows, List<Column> columns, SeriesSettings settings, KnownLevels known) {
        this.rows = rows;
        this.columns = columns;
        this.known = known;
        perTarget = settings.path() ? settings.horizon() : 1;
    }

    int count() {
        return columns.size();
    }

    /** @throws org.steadygrad.check.InvalidInputException if some number can't be scaled */
    void check() {
        for (int row = 0; row < rows.targets().length; row++) {
            for (int i = 0; i < columns.size(); i++) {
                scaled(row, i);
            }
        }
    }

    /** @return NaN where it is missing, or too little is known before it */
    float scaled(int row, int column) {
        return SeriesScaling.scaled(
                rows, row, columns.get(column), name(column), raw(row, column), reference(row, column));
    }

    /** A number that is said in the place of a row's, scaled as it. */
    float said(int row, int column, double raw) {
        return (float) columns.get(column).scaled(raw, reference(row, column));
    }

    /** What the network would be shown if the number were what it is told from. */
    float unchanged(int column) {
        return (float) (-columns.get(column).shift() / columns.get(column).scale());
    }

    /** The target that a column is a step of. */
    int target(int column) {
        return column / perTarget;
    }

    /** A column of each target. */
    List<Column> first() {
        return IntStream.range(0, columns.size() / perTarget)
                .mapToObj(i -> columns.get(i * perTarget))
                .toList();
    }

    /** What the number is told from, 0 if nothing. */
    double reference(int row, int column) {
        return known.reference(columns.get(column), name(column), row);
    }

    /** Whether some are told from a reference. */
    boolean referred() {
        return columns.stream().anyMatch(column -> column.reference() != null);
    }

    private double raw(int row, int column) {
        return rows.targets()[row][column / perTarget];
    }

    private String name(int column) {
        return rows.targetNames().get(column / perTarget);
    }
}
