package org.steadygrad.firstlight;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code run first-light} of the offline bundle. */
@Command(
        name = "first-light",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Finds out within minutes what of the documents' promises holds on this machine's GPU. Results come part by part into",
            "$OUT/first-light, or out/first-light: first-light.md and .json say of each promise whether it was seen, is wrong, or wasn't",
            "reached. Started once more with the same folder, it goes on with what isn't settled. Exit code: 0 when every part was done and",
            "found no fault, else 1."
        })
final class FirstLightCommand implements Callable<Integer> {
    private static final Pattern TIME = Pattern.compile("(\\d+(?:\\.\\d+)?)(s|m)?");
    private static final int SECONDS_PER_MINUTE = 60;

    @Option(
            names = "--budget",
            paramLabel = "TIME",
            defaultValue = "8m",
            description = "Time for all parts together: 8m, 90s. Default: 8m.")
    private String budget;

    @Option(
            names = "--part",
            paramLabel = "NAME",
            split = ",",
            description = "Only this part, also when it is settled; repeatable.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--list", description = "Only list the parts.")
    private boolean list;

    @Option(names = "--run", paramLabel = "FILE", required = true, hidden = true, description = "The bundle's script.")
    private Path run;

    @Option(
            names = "--python",
            paramLabel = "FILE",
            defaultValue = "",
            hidden = true,
            description = "A Python that has torch.")
    private String python;

    @Option(
            names = "--subject",
            paramLabel = "TEXT",
            defaultValue = "",
            hidden = true,
            description = "What the bundle was made from.")
    private String subject;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            hidden = true,
            description = "Folder for the results.")
    private Path out;

    private FirstLightCommand() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new FirstLightCommand()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        List<Part> parts = parts(new Bundle(run, python));
        List<String> known = parts.stream().map(Part::name).toList();
        if (list) {
            parts.forEach(part -> System.out.printf("%-14s %s%n", part.name(), part.title()));
            return CommandLine.ExitCode.OK;
        }
        Set<String> wanted = new LinkedHashSet<>(names);
        if (!known.containsAll(wanted)) {
            System.err.println(
                    "first-light: expected parts among " + String.join(", ", known) + ", got " + names + ".");
            return CommandLine.ExitCode.USAGE;
        }
        Duration time = time(budget);
        if (time == null) {
            System.err.println("first-light: expected a time such as 8m or 90s for --budget, got \"" + budget + "\".");
            return CommandLine.ExitCode.USAGE;
        }
        Path folder = out.resolve("first-light").toAbsolutePath();
        Map<String, String> environment = new HashMap<>();
        // compiled kernels of this machine's user neither help nor mislead
        environment.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        FirstLight light = new FirstLight(parts, Promises.all(), folder, environment, subject, System.out);
        boolean fine = light.run(time, wanted);
        System.out.println("report: " + folder.resolve("first-light.md"));
        return fine ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    /** Null when it can't be read. */
    static Duration time(String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        double number = Double.parseDouble(matcher.group(1));
        return Duration.ofMillis((long) (1000 * number * ("s".equals(matcher.group(2)) ? 1 : SECONDS_PER_MINUTE)));
    }

    /** In the order in which they tell most. */
    static List<Part> parts(Bundle bundle) {
        String order = "--config=junit.jupiter.testclass.order.default=" + FastestFirst.class.getName();
        String golden = "org.steadygrad.engine.cuda.Cuda(Recurrent)?GoldenTest";
        return List.of(
                new ProbePart(bundle),
                new TestsPart(
                        bundle,
                        "golden",
                        "Golden cases",
                        Duration.ofSeconds(35),
                        List.of("--select-package=org.steadygrad.engine.cuda", "--include-classname=" + golden)),
                new TestsPart(
                        bundle,
                        "contract",
                        "Contract suite, fastest first",
                        Duration.ofSeconds(120),
                        List.of(
                                "--select-package=org.steadygrad.engine.cuda",
                                "--select-package=org.steadygrad.train",
                                "--exclude-classname=" + golden,
                                order)),
                new SanitizerPart(bundle, "racecheck"),
                new SanitizerPart(bundle, "memcheck"),
                new TablePart(
                        bundle,
                        "table",
                        "Steps against PyTorch, eager and CUDA graphs",
                        Duration.ofSeconds(90),
                        "eager,graph"),
                new TablePart(
                        bundle,
                        "table-compile",
                        "Steps against PyTorch, torch.compile",
                        Duration.ofSeconds(50),
                        "compile"),
                new ProfilePart(bundle),
                new LossesPart(bundle));
    }
}
