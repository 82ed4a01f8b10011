package org.steadygrad.data.csv;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Nearest;
import org.steadygrad.data.csv.CsvColumn.Kind;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.CsvTask;

/**
 * Which column of the file is what.
 *
 * @param names of all columns; a column without a name has its number
 * @param inputs positions of the inputs, from 0
 * @param targets positions of the targets
 * @param sequence position of the column that tells sequences apart, or -1
 * @param group position of the column that groups sequences, or -1
 * @param weight position of the column of weights, or -1
 * @param time position of the column of times, or -1
 * @param timeFormat how its cells are written; null if it can't be told
 * @param logarithms names of the columns of which the logarithm is taken
 * @param notes what was decided without being told
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copies of whole files would be costly
record CsvColumns(
        List<String> names,
        int[] inputs,
        int[] targets,
        int sequence,
        int group,
        int weight,
        int time,
        TimeFormat timeFormat,
        List<String> logarithms,
        List<String> notes) {

    /** @param file its name */
    static CsvColumns of(DataSpec.Csv spec, String file, CsvForm form) {
        return new Choice(spec, file, form).columns();
    }

    List<String> inputNames() {
        return IntStream.of(inputs).mapToObj(names::get).toList();
    }

    List<String> targetNames() {
        return IntStream.of(targets).mapToObj(names::get).toList();
    }

    /** Chooses the columns of a file. */
    private record Choice(DataSpec.Csv spec, String file, CsvForm form, List<String> notes) {
        Choice(DataSpec.Csv spec, String file, CsvForm form) {
            this(spec, file, form, new ArrayList<>());
        }

        CsvColumns columns() {
            int[] targets = find(spec.target(), "data.target");
            int sequence = spec.sequence() == null ? -1 : find(spec.sequence(), "data.sequence");
            int group = spec.group() == null ? -1 : find(spec.group(), "data.group");
            int weight = spec.weight() == null ? -1 : find(spec.weight(), "data.weight");
            int time = time();
            boolean forecasting = spec.task() == CsvTask.FORECASTING;
            IntPredicate isTarget = i -> IntStream.of(targets).anyMatch(t -> t == i);
            int[] inputs = spec.inputs() != null
                    ? find(spec.inputs(), "data.inputs")
                    : IntStream.range(0, form.columns().size())
                            .filter(i -> i != sequence
                                    && i != group
                                    && i != weight
                                    && i != time
                                    && (forecasting || !isTarget.test(i)))
                            .filter(i ->
                                    isTarget.test(i) || !leftOut(form.columns().get(i)))
                            .toArray();
            check(inputs, targets, !forecasting && IntStream.of(inputs).anyMatch(isTarget));
            checkWeight(weight, inputs, targets);
            TimeFormat format = timeFormat(time);
            if (spec.inputs() == null) {
                noteLeftOut(sequence, time, isTarget);
            }
            noteDuplicates();
            return new CsvColumns(
                    form.names(),
                    inputs,
                    targets,
                    sequence,
                    group,
                    weight,
                    time,
                    format,
                    logarithms(inputs, targets),
                    notes.stream().map(note -> file + ": " + note + ".").toList());
        }

        private List<String> logarithms(int[] inputs, int[] targets) {
            boolean classes = spec.task() == CsvTask.CLASSIFICATION || spec.task() == CsvTask.TAGGING;
            IntStream numbers =
                    classes ? IntStream.of(inputs) : IntStream.concat(IntStream.of(inputs), IntStream.of(targets));
            int[] found = find(spec.log() == null ? List.of() : spec.log(), "data.log");
            List<Integer> used = numbers.boxed().toList();
            for (int position : found) {
                if (!used.contains(position)) {
                    throw InvalidInputException.of(
                            "data.log",
                            "columns that are inputs or numbers to learn",
                            form.names().get(position),
                            "Take it out.");
                }
            }
            return IntStream.of(found).mapToObj(form.names()::get).toList();
        }

        private static boolean leftOut(CsvColumn column) {
            return column.kind() == Kind.INDEX || column.kind() == Kind.TIMES || column.kind() == Kind.YEARS;
        }

        private int time() {
            if (spec.time() != null) {
                return find(spec.time(), "data.time");
            }
            return form.columns().stream()
                    .filter(column -> column.kind() == Kind.TIMES)
                    .findFirst()
                    .map(column -> column.number() - 1)
                    .orElse(-1);
        }

        private TimeFormat timeFormat(int time) {
            boolean needed = !spec.calendar().isEmpty();
            if (time < 0) {
                if (needed || spec.timeFormat() != null) {
                    throw InvalidInputException.of(
                            needed ? "data.calendar" : "data.timeFormat",
                            "a column of dates or times in " + file,
                            null,
                            "Name it in data.time. The columns are " + form.names() + ".");
                }
                return null;
            }
            TimeFormat format = spec.timeFormat() != null
                    ? TimeFormat.Named.of(spec.timeFormat())
                    : form.columns().get(time).times();
            if (format == null && (needed || spec.time() != null)) {
                throw InvalidInputException.of(
                        file + ", column \"" + form.names().get(time) + "\"",
                        "times of which can be told how they are written",
                        form.columns().get(time).kind() == Kind.TIMES
                                ? "dates in which the day or the month may come first"
                                : "something else",
                        "Say it in data.timeFormat, for example dd.MM.uuuu HH:mm.");
            }
            return format;
        }

        private void noteLeftOut(int sequence, int time, IntPredicate isTarget) {
            for (CsvColumn column : form.columns()) {
                int position = column.number() - 1;
                if (position == sequence || isTarget.test(position)) {
                    continue;
                }
                String name = "column \"" + column.name() + "\"";
                if (column.kind() == Kind.INDEX) {
                    notes.add(name + " numbers or names the rows: no input (data.inputs takes it as " + column.number()
                            + ")");
                } else if (column.kind() == Kind.YEARS) {
                    notes.add(name + " holds evenly spaced years: no input (data.inputs takes it as " + column.number()
                            + ")");
                } else if (column.kind() == Kind.TIMES || position == time) {
                    String how =
                            column.times() == null ? "" : ", " + column.times().words();
                    notes.add(name + " holds times" + how + ": no input"
                            + (spec.calendar().isEmpty() ? " (data.calendar makes inputs of them)" : ""));
                } else if (column.counts()) {
                    notes.add(name
                            + " counts the rows and is an input; leave it out by naming the others in data.inputs");
                }
            }
        }

        private void noteDuplicates() {
            List<String> names = form.names();
            names.stream()
                    .distinct()
                    .filter(name -> names.indexOf(name) != names.lastIndexOf(name))
                    .forEach(name -> notes.add("columns " + numbers(name) + " are all named \"" + name
                            + "\": the run file tells them apart by number"));
        }

        private String numbers(String name) {
            return form.columns().stream()
                    .filter(column -> column.name().equals(name))
                    .map(column -> String.valueOf(column.number()))
                    .collect(Collectors.joining(" and "));
        }

        private void check(int[] inputs, int[] targets, boolean targetIsInput) {
            boolean classes = spec.task() == CsvTask.CLASSIFICATION || spec.task() == CsvTask.TAGGING;
            if (targets.length == 0 || (targets.length > 1 && classes)) {
                String number = classes ? "one column" : "at least one column";
                throw InvalidInputException.of("data.target", number, spec.target(), "");
            }
            if (inputs.length == 0 && spec.calendar().isEmpty()) {
                throw InvalidInputException.of(
                        "data.inputs",
                        "at least one input column in " + file,
                        null,
                        "The file has " + form.names() + ".");
            }
            if (targetIsInput) {
                throw InvalidInputException.of(
                        "data.inputs",
                        "columns other than the target",
                        IntStream.of(inputs).mapToObj(form.names()::get).toList(),
                        "The network would be shown what it is to find out.");
            }
        }

        private void checkWeight(int weight, int[] inputs, int[] targets) {
            if (IntStream.concat(IntStream.of(inputs), IntStream.of(targets)).anyMatch(i -> i == weight)) {
                throw InvalidInputException.of(
                        "data.weight",
                        "a column that is neither input nor target",
                        form.names().get(weight),
                        "Take it out of data.inputs.");
            }
        }

        private int[] find(List<String> wanted, String key) {
            int[] found = wanted.stream().mapToInt(w -> find(w, key)).toArray();
            if (IntStream.of(found).distinct().count() < found.length) {
                throw InvalidInputException.of(key, "every column once", wanted, "");
            }
            return found;
        }

        /** A name counts before a number, so that columns may be named by numbers. */
        private int find(String wanted, String key) {
            List<String> names = form.names();
            int named = names.indexOf(wanted);
            if (named >= 0 && named != names.lastIndexOf(wanted)) {
                throw InvalidInputException.of(
                        key,
                        "a single column",
                        wanted,
                        "Columns " + numbers(wanted) + " have that name: give the number.");
            }
            if (named >= 0) {
                return named;
            }
            Optional<Integer> numbered = numbered(wanted, names.size());
            if (numbered.isPresent()) {
                return numbered.get();
            }
            String nearest = Nearest.to(wanted, names)
                    .map(n -> "Did you mean \"" + n + "\"? ")
                    .orElse("");
            throw InvalidInputException.of(
                    key,
                    "a column of " + file + " or a number from 1 to " + names.size(),
                    wanted,
                    nearest + "The columns are " + names
                            + (form.header() ? "." : ", since its first row holds values (data.header)."));
        }

        private static Optional<Integer> numbered(String wanted, int count) {
            if (!wanted.matches("\\d{1,6}")) {
                return Optional.empty();
            }
            int number = Integer.parseInt(wanted);
            return number >= 1 && number <= count ? Optional.of(number - 1) : Optional.empty();
        }
    }
}
