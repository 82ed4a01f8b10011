package org.steadygrad.cli;

import java.util.Map;
import java.util.Optional;
import java.util.Stack;
import org.steadygrad.live.LivePage;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options for the page that shows a run while it goes on. */
final class LiveOptions {
    @Option(
            names = "--live",
            paramLabel = "PORT",
            arity = "0..1",
            preprocessor = PortIfNumber.class,
            description = "Serve a page with the run's charts on this machine, at port " + LivePage.DEFAULT_PORT
                    + " by default; 0 takes any that is free.")
    private Integer port;

    @Option(
            names = "--live-address",
            paramLabel = "HOST",
            description = "Serve it there instead, 0.0.0.0 being all interfaces; clients then need a token.")
    private String address;

    @Option(
            names = "--live-token",
            paramLabel = "TOKEN",
            description = "What clients must know; by default one is made where one is needed.")
    private String token;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** Empty when no page is wanted. */
    Optional<LivePage.Settings> settings() {
        if (port == null) {
            if (address != null || token != null) {
                throw new ParameterException(
                        command.commandLine(),
                        "--live-address and --live-token say how --live is served; give it too.");
            }
            return Optional.empty();
        }
        return Optional.of(new LivePage.Settings(port, Optional.ofNullable(address), Optional.ofNullable(token)));
    }

    /** Takes the next argument only when it is a number, so that {@code train --live RUN} means what it says. */
    static final class PortIfNumber implements IParameterPreprocessor {
        @Override
        public boolean preprocess(
                Stack<String> arguments, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            if (arguments.isEmpty() || !arguments.peek().matches("\\d+")) {
                arguments.push(Integer.toString(LivePage.DEFAULT_PORT));
            }
            return false;
        }
    }
}
