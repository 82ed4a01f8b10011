package org.steadygrad.data;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.DataArtifact.Vocabulary;

/** What is different between two data sets as far as what was fitted to them tells. */
final class ArtifactDifferences {
    /** Most names of one kind. */
    private static final int SHOWN = 5;

    private ArtifactDifferences() {}

    /** @return in words; empty when both are equal */
    static List<String> of(DataArtifact before, DataArtifact now) {
        if (before.equals(now)) {
            return List.of();
        }
        List<String> found = new ArrayList<>();
        if (before instanceof Vocabulary old && now instanceof Vocabulary own) {
            compare("its vocabulary", old.symbols(), own.symbols(), ArtifactDifferences::character, found);
        } else if (before instanceof Columns old && now instanceof Columns own) {
            compare("its input columns", names(old.inputs()), names(own.inputs()), UnaryOperator.identity(), found);
            compare("its target columns", names(old.targets()), names(own.targets()), UnaryOperator.identity(), found);
            compare("its classes", old.classes(), own.classes(), UnaryOperator.identity(), found);
            if (found.isEmpty()) {
                compareScaling(old.inputs(), own.inputs(), found);
                compareScaling(old.targets(), own.targets(), found);
            }
        }
        if (found.isEmpty()) {
            found.add("what was fitted to it (" + kind(now) + ", before " + kind(before) + ")");
        }
        return found;
    }

    private static void compare(
            String what, List<String> before, List<String> now, UnaryOperator<String> shown, List<String> found) {
        if (before.equals(now)) {
            return;
        }
        List<String> parts = new ArrayList<>();
        Set<String> come = new LinkedHashSet<>(now);
        come.removeAll(before);
        Set<String> gone = new LinkedHashSet<>(before);
        gone.removeAll(now);
        if (!come.isEmpty()) {
            parts.add(some(come, shown) + (come.size() == 1 ? " is new" : " are new"));
        }
        if (!gone.isEmpty()) {
            parts.add(some(gone, shown) + (gone.size() == 1 ? " is gone" : " are gone"));
        }
        long moved = now.stream()
                .filter(name -> before.contains(name) && before.indexOf(name) != now.indexOf(name))
                .count();
        if (moved > 0) {
            parts.add(moved + (moved == 1 ? " has another number" : " have other numbers"));
        }
        found.add(what + ": " + String.join(", ", parts));
    }

    private static String some(Set<String> names, UnaryOperator<String> shown) {
        String first = names.stream().limit(SHOWN).map(shown).collect(Collectors.joining(", "));
        return names.size() > SHOWN ? first + " and " + (names.size() - SHOWN) + " more" : first;
    }

    private static String character(String symbol) {
        int codePoint = symbol.codePointAt(0);
        String code = String.format(Locale.ROOT, "U+%04X", codePoint);
        return Character.isISOControl(codePoint) ? code : "'" + symbol + "' (" + code + ")";
    }

    private static List<String> names(List<Column> columns) {
        return columns.stream().map(Column::name).toList();
    }

    private static void compareScaling(List<Column> before, List<Column> now, List<String> found) {
        for (int i = 0; i < now.size(); i++) {
            if (!now.get(i).equals(before.get(i))) {
                found.add("what was fitted to column " + now.get(i).name() + ": " + fit(now.get(i)) + " (before: "
                        + fit(before.get(i)) + ")");
            }
        }
    }

    private static String fit(Column column) {
        return "mean " + column.mean() + ", shift " + column.shift() + ", scale " + column.scale()
                + (column.log() ? ", logarithm" : "");
    }

    private static String kind(DataArtifact artifact) {
        return artifact.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }
}
