package org.steadygrad.data.series.arff;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.data.series.Numbers;
import org.steadygrad.data.series.SeriesReader;
import org.steadygrad.data.series.SeriesSet;
import org.steadygrad.data.series.SeriesSet.Series;
import org.steadygrad.data.series.SeriesSet.Target;
import org.steadygrad.data.series.arff.ArffAttribute.Kind;
import org.steadygrad.data.series.arff.ArffTokens.Token;
import org.steadygrad.spec.DataSpec;

/**
 * Reads Weka's ARFF as the archives of time series write it: numeric attributes are the time steps of one dimension; or a
 * relational attribute holds a line per dimension, its attributes being the time steps. The class or the number to learn is
 * another attribute. Rows may be sparse. Instances' weights are read and said not to be used.
 */
public final class ArffReader implements SeriesReader {
    @Override
    public SeriesSet read(DataFile file, DataSpec.Series spec) {
        return new Reading(file.name(), spec.labels()).read(file.text());
    }

    /** The state of reading one file. */
    private static final class Reading {
        private final String file;
        private final String wanted;
        private final List<ArffAttribute> attributes = new ArrayList<>();
        private final List<ArffAttribute> nested = new ArrayList<>();
        private final List<Series> series = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private boolean inRelation;
        private boolean inData;
        private int relation = -1;
        private int target = -1;
        private String weighted;

        Reading(String file, String wanted) {
            this.file = file;
            this.wanted = wanted;
        }

        SeriesSet read(String text) {
            int number = 0;
            for (String line : text.split("\r\n|\r|\n", -1)) {
                number++;
                String place = file + ", line " + number;
                String content = line.strip();
                if (content.isEmpty() || content.startsWith("%")) {
                    continue;
                }
                if (inData) {
                    series.add(series(content, place));
                } else {
                    header(content, place);
                }
            }
            if (series.isEmpty()) {
                throw InvalidInputException.of(file, "rows below the line @data", inData ? "none" : "no such line", "");
            }
            if (weighted != null) {
                notes.add(file + ": weights of instances (" + weighted + ") aren't used; all count alike.");
            }
            int dimensions = series.get(0).values().length;
            return new SeriesSet(file, SeriesSet.numbered(dimensions), series, target(), notes);
        }

        private Target target() {
            if (target < 0) {
                return Target.NONE;
            }
            return attributes.get(target).kind() == Kind.NUMERIC ? Target.NUMBERS : Target.CLASS;
        }

        private void header(String line, String place) {
            String[] parts = line.split("\\s+", 2);
            String rest = parts.length > 1 ? parts[1] : "";
            switch (parts[0].toLowerCase(Locale.ROOT)) {
                case "@relation" -> {}
                case "@attribute" -> attribute(ArffAttribute.of(ArffTokens.of(rest, place), place), place);
                case "@end" -> inRelation = false;
                case "@data" -> {
                    inData = true;
                    chooseColumns(place);
                }
                default ->
                    throw InvalidInputException.of(
                            place, "@relation, @attribute, @end or @data", parts[0], "A comment begins with %.");
            }
        }

        private void attribute(ArffAttribute attribute, String place) {
            if (inRelation) {
                requireNumeric(attribute, place, "in a relation, ");
                nested.add(attribute);
                return;
            }
            if (attribute.kind() == Kind.RELATIONAL) {
                if (relation >= 0) {
                    throw InvalidInputException.of(
                            place, "a single relational attribute, which holds the series", "a second one", "");
                }
                relation = attributes.size();
                inRelation = true;
            }
            attributes.add(attribute);
        }

        private static void requireNumeric(ArffAttribute attribute, String place, String where) {
            if (attribute.kind() != Kind.NUMERIC) {
                throw InvalidInputException.of(
                        place,
                        where + "numeric attributes, which are time steps",
                        attribute.name() + " of the type "
                                + attribute.kind().name().toLowerCase(Locale.ROOT),
                        "Take it out, or name the attribute to learn in data.labels.");
            }
        }

        private void chooseColumns(String place) {
            List<String> names = attributes.stream().map(ArffAttribute::name).toList();
            int last = attributes.size() - 1;
            if (wanted != null) {
                target = names.indexOf(wanted);
                if (target < 0) {
                    throw InvalidInputException.of(
                            "data.labels", "an attribute of " + file, wanted, "They are " + shown(names) + ".");
                }
            } else if (last >= 0
                    && (attributes.get(last).kind() == Kind.NOMINAL
                            || attributes.get(last).kind() == Kind.STRING
                            || (relation >= 0 && relation != last))) {
                target = last;
            } else {
                notes.add(file + ": its last attribute, \"" + (last < 0 ? "" : names.get(last))
                        + "\", is taken for a time step, nothing for what is to be learnt (data.labels).");
            }
            for (int i = 0; i <= last; i++) {
                if (i != target && i != relation) {
                    if (relation >= 0) {
                        notes.add(file + ": attribute \"" + names.get(i)
                                + "\" is neither the series nor what is learnt: passed over.");
                    } else {
                        requireNumeric(attributes.get(i), place, "");
                    }
                }
            }
            if (relation < 0 && last + 1 - (target < 0 ? 0 : 1) < 1) {
                throw InvalidInputException.of(
                        place, "numeric attributes or a relational one above the data", shown(names), "");
            }
        }

        private static String shown(List<String> names) {
            return names.size() > 20
                    ? names.subList(0, 20) + " and " + (names.size() - 20) + " more"
                    : names.toString();
        }

        private Series series(String line, String place) {
            List<Token> row = row(ArffTokens.of(line, place), place);
            double[][] values = relation >= 0
                    ? relation(row.get(relation), place)
                    : new double[][] {
                        numbers(
                                IntStream.range(0, row.size())
                                        .filter(i -> i != target)
                                        .mapToObj(row::get)
                                        .toList(),
                                place)
                    };
            if (!series.isEmpty() && series.get(0).values().length != values.length) {
                throw InvalidInputException.of(
                        place, series.get(0).values().length + " dimensions as in the first row", values.length, "");
            }
            Token learnt = target < 0 ? null : row.get(target);
            if (target() == Target.NUMBERS) {
                return new Series(place, values, null, numbers(List.of(learnt), place));
            }
            return new Series(
                    place, values, learnt == null || learnt.missing() ? null : label(learnt, place), new double[0]);
        }

        private String label(Token token, String place) {
            List<String> known = attributes.get(target).labels();
            if (!known.isEmpty() && !known.contains(token.text())) {
                throw InvalidInputException.of(
                        place, "a class that the header lists", token.text(), "It lists " + shown(known) + ".");
            }
            return token.text();
        }

        /** A value per attribute; a weight at the end is taken off. */
        private List<Token> row(List<Token> tokens, String place) {
            if (tokens.get(0).is("{")) {
                int end = IntStream.range(0, tokens.size())
                        .filter(i -> tokens.get(i).is("}"))
                        .findFirst()
                        .orElseThrow(() -> InvalidInputException.of(place, "a closing brace", "none", ""));
                weight(tokens.subList(end + 1, tokens.size()), place);
                return sparse(tokens.subList(1, end), place);
            }
            int values = attributes.size();
            if (tokens.size() > values && tokens.get(values).is("{")) {
                weight(tokens.subList(values, tokens.size()), place);
                return tokens.subList(0, values);
            }
            if (tokens.size() != values) {
                throw InvalidInputException.of(
                        place,
                        values + " values, one per attribute",
                        tokens.size(),
                        "Text with blanks or commas must be quoted.");
            }
            return tokens;
        }

        private void weight(List<Token> tokens, String place) {
            if (tokens.isEmpty()) {
                return;
            }
            boolean weight =
                    tokens.size() == 3 && tokens.get(0).is("{") && tokens.get(2).is("}");
            double value = weight ? Numbers.parse(tokens.get(1).text()).orElse(Double.NaN) : Double.NaN;
            if (Double.isNaN(value)) {
                throw InvalidInputException.of(
                        place,
                        "nothing behind the values but a weight such as {0.5}",
                        String.join(" ", tokens.stream().map(Token::text).toList()),
                        "");
            }
            if (value != 1 && weighted == null) {
                weighted = "the first in " + place.substring(file.length() + 2) + ", "
                        + tokens.get(1).text();
            }
        }

        private List<Token> sparse(List<Token> tokens, String place) {
            Token[] row = new Token[attributes.size()];
            for (int i = 0; i + 1 < tokens.size(); i += 2) {
                String index = tokens.get(i).text();
                int column = index.matches("\\d{1,9}") ? Integer.parseInt(index) : -1;
                if (column < 0 || column >= row.length || row[column] != null) {
                    throw InvalidInputException.of(
                            place,
                            "numbers of attributes from 0 to " + (row.length - 1) + ", each once",
                            index,
                            "A sparse row is written {number value, number value}.");
                }
                row[column] = tokens.get(i + 1);
            }
            if (tokens.size() % 2 != 0) {
                throw InvalidInputException.of(
                        place,
                        "a value behind each number",
                        tokens.get(tokens.size() - 1).text(),
                        "");
            }
            for (int i = 0; i < row.length; i++) {
                int column = i;
                row[i] = row[i] != null
                        ? row[i]
                        : attributes
                                .get(i)
                                .absent()
                                .orElseThrow(
                                        () -> InvalidInputException.of(
                                                place,
                                                "a value for attribute \""
                                                        + attributes.get(column).name() + "\"",
                                                null,
                                                "What a sparse row leaves out is 0 or the first label; this attribute has neither."));
            }
            return List.of(row);
        }

        /** A line per dimension. */
        private double[][] relation(Token cell, String place) {
            if (cell.missing()) {
                throw InvalidInputException.of(place, "a series", "a missing one", "Take the row out.");
            }
            List<double[]> dimensions = new ArrayList<>();
            for (String line : cell.text().split("\r\n|\n", -1)) {
                if (!line.isBlank()) {
                    String where = place + ", dimension " + (dimensions.size() + 1);
                    List<Token> tokens = ArffTokens.of(line, where);
                    if (tokens.size() != nested.size()) {
                        throw InvalidInputException.of(
                                where,
                                nested.size() + " values, as many as the relation has attributes",
                                tokens.size(),
                                "");
                    }
                    dimensions.add(numbers(tokens, where));
                }
            }
            if (dimensions.isEmpty()) {
                throw InvalidInputException.of(place, "a series", "an empty one", "Take the row out.");
            }
            return dimensions.toArray(double[][]::new);
        }

        private static double[] numbers(List<Token> tokens, String place) {
            double[] values = new double[tokens.size()];
            for (int i = 0; i < values.length; i++) {
                String text = tokens.get(i).text();
                int position = i;
                values[i] = Numbers.parse(text)
                        .orElseThrow(() -> InvalidInputException.of(
                                place + ", value " + (position + 1), "a finite number or ?", text, ""));
            }
            return values;
        }
    }
}
