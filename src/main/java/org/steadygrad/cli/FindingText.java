package org.steadygrad.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.FindingGroup;
import org.steadygrad.runlog.Prescription;
import picocli.CommandLine.Help.Ansi;

/** Findings for people: severity, what is wrong, and what to try first. */
final class FindingText {
    private static final int MOST_CHANGES = 4;

    private static final int MOST_ADVICE = 4;

    /** What needs no quotes in shells; brackets are patterns there. */
    private static final String PLAIN = "[A-Za-z0-9_./:=,+-]+";

    private FindingText() {}

    /** The severity, padded and coloured. */
    static String severity(Finding finding, boolean colours) {
        String style =
                switch (finding.severity()) {
                    case ERROR -> "bold,fg(red)";
                    case WARNING -> "fg(yellow)";
                    case INFO -> "fg(cyan)";
                };
        String name = finding.severity().name().toLowerCase(Locale.ROOT);
        return (colours ? Ansi.ON : Ansi.OFF).string("@|" + style + " " + name + "|@");
    }

    /** What to try first for a group of findings: the first's, then what others need that is something else, by layer. */
    static List<String> advice(FindingGroup group) {
        List<Finding> advised = group.advised();
        List<String> lines = new ArrayList<>();
        for (Finding finding : advised.subList(0, Math.min(MOST_ADVICE, advised.size()))) {
            String place = finding.equals(group.first()) ? "" : "in " + finding.layer() + " ";
            advice(finding).forEach(line -> lines.add(place + line));
        }
        if (advised.size() > MOST_ADVICE) {
            lines.add("other advice for " + (advised.size() - MOST_ADVICE) + " more");
        }
        return lines;
    }

    /** What to try first, as options of {@code train}, in words where it lies outside the run file; at most one line. */
    private static List<String> advice(Finding finding) {
        return finding.prescriptions().stream()
                .limit(1)
                .map(FindingText::advice)
                .toList();
    }

    private static String advice(Prescription cure) {
        if (cure.changes().isEmpty()) {
            return "try: " + cure.title();
        }
        if (cure.changes().size() > MOST_CHANGES) {
            return "try: " + cure.title() + " (" + cure.changes().size() + " changes, which diagnose --cure makes)";
        }
        return cure.changes().stream()
                .map(change -> "--set " + argument(change))
                .collect(Collectors.joining(" ", "try: ", "  (" + cure.title() + ")"));
    }

    /** An argument as shells take it. */
    static String argument(String text) {
        return text.matches(PLAIN) ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
