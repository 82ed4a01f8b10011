package org.steadygrad.data.series;

import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.CsvTask;
import org.steadygrad.spec.DataSpec.Forecast;
import org.steadygrad.spec.DataSpec.Missing;
import org.steadygrad.spec.DataSpec.Normalization;
import org.steadygrad.spec.DataSpec.Split;
import org.steadygrad.spec.DataSpec.Transform;

/**
 * What is made of sequences of rows, whatever file they come from.
 *
 * @param bySequence whether each sequence is an example; else each table is one series, cut into windows
 * @param window time steps per window; null for what suits
 * @param stride time steps from one window to the next; null for what suits
 * @param horizon steps ahead that are forecast
 * @param transform what is learnt in place of values
 * @param season rows after which a season comes again; null for what the file says
 * @param chooseLogarithms whether logarithms may be taken where nothing is said of them
 */
public record SeriesSettings(
        CsvTask task,
        boolean bySequence,
        Integer window,
        Integer stride,
        int horizon,
        Forecast forecast,
        Missing missing,
        Normalization normalization,
        Transform transform,
        Integer season,
        boolean chooseLogarithms,
        double validation,
        Split split) {

    public static SeriesSettings of(DataSpec.Csv spec) {
        return new SeriesSettings(
                spec.task(),
                spec.sequence() != null,
                spec.window(),
                spec.stride(),
                spec.horizon(),
                spec.forecast(),
                spec.missing(),
                spec.normalization(),
                spec.transform(),
                spec.season(),
                spec.log() == null,
                spec.validation(),
                spec.split());
    }

    SeriesSettings withWindow(int value) {
        return new SeriesSettings(
                task,
                bySequence,
                value,
                stride,
                horizon,
                forecast,
                missing,
                normalization,
                transform,
                season,
                chooseLogarithms,
                validation,
                split);
    }

    boolean forecasting() {
        return task == CsvTask.FORECASTING;
    }

    /** Whether all of the next {@code horizon} values are forecast from the end of each window. */
    boolean path() {
        return forecasting() && forecast == Forecast.PATH;
    }

    /** Steps from an input to the label of the same step. */
    int lead() {
        return forecasting() && !path() ? horizon : 0;
    }

    /** Rows after the inputs of an example that its labels need. */
    int reach() {
        return forecasting() ? horizon : 0;
    }
}
