package org.steadygrad.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.predict.Predictor;
import org.steadygrad.serve.ServeSettings;
import org.steadygrad.serve.Server;
import org.steadygrad.train.SavedRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steadygrad serve}. */
@Command(
        name = "serve",
        description = "Serves a trained model over HTTP, by the Open Inference Protocol (V2), until Ctrl-C.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad serve runs/weather --port 8000",
            "  curl localhost:8000/v2/models/weather",
            "",
            "Inputs and outputs are in the units of the training data. Prometheus reads /metrics."
        })
final class ServeCommand implements Runnable {
    @Parameters(paramLabel = "RUN", description = "A run's folder, or a model file in it.")
    private Path run;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port (default: ${DEFAULT-VALUE}); 0 takes any that is free.")
    private int port = 8000;

    @Option(names = "--name", paramLabel = "NAME", description = "The model's name in paths; by default the run's.")
    private String name;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "Serve at this interface instead of this machine only; clients then need a token.")
    private String host;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "What clients must know; by default one is made where one is needed.")
    private String token;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Most examples that are computed together (default: ${DEFAULT-VALUE}).")
    private int batch = 64;

    @Option(
            names = "--wait",
            paramLabel = "MS",
            description =
                    "Milliseconds that a request may wait for others to be computed with (default: ${DEFAULT-VALUE}).")
    private int wait = 2;

    @Option(
            names = "--queue",
            paramLabel = "N",
            description = "Requests that may wait; others are answered 503 (default: ${DEFAULT-VALUE}).")
    private int queue = 1024;

    @Option(
            names = "--sequences",
            paramLabel = "N",
            description = "Sequences that may go on step by step at a time (default: ${DEFAULT-VALUE}).")
    private int sequences = 1000;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        if (port < 0 || port > 65535) {
            throw new ParameterException(
                    spec.commandLine(), "--port: expected a number from 0 to 65535, got " + port + ".");
        }
        EngineRequest request = engine.request();
        SavedRun saved = SavedRun.read(Given.existing("RUN", run));
        String called = name != null ? name : saved.run(List.of()).name();
        ServeSettings settings = ServeSettings.of(called, port)
                .at(Optional.ofNullable(host), Optional.ofNullable(token))
                .limits(batch, wait, queue, sequences);
        CountDownLatch end = new CountDownLatch(1);
        Interrupts.onSignal(end::countDown);
        PrintWriter out = spec.commandLine().getOut();
        try (Predictor predictor = Predictor.of(saved, request);
                Server server = Server.open(predictor, settings)) {
            out.println("Serving " + run + " at " + server.url());
            out.flush();
            end.await();
            out.println("Ending, once the requests that have come are answered.");
            out.flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
