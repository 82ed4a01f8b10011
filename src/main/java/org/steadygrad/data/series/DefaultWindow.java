package org.steadygrad.data.series;

import java.util.List;
import java.util.OptionalInt;
import org.steadygrad.data.series.SeriesTable.Segment;
import org.steadygrad.spec.DataSpec;

/** How many time steps a window has where the run file doesn't say it. */
final class DefaultWindow {
    private static final int USUAL = DataSpec.Csv.USUAL_WINDOW;
    private static final int LEAST = 8;

    private DefaultWindow() {}

    /** The settings with the usual window if they tell none. */
    static SeriesSettings told(SeriesSettings settings) {
        return settings.window() == null ? settings.withWindow(USUAL) : settings;
    }

    /**
     * For forecasts {@value #USUAL}, rounded up to whole seasons, but no more than half of what there is to train on, and at least
     * {@value #LEAST}.
     *
     * @param history first rows of a sequence that give no input
     * @param season 0 for none
     * @return empty where the window is told, or the usual
     */
    static OptionalInt of(SeriesSettings settings, List<Segment> training, int history, int season) {
        boolean cut = settings.forecasting() && (!settings.bySequence() || settings.path());
        if (settings.window() != null || !cut) {
            return OptionalInt.empty();
        }
        int whole = season > 1 ? (USUAL + season - 1) / season * season : USUAL;
        int shortest = training.stream().mapToInt(Segment::length).min().orElse(0);
        int window = Math.min(whole, Math.max(LEAST, (shortest - history - settings.reach()) / 2));
        return window == USUAL ? OptionalInt.empty() : OptionalInt.of(window);
    }
}
