package org.steadygrad.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.steadygrad.live.LivePage;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.tensorboard.TensorBoard;

/** Everybody who watches a run: the terminal, TensorBoard, the live page. */
final class Watchers implements AutoCloseable {
    private final List<RunListener> listeners = new ArrayList<>();
    private final Telling telling;
    private final ConsoleProgress text;
    private final JsonProgress json;
    private TensorBoard board;
    private LivePage page;

    /** What standard error tells of a run. */
    enum Telling {
        /** Errors only. */
        NOTHING,
        /** JSON lines for programs. */
        JSON,
        /** Lines for people. */
        TEXT
    }

    /** @param err standard error */
    Watchers(PrintWriter err, Telling telling) {
        this.telling = telling;
        text = new ConsoleProgress(err, Screen.errors(), System::nanoTime);
        json = new JsonProgress(err, System::nanoTime);
        if (telling != Telling.NOTHING) {
            listeners.add(telling == Telling.JSON ? json : text);
        }
    }

    /** Has event files written. @param resume whether the folder may have those of the run that is resumed */
    void tensorBoard(Path folder, boolean resume, String runFile) {
        board = new TensorBoard(folder, resume, runFile);
        listeners.add(board);
    }

    /** Has the run shown on a page, and says where it is. */
    void livePage(LivePage.Settings settings, LivePage.Run run) {
        page = LivePage.open(settings, run);
        listeners.add(page.listener());
        if (telling == Telling.JSON) {
            json.write("live", Map.of("url", page.url()));
        } else if (telling == Telling.TEXT) {
            text.say("live page: " + page.url());
        }
    }

    RunListener listener() {
        return RunListener.all(listeners);
    }

    @Override
    public void close() {
        try (ConsoleProgress lastLine = text;
                LivePage lastState = page;
                TensorBoard lastEvents = board) {
            listeners.clear();
        }
    }
}
