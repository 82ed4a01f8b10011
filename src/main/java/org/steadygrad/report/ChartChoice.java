package org.steadygrad.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Nearest;
import org.steadygrad.report.ReportPictures.Chart;

/** Finds the charts that names stand for, in which {@code *} stands for any characters. */
final class ChartChoice {
    /** Of a chart that is one of many, such as {@code weight-17}. */
    private static final Pattern NUMBER = Pattern.compile("-\\d+$");

    private ChartChoice() {}

    /**
     * @return the charts in the order they have, each once
     * @throws InvalidInputException if a name stands for none; the message lists those there are
     */
    static List<Chart> among(List<Chart> charts, List<String> names) {
        Set<Chart> chosen = new LinkedHashSet<>();
        for (String name : names) {
            Pattern pattern = Pattern.compile(
                    Arrays.stream(name.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
            List<Chart> found = charts.stream()
                    .filter(chart -> pattern.matcher(chart.name()).matches())
                    .toList();
            if (found.isEmpty()) {
                throw unknown(charts, name);
            }
            chosen.addAll(found);
        }
        return charts.stream().filter(chosen::contains).toList();
    }

    private static InvalidInputException unknown(List<Chart> charts, String name) {
        List<String> known = charts.stream().map(Chart::name).toList();
        String expected = known.isEmpty()
                ? "runs with something to draw"
                : "one of " + String.join(", ", ranges(known)) + ", or a pattern with * for any characters";
        String hint = Nearest.to(name, known)
                .map(near -> "Did you mean " + near + "?")
                .orElse("");
        return InvalidInputException.of("the charts", expected, name, hint);
    }

    /** {@code weight-1}, {@code weight-2}, ... as {@code weight-1 to weight-17}. */
    private static List<String> ranges(List<String> names) {
        Map<String, List<String>> families = new LinkedHashMap<>();
        for (String name : names) {
            families.computeIfAbsent(NUMBER.matcher(name).replaceAll(""), family -> new ArrayList<>())
                    .add(name);
        }
        return families.values().stream()
                .map(members -> members.size() == 1
                        ? members.get(0)
                        : members.get(0) + " to " + members.get(members.size() - 1))
                .toList();
    }
}
