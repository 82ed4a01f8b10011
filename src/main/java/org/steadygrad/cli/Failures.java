package org.steadygrad.cli;

import java.io.PrintWriter;
import java.util.function.BooleanSupplier;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Shown;
import org.steadygrad.engine.EngineException;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells what went wrong in one paragraph on standard error, with the place in the program only when asked for. */
final class Failures implements CommandLine.IExecutionExceptionHandler, CommandLine.IParameterExceptionHandler {
    /** Characters of a message; it may quote what it was given. */
    private static final int LONGEST = 4000;

    private final BooleanSupplier debug;

    Failures(BooleanSupplier debug) {
        this.debug = debug;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine line, ParseResult parsed) {
        print(describe(failure), failure, line.getErr());
        return failure instanceof UsageException ? ExitCode.USAGE : ExitCode.SOFTWARE;
    }

    int outOfMemory(OutOfMemoryError failure, CommandLine line, boolean training) {
        print(OutOfMemory.describe(failure, training), failure, line.getErr());
        return ExitCode.SOFTWARE;
    }

    private void print(String words, Throwable failure, PrintWriter err) {
        err.println(Terminal.wrap(Shown.message(words, LONGEST), Terminal.width()));
        if (debug.getAsBoolean()) {
            failure.printStackTrace(err);
        }
        err.flush();
    }

    @Override
    public int handleParseException(ParameterException failure, String[] args) {
        CommandLine line = failure.getCommandLine();
        PrintWriter err = line.getErr();
        if (!UnmatchedArgumentException.printSuggestions(failure, err)) {
            line.usage(err, line.getColorScheme());
            err.println();
        }
        // last, where it is seen first
        err.println(Terminal.wrap("Error: " + Shown.message(failure.getMessage(), LONGEST), Terminal.width()));
        err.flush();
        return ExitCode.USAGE;
    }

    /** Input and engine errors speak for themselves; of anything else the kind matters too. */
    static String describe(Throwable failure) {
        String message = failure.getMessage();
        if (message != null && (failure instanceof InvalidInputException || failure instanceof EngineException)) {
            return "Error: " + message;
        }
        StringBuilder text = new StringBuilder("Error: ").append(kind(failure));
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            text.append(", because of ").append(kind(cause));
        }
        return text.append(". Run with --debug to see where in the program it happened.")
                .toString();
    }

    private static String kind(Throwable failure) {
        String message = failure.getMessage();
        String name = failure.getClass().getSimpleName();
        return message == null ? name : message.strip().replaceAll("[.]$", "") + " (" + name + ")";
    }
}
