package org.steadygrad.data.series.ts;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.steadygrad.check.InvalidInputException;

/** What the tags at the beginning of a {@code .ts} file say. Tags are read in any case; those that nobody knows are passed over. */
final class TsTags {
    private final String file;
    private final Map<String, String> tags = new HashMap<>();

    TsTags(String file) {
        this.file = file;
    }

    void add(String line, int number) {
        if (!line.startsWith("@")) {
            throw InvalidInputException.of(
                    file + ", line " + number,
                    "a tag such as @problemName, or a comment, above the line @data",
                    line.length() > 60 ? line.substring(0, 60) + "..." : line,
                    "");
        }
        String[] parts = line.substring(1).strip().split("\\s+", 2);
        tags.put(parts[0].toLowerCase(Locale.ROOT), parts.length > 1 ? parts[1].strip() : "");
    }

    private Optional<Boolean> flag(String tag) {
        return Optional.ofNullable(tags.get(tag))
                .map(text -> text.toLowerCase(Locale.ROOT))
                .filter(text -> text.startsWith("true") || text.startsWith("false"))
                .map(text -> text.startsWith("true"));
    }

    /** Whether a tag is there and says this. */
    boolean says(String tag, boolean value) {
        return flag(tag).filter(flag -> flag == value).isPresent();
    }

    /** Whether a class or numbers stand at the end of each line; empty if no tag says it. */
    Optional<Boolean> labelled() {
        Optional<Boolean> classes = flag("classlabel");
        Optional<Boolean> numbers = flag("targetlabel");
        return classes.isEmpty() ? numbers : Optional.of(classes.get() || numbers.orElse(false));
    }

    boolean numbersToLearn() {
        return says("targetlabel", true);
    }

    boolean equalLength() {
        return says("equallength", true);
    }

    OptionalInt seriesLength() {
        return whole("serieslength");
    }

    /** Number of dimensions; empty if no tag says it. */
    OptionalInt dimensions() {
        OptionalInt told = whole("dimension");
        told = told.isPresent() ? told : whole("dimensions");
        return told.isPresent() || !says("univariate", true) ? told : OptionalInt.of(1);
    }

    private OptionalInt whole(String tag) {
        String text = tags.getOrDefault(tag, "");
        return text.matches("\\d{1,9}") ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
    }

    /** Whether a class is listed. Blanks part the list, and may be part of classes: then a run of its words is one. */
    boolean lists(String label) {
        String list = tags.getOrDefault("classlabel", "");
        String[] words = list.split("\\s+", 2);
        if (words.length < 2) {
            return true;
        }
        String known = " " + words[1].strip().replaceAll("\\s+", " ") + " ";
        return known.contains(" " + label.replaceAll("\\s+", " ") + " ");
    }
}
