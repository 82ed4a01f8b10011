package org.steadygrad.data.series.ts;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.data.series.Numbers;
import org.steadygrad.data.series.SeriesReader;
import org.steadygrad.data.series.SeriesSet;
import org.steadygrad.data.series.SeriesSet.Series;
import org.steadygrad.data.series.SeriesSet.Target;
import org.steadygrad.spec.DataSpec;

/**
 * Reads the format {@code .ts} of aeon and sktime: tags, then a line per case, its dimensions and at last its class or numbers to
 * learn apart by colons. Comments ({@code #} or {@code %}) and blank lines are passed over everywhere. Classes are taken as they
 * stand there, case kept, without the blanks around them. Of values with time stamps, {@code (time,value)}, the values are read.
 * What tags say is compared with the data, which count.
 */
public final class TsReader implements SeriesReader {
    @Override
    public SeriesSet read(DataFile file, DataSpec.Series spec) {
        return new Reading(file.name()).read(file.text());
    }

    /** The state of reading one file. */
    private static final class Reading {
        private final String file;
        private final TsTags tags;
        private final List<Series> series = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private boolean inData;
        private Boolean labelled;
        private int dimensions;
        private boolean stamped;
        private boolean missing;
        private boolean otherLength;
        private boolean otherSeriesLength;
        private boolean unlistedLabel;

        Reading(String file) {
            this.file = file;
            tags = new TsTags(file);
        }

        SeriesSet read(String text) {
            int number = 0;
            for (String line : text.split("\r\n|\r|\n", -1)) {
                number++;
                String content = line.strip();
                if (content.isEmpty() || content.startsWith("#") || content.startsWith("%")) {
                    continue;
                }
                if (inData) {
                    series.add(series(content, number));
                } else if (content.toLowerCase(Locale.ROOT).equals("@data")) {
                    inData = true;
                } else {
                    tags.add(content, number);
                }
            }
            if (series.isEmpty()) {
                throw InvalidInputException.of(
                        file, "cases below the line @data", inData ? "none" : "no such line", "");
            }
            compareWhole();
            Target target = !labelled ? Target.NONE : tags.numbersToLearn() ? Target.NUMBERS : Target.CLASS;
            return new SeriesSet(file, SeriesSet.numbered(dimensions), series, target, notes);
        }

        private Series series(String line, int number) {
            String origin = file + ", line " + number;
            List<String> fields = fields(line);
            if (labelled == null) {
                labelled = labelled(fields);
            }
            String last = fields.get(fields.size() - 1);
            if (labelled || (last.isBlank() && fields.size() > 1)) {
                fields = fields.subList(0, fields.size() - 1);
            }
            if (fields.isEmpty()) {
                throw InvalidInputException.of(origin, "values, a colon and what is to be learnt", line, "");
            }
            if (dimensions == 0) {
                dimensions = fields.size();
            }
            if (fields.size() != dimensions) {
                throw InvalidInputException.of(
                        origin,
                        dimensions + (dimensions == 1 ? " dimension" : " dimensions") + " as in the first case",
                        fields.size(),
                        labelled ? "" : "Whether a class stands at the end of each line is said by @classLabel.");
            }
            double[][] values = new double[dimensions][];
            for (int i = 0; i < dimensions; i++) {
                values[i] = values(fields.get(i).strip(), origin + ", dimension " + (i + 1));
                if (values[i].length != values[0].length) {
                    throw InvalidInputException.of(
                            origin,
                            "dimensions of equal length",
                            values[0].length + " values in dimension 1 and " + values[i].length + " in dimension "
                                    + (i + 1),
                            "A network is shown all dimensions at every time step: fill the shorter ones up with ?.");
                }
            }
            compare(values[0].length, last.strip(), number);
            boolean numbers = labelled && tags.numbersToLearn();
            return new Series(
                    origin,
                    values,
                    labelled && !numbers ? label(last.strip(), origin) : null,
                    numbers ? targets(last.strip(), origin) : new double[0]);
        }

        /** Fields between colons that don't stand in a time stamp. */
        private static List<String> fields(String line) {
            List<String> fields = new ArrayList<>();
            int depth = 0;
            int begin = 0;
            for (int i = 0; i < line.length(); i++) {
                char c = line.charAt(i);
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                if (c == ':' && depth <= 0) {
                    fields.add(line.substring(begin, i));
                    begin = i + 1;
                }
            }
            fields.add(line.substring(begin));
            return fields;
        }

        /** Without a tag the number of dimensions says it. */
        private boolean labelled(List<String> first) {
            if (tags.labelled().isPresent()) {
                return tags.labelled().get();
            }
            boolean one = tags.dimensions().isPresent()
                    && first.size() == tags.dimensions().getAsInt() + 1
                    && !first.get(first.size() - 1).isBlank();
            notes.add(file + ": neither @classLabel nor @targetLabel is there; "
                    + (one ? "the last field of each line is taken for its class." : "no field is taken for a class."));
            return one;
        }

        private double[] values(String field, String origin) {
            if (field.isEmpty()) {
                throw InvalidInputException.of(origin, "values", null, "");
            }
            if (field.startsWith("(")) {
                stamped = true;
                return stamped(field, origin);
            }
            String[] parts = field.split(",", -1);
            double[] values = new double[parts.length];
            for (int i = 0; i < parts.length; i++) {
                values[i] = value(parts[i].strip(), origin, i);
            }
            return values;
        }

        /** Pairs in brackets; what stands behind the last comma of each is the value. */
        private double[] stamped(String field, String origin) {
            List<Double> values = new ArrayList<>();
            int at = 0;
            while (at < field.length()) {
                int end = field.indexOf(')', at);
                int comma = end < 0 ? -1 : field.lastIndexOf(',', end);
                if (field.charAt(at) != '(' || comma <= at) {
                    throw InvalidInputException.of(
                            origin, "pairs such as (time,value), apart by commas", field.substring(at), "");
                }
                values.add(value(field.substring(comma + 1, end).strip(), origin, values.size()));
                at = end + 1;
                while (at < field.length() && (field.charAt(at) == ' ' || field.charAt(at) == ',')) {
                    at++;
                }
            }
            return values.stream().mapToDouble(Double::doubleValue).toArray();
        }

        private double value(String text, String origin, int step) {
            double value = Numbers.parse(text)
                    .orElseThrow(() -> InvalidInputException.of(
                            origin + ", time step " + step, "a finite number, ? or NaN", text, ""));
            missing |= Double.isNaN(value);
            return value;
        }

        /** @return null where the class is unknown */
        private static String label(String text, String origin) {
            if (text.isEmpty()) {
                throw InvalidInputException.of(origin, "a class behind the last colon", null, "");
            }
            return text.equals("?") ? null : text;
        }

        private static double[] targets(String text, String origin) {
            String[] parts = text.split(",", -1);
            double[] targets = new double[parts.length];
            for (int i = 0; i < parts.length; i++) {
                String part = parts[i].strip();
                targets[i] = Numbers.parse(part)
                        .orElseThrow(() ->
                                InvalidInputException.of(origin, "a number to learn behind the last colon", part, ""));
            }
            return targets;
        }

        private void compare(int steps, String last, int number) {
            if (!otherLength
                    && tags.equalLength()
                    && !series.isEmpty()
                    && steps != series.get(0).values()[0].length) {
                otherLength = true;
                note(
                        "@equalLength true",
                        "line " + number + " has " + steps + " steps, the first case "
                                + series.get(0).values()[0].length);
            }
            if (!otherSeriesLength
                    && tags.seriesLength().isPresent()
                    && tags.seriesLength().getAsInt() != steps) {
                otherSeriesLength = true;
                note("@seriesLength " + tags.seriesLength().getAsInt(), "line " + number + " has " + steps + " steps");
            }
            if (!unlistedLabel && labelled && !tags.numbersToLearn() && !last.equals("?") && !tags.lists(last)) {
                unlistedLabel = true;
                note("@classLabel", "line " + number + " has the class \"" + last + "\", which isn't listed");
            }
        }

        private void compareWhole() {
            if (tags.dimensions().isPresent() && tags.dimensions().getAsInt() != dimensions) {
                note(tags.dimensions().getAsInt() + " dimensions", "cases have " + dimensions);
            }
            if (tags.says("missing", false) && missing) {
                note("@missing false", "values are missing");
            }
            if (tags.says("timestamps", !stamped)) {
                note("@timeStamps " + !stamped, stamped ? "values have time stamps" : "values have no time stamps");
            }
            if (stamped) {
                notes.add(file + ": time stamps are passed over; values are taken in the order of the file.");
            }
        }

        private void note(String said, String found) {
            notes.add(file + ": the header says " + said + ", but " + found + "; the data count.");
        }
    }
}
