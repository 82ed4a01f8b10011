package org.steadygrad.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code steadygrad doctor}. */
@Command(
        name = "doctor",
        description = "Says what this machine offers, and which engine --engine auto would take.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad doctor",
            "  steadygrad doctor --verbose",
            "  steadygrad doctor --json | python3 -m json.tool",
            "",
            "An engine or GPU that can't be used is listed with the reason. The exit code is 0 all the same."
        })
final class DoctorCommand implements Runnable {
    @Option(names = "--json", description = "Print JSON, with sizes in bytes, for other programs to read.")
    private boolean json;

    @Option(names = "--verbose", description = "Print also all places where CUDA was looked for.")
    private boolean verbose;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        DoctorReport report = DoctorReport.collect();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(toJson(report));
            out.flush();
        } else {
            new DoctorText(out, Terminal.colours(), Terminal.width()).print(report, verbose);
        }
    }

    static String toJson(DoctorReport report) {
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(report);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
