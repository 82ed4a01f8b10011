package org.steadygrad.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.model.AtomicFile;
import org.steadygrad.report.ReportPictures;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.train.Backtest;
import org.steadygrad.train.Evaluation;
import org.steadygrad.train.SavedRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steadygrad evaluate}. */
@Command(
        name = "evaluate",
        description = "Evaluates a trained model on the validation data of its run file, or on a whole file.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad evaluate runs/adding-gru",
            "  steadygrad evaluate runs/book --data other.txt",
            "  steadygrad evaluate runs/weather --data test.csv --plots plots",
            "  steadygrad evaluate runs/weather --backtest 5",
            "  steadygrad evaluate runs/digits --set data.images=t10k-images --set data.labels=t10k-labels --set data.validation=1",
            "  steadygrad evaluate runs/book/checkpoints/best.zip --json",
            "",
            "Vocabulary and scaling are those fitted in training; data that don't fit them are an error."
        })
final class EvaluateCommand implements Runnable {
    /** Kinds of data whose key {@code path} names all that is read. */
    private static final Set<Class<? extends DataSpec>> FROM_A_FILE =
            Set.of(DataSpec.Text.class, DataSpec.Csv.class, DataSpec.Series.class, DataSpec.PianoRoll.class);

    @Parameters(paramLabel = "RUN", description = "A run's folder, or a model file in it.")
    private Path run;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "Evaluate all of this file, which is read as the run file says.")
    private String data;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Change a key of the run file, for example data.path=FILE. May be given several times.")
    private List<String> changes = new ArrayList<>();

    @Option(
            names = "--plots",
            paramLabel = "FOLDER",
            description =
                    "Draw predicted against actual, residuals, reliability and what was taken for what, as PNG and SVG.")
    private Path plots;

    @Option(
            names = "--backtest",
            paramLabel = "N",
            description =
                    "Of a forecast of one series: train it anew at N cut-offs, each time on the rows before, and score what follows. Takes as long as N runs.")
    private Integer cutOffs;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        EngineRequest request = engine.request();
        SavedRun saved = SavedRun.read(Given.existing("RUN", run));
        if (cutOffs != null) {
            backtest(saved, request);
            return;
        }
        List<String> all = new ArrayList<>(changes);
        if (data != null) {
            Given.existing("--data", Path.of(data));
            all.add("data.path=" + Json.line(withPath(saved.run(changes).data())));
        }
        Evaluation evaluation = saved.evaluate(all, data != null, request);
        evaluation.metrics().forEach((name, value) -> {
            if (!Double.isFinite(value)) {
                throw InvalidInputException.of(
                        "evaluate " + run,
                        "a finite " + name,
                        value,
                        "Something in the model overflows: look at its weights and at the data's scale.");
            }
        });
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(EvaluationText.json(evaluation)));
        } else {
            EvaluationText.print(out, evaluation);
        }
        if (plots != null) {
            draw(evaluation, out);
        }
        out.flush();
    }

    private void backtest(SavedRun saved, EngineRequest request) {
        if (data != null || plots != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--backtest goes with neither --data nor --plots: it trains on the run's own data.");
        }
        PrintWriter out = spec.commandLine().getOut();
        List<Backtest.Fold> folds = Backtest.of(saved.run(changes), cutOffs, request, fold -> {
            if (!json) {
                out.println("Trained on the first " + fold.rows() + " rows.");
                out.flush();
            }
        });
        if (json) {
            out.println(Json.text(Map.of("backtest", BacktestText.json(folds))));
        } else {
            out.println();
            BacktestText.print(out, folds);
        }
        out.flush();
    }

    private void draw(Evaluation evaluation, PrintWriter out) {
        try (ReportPictures pictures = ReportPictures.ofEvaluation(Json.line(EvaluationText.points(evaluation)))) {
            for (ReportPictures.Chart chart : pictures.charts()) {
                String svg = pictures.svg(chart);
                byte[] png = pictures.png(svg);
                AtomicFile.write(
                        plots.resolve(chart.name() + ".svg"),
                        stream -> stream.write(svg.getBytes(StandardCharsets.UTF_8)));
                AtomicFile.write(plots.resolve(chart.name() + ".png"), stream -> stream.write(png));
            }
            if (!json) {
                out.println();
                out.println(pictures.charts().size() + " pictures, as PNG and SVG: " + plots);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file, if the data of the run are of a kind that has one. */
    private String withPath(DataSpec spec) {
        if (spec instanceof DataSpec.Idx) {
            throw new ParameterException(
                    this.spec.commandLine(),
                    "--data: images and their labels are two files; use --set data.images=FILE --set data.labels=FILE"
                            + " --set data.validation=1.");
        }
        if (FROM_A_FILE.contains(spec.getClass())) {
            return data;
        }
        throw new ParameterException(
                this.spec.commandLine(),
                "--data: the data of this run are generated and come from no file; leave it out to evaluate their validation part.");
    }
}
