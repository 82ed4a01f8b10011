package org.steadygrad.report;

import java.util.List;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.Function;
import org.mozilla.javascript.RhinoException;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;

/** The page's scripts, without the page, on the JVM. Belongs to the thread that made it. */
final class ChartScript implements AutoCloseable {
    private static final List<String> SCRIPTS = List.of(
            "echarts/echarts.min.js",
            "theme.js",
            "lines.js",
            "loss.js",
            "heatmaps.js",
            "layers.js",
            "histograms.js",
            "charts.js",
            "findings.js",
            "words.js",
            "evaluation.js",
            "pictures.js");

    /** What the chart library takes from browsers: nothing is drawn later, so timers needn't fire. */
    private static final String BROWSER =
            "var window = this, self = this, global = this; function setTimeout() { return 0; } function clearTimeout() {}";

    private final Context context;
    private final Scriptable scope;

    ChartScript() {
        context = Context.enter();
        // compiled, the library's largest function would exceed what a Java method may hold
        context.setInterpretedMode(true);
        context.setLanguageVersion(Context.VERSION_ES6);
        // no Java classes are reachable from scripts
        scope = context.initSafeStandardObjects();
        evaluate(BROWSER);
        for (String script : SCRIPTS) {
            context.evaluateString(scope, ReportPage.resource(script), script, 1, null);
        }
    }

    /**
     * Calls a function of {@code steadygrad} with texts.
     *
     * @param path such as {@code pictures.svg}
     * @return its result as text
     */
    String call(String path, Object... arguments) {
        Scriptable object = (Scriptable) ScriptableObject.getProperty(scope, "steadygrad");
        String[] names = path.split("\\.");
        for (int i = 0; i < names.length - 1; i++) {
            object = (Scriptable) ScriptableObject.getProperty(object, names[i]);
        }
        Function function = (Function) ScriptableObject.getProperty(object, names[names.length - 1]);
        try {
            return Context.toString(function.call(context, scope, object, arguments));
        } catch (RhinoException e) {
            throw new IllegalStateException(
                    "the report's script " + path + " failed: " + e.details() + " " + e.getScriptStackTrace(), e);
        }
    }

    /** The value of a piece of script, as text. */
    String evaluate(String text) {
        return Context.toString(context.evaluateString(scope, text, "text", 1, null));
    }

    @Override
    public void close() {
        Context.exit();
    }
}
