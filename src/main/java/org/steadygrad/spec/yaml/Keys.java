package org.steadygrad.spec.yaml;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.steadygrad.check.InvalidInputException;

/** Key paths such as {@code model.layers[1].gru.units}. */
final class Keys {
    private static final Pattern STEP = Pattern.compile("([^.\\[\\]]+)|\\[(\\+?[0-9]{1,6})]");

    private Keys() {}

    static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    static String join(String path, int index) {
        return path + "[" + index + "]";
    }

    /** Returns the steps of {@code path}: names, indices as {@code [1]}, and places between entries as {@code [+1]}. */
    static List<String> steps(String path, String who) {
        List<String> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(path);
        int end = 0;
        while (end < path.length() && matcher.find(end) && matcher.start() <= end + 1) {
            boolean dotted = matcher.start() == end + 1;
            boolean isName = matcher.group(1) != null;
            boolean fits = dotted ? path.charAt(end) == '.' && end > 0 && isName : end == 0 ? isName : !isName;
            if (!fits) {
                break;
            }
            steps.add(matcher.group());
            end = matcher.end();
        }
        if (end < path.length() || steps.isEmpty()) {
            throw InvalidInputException.of(
                    who, "a key path such as training.epochs or model.layers[1].gru.units", path, "");
        }
        return steps;
    }

    /** Returns the index of a step such as {@code [1]} or {@code [+1]}, or -1 if it is a name. */
    static int index(String step) {
        return step.startsWith("[") ? Integer.parseInt(step.substring(1, step.length() - 1)) : -1;
    }

    /** Whether a step such as {@code [+1]} asks for a new entry before the one that has this index. */
    static boolean inserts(String step) {
        return step.startsWith("[+");
    }
}
