package org.steadygrad.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.data.csv.CsvData;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.runlog.Baseline;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.CsvTask;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

/**
 * Forecasts from several cut-offs of one series (Tashman 2000, a rolling origin): at each a model is trained anew on what comes before, scaling
 * and the choice of the best parameters included, and scored on the rows that follow, of which it has seen nothing. The rows that the
 * run keeps for validation are cut into as many stretches as there are cut-offs.
 */
public final class Backtest {
    private static final String WHO = "backtest";

    private Backtest() {}

    /**
     * What came of one cut-off.
     *
     * @param rows that come before, some of them to choose the best parameters by
     * @param evaluation on the rows that follow
     * @param guess best of the rules of thumb on the same rows; empty where there is none
     */
    public record Fold(int rows, Evaluation evaluation, Optional<Baseline> guess) {
        /** Whether the loss is below that of the best rule of thumb. */
        public boolean beatsGuessing() {
            double own = evaluation.metrics().getOrDefault("loss", Double.NaN);
            return guess.map(best -> own < best.validation().getOrDefault("loss", Double.NaN))
                    .orElse(false);
        }
    }

    /**
     * Trains and scores, from the first cut-off to the last.
     *
     * @param run of a forecast of a single series in a CSV file
     * @param cutOffs number of them, at least 2
     * @param told of each as soon as it is done
     * @throws InvalidInputException when the run is none of a single series, or the series is too short
     */
    public static List<Fold> of(RunSpec run, int cutOffs, EngineRequest request, Consumer<Fold> told) {
        Check.atLeast(cutOffs, 2, WHO, "number of cut-offs");
        DataSpec.Csv data = single(run.data());
        int rows = CsvData.rows(data);
        int held = (int) Math.round(rows * data.validation());
        int stretch = held / cutOffs;
        int least = data.forecast() == DataSpec.Forecast.PATH ? data.horizon() : data.horizon() + 1;
        if (stretch < least) {
            throw InvalidInputException.of(
                    WHO,
                    "at least " + least + " rows after each cut-off, of which a forecast " + data.horizon()
                            + " rows ahead can be scored",
                    stretch + " (" + held + " validation rows, " + cutOffs + " cut-offs)",
                    "Take fewer cut-offs, or raise data.validation.");
        }
        List<Fold> folds = new ArrayList<>();
        for (int i = cutOffs; i > 0; i--) {
            Fold fold = fold(run, rows - i * stretch, stretch, request);
            folds.add(fold);
            told.accept(fold);
        }
        return folds;
    }

    private static DataSpec.Csv single(DataSpec data) {
        if (data instanceof DataSpec.Csv csv
                && csv.task() == CsvTask.FORECASTING
                && csv.sequence() == null
                && csv.validationPath() == null
                && csv.validation() > 0
                && csv.validation() < 1) {
            return csv;
        }
        throw InvalidInputException.of(
                WHO,
                "a run that forecasts a single series of a CSV file and keeps a share of it for validation",
                data.getClass().getSimpleName().toLowerCase(Locale.ROOT) + " data of another kind",
                "Score such a model by evaluate alone.");
    }

    private static Fold fold(RunSpec run, int before, int stretch, EngineRequest request) {
        RunSpec own = RunFiles.with(run, List.of("data.limit=" + before));
        DataSource source = DataSources.open(own.data(), own.training().batch(), own.seed());
        ComputationGraph model = Runs.buildModel(own, source);
        Trainer.of(model, source)
                .settings(LoopSettings.of(own).withEngine(request))
                .name(own.name())
                .listener(RunListener.NONE)
                .run();
        int all = before + stretch;
        List<String> following = List.of("data.limit=" + all, "data.validation=" + (double) stretch / all);
        DataSource scored = DataSources.open(
                RunFiles.with(run, following).data(), own.training().batch(), own.seed(), source.artifact());
        try (Engine engine = request.open(model)) {
            Evaluation evaluation = Validation.evaluate(
                    engine,
                    model,
                    scored.description(),
                    source.artifact(),
                    scored.validation().orElseThrow());
            return new Fold(
                    before, evaluation, Guessing.of(model, scored).baselines().best());
        }
    }
}
