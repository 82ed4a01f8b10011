package org.steadygrad.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes results as JSON and as a Markdown table; their names hold date and time. */
final class Report {
    private final Map<String, String> machine;
    private final LocalDateTime date = LocalDateTime.now().truncatedTo(ChronoUnit.SECONDS);
    private final boolean quick;

    Report(Map<String, String> machine, boolean quick) {
        this.machine = machine;
        this.quick = quick;
    }

    /** What was measured, in both forms. */
    interface Part {
        /** In JSON. */
        String name();

        List<Map<String, Object>> json();

        /** Words and a table. */
        String markdown();
    }

    /** @return the two files, JSON first */
    List<Path> write(Path folder, List<Part> parts) throws IOException {
        Files.createDirectories(folder);
        String name = date.format(DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss")) + (quick ? "-quick" : "");
        Path json = folder.resolve(name + ".json");
        Path table = folder.resolve(name + ".md");
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), json(parts));
        Files.writeString(table, markdown(parts));
        return List.of(json, table);
    }

    private Map<String, Object> json(List<Part> parts) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("date", date.toString());
        all.put("quick", quick);
        all.put("machine", machine);
        parts.forEach(part -> all.put(part.name(), part.json()));
        return all;
    }

    private String markdown(List<Part> parts) {
        StringBuilder text = new StringBuilder("# Benchmarks of " + date + (quick ? " (quick)" : "") + "\n\n");
        machine.forEach((name, value) ->
                text.append("- ").append(name).append(": ").append(value).append('\n'));
        parts.forEach(part -> text.append('\n').append(part.markdown()));
        return text.toString();
    }
}
