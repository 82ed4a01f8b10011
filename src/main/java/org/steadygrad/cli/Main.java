package org.steadygrad.cli;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.steadygrad.platform.NativeVariant;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line: {@code steadygrad COMMAND}. Exit codes: 0 done, 1 the work failed, 2 the command line is wrong, 130 interrupted. */
@Command(
        name = "steadygrad",
        description = "Trains deep and recurrent networks whose gradients neither vanish nor explode.",
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad doctor                                 what this machine offers",
            "  steadygrad train adding-gru                       a built-in run file",
            "  steadygrad train my.yaml --out runs/1 --resume    a run file of your own, continued",
            "",
            "@|bold Exit codes:|@ 0 done, 1 the work failed, 2 the command line is wrong, 130 interrupted.",
            "@|bold A command's own help:|@ steadygrad help COMMAND"
        })
public final class Main implements Runnable {

    private static final String TRAIN = "train";

    /** Commands in the order in which help lists them. Their classes are only loaded when they are asked for. */
    private static final List<Entry> COMMANDS = List.of(
            new Entry("demo", DemoCommand::new),
            new Entry(TRAIN, TrainCommand::new),
            new Entry("diagnose", DiagnoseCommand::new),
            new Entry("evaluate", EvaluateCommand::new),
            new Entry("predict", PredictCommand::new),
            new Entry("serve", ServeCommand::new),
            new Entry("import", ImportCommand::new),
            new Entry("export", ExportCommand::new),
            new Entry("check", CheckCommand::new),
            new Entry("generate", GenerateCommand::new),
            new Entry("replay", ReplayCommand::new),
            new Entry("bench", BenchCommand::new),
            new Entry("report", ReportCommand::new),
            new Entry("examples", ExamplesCommand::new),
            new Entry("doctor", DoctorCommand::new));

    private record Entry(String name, Supplier<?> command) {}

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "When something fails, print where in the program it did.")
    private boolean debug;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Print this help.")
    private boolean help;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version.")
    private boolean version;

    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        NativeVariant.select();
        System.exit(execute(args));
    }

    /** Runs one command line; the JVM goes on. */
    static int execute(String... given) {
        String[] args = helpAsOption(given);
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        List<String> names = COMMANDS.stream().map(Entry::name).toList();
        String wanted = Arrays.stream(args).filter(names::contains).findFirst().orElse("");
        for (Entry entry : COMMANDS) {
            if (wanted.isEmpty() || wanted.equals(entry.name())) {
                line.addSubcommand(entry.name(), entry.command().get());
            }
        }
        line.setOut(TerminalWriter.over(System.out));
        line.setErr(TerminalWriter.over(System.err));
        Failures failures = new Failures(() -> main.debug);
        line.setExecutionExceptionHandler(failures);
        line.setParameterExceptionHandler(failures);
        line.setUsageHelpAutoWidth(true);
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            return failures.outOfMemory(e, line, wanted.equals(TRAIN));
        }
    }

    /** {@code help COMMAND} is {@code COMMAND --help}. */
    private static String[] helpAsOption(String... args) {
        if (args.length == 0 || !args[0].equals("help")) {
            return args;
        }
        boolean unknown = args.length > 1 && COMMANDS.stream().map(Entry::name).noneMatch(args[1]::equals);
        if (unknown) {
            return new String[] {args[1]};
        }
        String[] asked = Arrays.copyOfRange(args, 1, args.length + 1);
        asked[args.length - 1] = "--help";
        return asked;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command given.");
    }

    /** The version that the build wrote into the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"SteadyGrad " + text()};
        }

        static String text() {
            String version = Main.class.getPackage().getImplementationVersion();
            return version == null ? "(not packaged)" : version;
        }
    }
}
