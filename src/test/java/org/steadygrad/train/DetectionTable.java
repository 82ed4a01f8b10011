package org.steadygrad.train;

import java.util.List;
import java.util.stream.Collectors;
import org.steadygrad.spec.FindingKind;

/** The cases as tables for people. */
final class DetectionTable {
    private DetectionTable() {}

    static String markdown(List<DetectionCase> healthy, List<DetectionCase> sick) {
        StringBuilder text =
                new StringBuilder("| sick run | based on | what is wrong | found first |\n|---|---|---|---|\n");
        sick.forEach(c -> text.append("| " + c.name() + " | " + base(c) + " | " + wrong(c) + " | `"
                + c.first().map(FindingKind::id).orElseThrow() + "` |\n"));
        text.append("\nNothing is called an error in these runs:\n\n");
        healthy.forEach(c -> text.append("- " + c.name() + "\n"));
        return text.toString();
    }

    private static String base(DetectionCase sick) {
        return TinyRun.spec(sick.run()).name();
    }

    private static String wrong(DetectionCase sick) {
        String settings = sick.settings().stream().map(s -> "`" + s + "`").collect(Collectors.joining(", "));
        return sick.elsewhere().isEmpty()
                ? settings
                : sick.elsewhere() + (settings.isEmpty() ? "" : ", with " + settings);
    }
}
