package org.steadygrad.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Everything at length: {@code Campaign FOLDER FILES KILLS}. Ends with 1 when something is a fault. */
final class Campaign {
    private Campaign() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(args[0])).toAbsolutePath();
        int files = Integer.parseInt(args[1]);
        int kills = Integer.parseInt(args[2]);
        List<String> faults = new ArrayList<>();
        List<String> table = new ArrayList<>(
                List.of("| damaged files | tried | read | refused in words | faults |", "|---|---|---|---|---|"));
        if (files > 0) {
            Path place = Files.createDirectories(folder.resolve("files"));
            for (Subject subject : Subjects.all(place)) {
                Mutations.Tally tally =
                        Mutations.run(subject, place, files, subject.name().hashCode());
                tally.faults().forEach(fault -> faults.add(subject.name() + ": " + fault));
                table.add(String.format(
                        Locale.ROOT,
                        "| %s | %,d | %,d | %,d | %d |",
                        tally.name(),
                        tally.files(),
                        tally.read(),
                        tally.refused(),
                        tally.faults().size()));
                System.out.println(table.get(table.size() - 1));
            }
        }
        if (kills > 0) {
            table.addAll(List.of(
                    "", "| killed runs (kill -9) | kills | resumed to the same bits | faults |", "|---|---|---|---|"));
            for (Kills.Tally tally : Kills.run(folder.resolve("kills"), kills)) {
                faults.addAll(tally.faults());
                table.add(String.format(
                        Locale.ROOT,
                        "| %s | %d | %d | %d |",
                        tally.name(),
                        tally.kills(),
                        tally.kills() - tally.faults().size(),
                        tally.faults().size()));
                System.out.println(table.get(table.size() - 1));
            }
        }
        Files.write(folder.resolve("table.md"), table);
        Files.write(folder.resolve("faults.txt"), faults);
        faults.forEach(System.out::println);
        System.exit(faults.isEmpty() ? 0 : 1);
    }
}
