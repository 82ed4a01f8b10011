package org.steadygrad.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.Function;
import org.mozilla.javascript.ScriptableObject;

/** The page's own script, fed with events, in a browser that has hardly anything. */
final class PageScript implements AutoCloseable {
    private static final String BROWSER =
            """
            var shown = null, note = '', listeners = {}, closed = false;
            var element = { textContent: '' };
            var location = { search: '' };
            var document = { hidden: false, addEventListener: function () {}, querySelector: function () { return {}; },
                getElementById: function () { return element; } };
            function EventSource(url) {
                this.addEventListener = function (name, listener) { listeners[name] = listener; };
                this.close = function () { closed = true; };
            }
            EventSource.CLOSED = 2;
            var steadygrad = { show: function (views) { shown = JSON.stringify(views[0]); },
                update: function (views) { shown = JSON.stringify(views[0]); },
                note: function (text) { note = text; element.textContent = text; } };
            function told(name, data) { listeners[name]({ data: data }); return shown; }
            """;

    private final Context context = Context.enter();
    private final ScriptableObject scope = context.initStandardObjects();

    PageScript() throws IOException {
        context.setLanguageVersion(Context.VERSION_ES6);
        context.setInterpretedMode(true);
        context.evaluateString(scope, BROWSER, "browser", 1, null);
        try (InputStream in = LivePage.class.getResourceAsStream("live.js")) {
            String script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            context.evaluateString(scope, script, "live.js", 1, null);
        }
    }

    /** @return what the page shows after an event */
    JsonNode told(String event, JsonNode data) throws IOException {
        Function told = (Function) scope.get("told", scope);
        Object shown = told.call(context, scope, scope, new Object[] {event, data.toString()});
        return new ObjectMapper().readTree(Context.toString(shown));
    }

    String note() {
        return Context.toString(scope.get("note", scope));
    }

    boolean closed() {
        return Context.toBoolean(scope.get("closed", scope));
    }

    @Override
    public void close() {
        Context.exit();
    }
}
