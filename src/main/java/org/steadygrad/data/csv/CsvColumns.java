package org.steadygrad.data.csv;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Nearest;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.CsvTask;

/**
 * Which column of the file is what.
 *
 * @param names of all columns; a column without a name has its number
 * @param inputs positions of the inputs, from 0
 * @param targets positions of the targets
 * @param sequence position of the column that tells sequences apart, or -1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copies of whole files would be costly
record CsvColumns(List<String> names, int[] inputs, int[] targets, int sequence) {

    static CsvColumns of(DataSpec.Csv spec, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw InvalidInputException.of(
                        spec.path() + ", line 1", "every column to have a name of its own", name + " twice", "");
            }
        }
        int[] targets = find(names, spec.target(), "data.target", spec);
        int sequence = spec.sequence() == null ? -1 : find(names, spec.sequence(), "data.sequence", spec);
        boolean forecasting = spec.task() == CsvTask.FORECASTING;
        IntPredicate isTarget = i -> IntStream.of(targets).anyMatch(t -> t == i);
        int[] inputs = spec.inputs() != null
                ? find(names, spec.inputs(), "data.inputs", spec)
                : IntStream.range(0, names.size())
                        .filter(i -> i != sequence && (forecasting || !isTarget.test(i)))
                        .toArray();
        CsvColumns columns = new CsvColumns(names, inputs, targets, sequence);
        columns.check(spec, !forecasting && IntStream.of(inputs).anyMatch(isTarget));
        return columns;
    }

    List<String> inputNames() {
        return IntStream.of(inputs).mapToObj(names::get).toList();
    }

    List<String> targetNames() {
        return IntStream.of(targets).mapToObj(names::get).toList();
    }

    private void check(DataSpec.Csv spec, boolean targetIsInput) {
        if (targets.length == 0 || (targets.length > 1 && spec.task() == CsvTask.CLASSIFICATION)) {
            String number = spec.task() == CsvTask.CLASSIFICATION ? "one column" : "at least one column";
            throw InvalidInputException.of("data.target", number, spec.target(), "");
        }
        if (inputs.length == 0) {
            throw InvalidInputException.of(
                    "data.inputs", "at least one input column in " + spec.path(), null, "The file has " + names + ".");
        }
        if (targetIsInput) {
            throw InvalidInputException.of(
                    "data.inputs",
                    "columns other than the target",
                    inputNames(),
                    "The network would be shown what it is to find out.");
        }
    }

    private static int[] find(List<String> names, List<String> wanted, String key, DataSpec.Csv spec) {
        int[] found = wanted.stream().mapToInt(w -> find(names, w, key, spec)).toArray();
        if (IntStream.of(found).distinct().count() < found.length) {
            throw InvalidInputException.of(key, "every column once", wanted, "");
        }
        return found;
    }

    /** A name counts before a number, so that columns may be named by numbers. */
    private static int find(List<String> names, String wanted, String key, DataSpec.Csv spec) {
        int named = names.indexOf(wanted);
        if (named >= 0) {
            return named;
        }
        if (wanted.matches("\\d{1,6}")) {
            int number = Integer.parseInt(wanted);
            if (number >= 1 && number <= names.size()) {
                return number - 1;
            }
        }
        String nearest = Nearest.to(wanted, names)
                .map(n -> "Did you mean \"" + n + "\"? ")
                .orElse("");
        throw InvalidInputException.of(
                key,
                "a column of " + spec.path() + " or a number from 1 to " + names.size(),
                wanted,
                nearest + "The columns are " + names + ".");
    }
}
