package org.steadygrad.firstlight;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** All that is known so far; the names of the components are those of its JSON. */
record Report(String date, String subject, List<Judged> promises, List<PartResult> parts) {

    /** @param verdict "seen", "wrong" or "not reached" */
    record Judged(String promise, String source, String verdict, String detail) {}

    static Report of(String subject, List<PartResult> parts, List<Promise> promises) {
        Map<String, Map<String, Object>> facts = new LinkedHashMap<>();
        parts.forEach(part -> facts.put(part.name(), part.facts()));
        List<Judged> judged = promises.stream()
                .map(promise -> judge(promise, name -> facts.getOrDefault(name, Map.of())))
                .toList();
        return new Report(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), subject, judged, parts);
    }

    private static Judged judge(Promise promise, Part.Earlier facts) {
        Promise.Verdict verdict = promise.judge().apply(facts);
        return new Judged(promise.text(), promise.source(), verdict.state().words(), verdict.detail());
    }

    String markdown() {
        StringBuilder text = new StringBuilder("# First light, " + date + "\n\n" + subject + "\n\n");
        text.append("| promise | of | | |\n|---|---|---|---|\n");
        promises.forEach(p -> row(text, p.promise(), p.source(), "**" + p.verdict() + "**", p.detail()));
        text.append("\n| part | state | s | of | |\n|---|---|---|---|---|\n");
        for (PartResult part : parts) {
            row(
                    text,
                    part.title(),
                    part.state().words(),
                    String.format(Locale.ROOT, "%.1f", part.seconds()),
                    String.format(Locale.ROOT, "%.0f", part.limitSeconds()),
                    part.sentence());
        }
        for (PartResult part : parts) {
            part.facts().forEach((name, value) -> {
                if (value instanceof String || value instanceof Number) {
                    text.append("\n- ")
                            .append(part.name())
                            .append(", ")
                            .append(name)
                            .append(": ")
                            .append(value);
                }
            });
        }
        return text.append('\n').toString();
    }

    private static void row(StringBuilder text, String... cells) {
        for (String cell : cells) {
            text.append("| ")
                    .append(cell.replace("|", "\\|").replace('\n', ' '))
                    .append(' ');
        }
        text.append("|\n");
    }
}
