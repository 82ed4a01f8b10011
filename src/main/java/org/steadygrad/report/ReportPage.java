package org.steadygrad.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** A page that holds everything it needs: style, chart library, scripts and data. */
public final class ReportPage {
    private ReportPage() {}

    /**
     * The page of some runs.
     *
     * @param runs one, or several that are compared
     */
    public static String html(List<RunView> runs) {
        String title = runs.stream().map(RunView::name).collect(Collectors.joining(" and "));
        String data = runs.stream().map(RunView::text).collect(Collectors.joining(",", "[", "]"));
        return html(title, data, "steadygrad.show(JSON.parse(document.getElementById('data').textContent));");
    }

    /**
     * A page with another way to its data.
     *
     * @param title of the document
     * @param data JSON that the script may read from the element with the id {@code data}
     * @param script what is run when all is loaded; it calls {@code steadygrad.show(views)} with an array of what
     *     {@link RunView#json()} gives, and {@code steadygrad.update(views)} when there is more
     */
    public static String html(String title, String data, String script) {
        String page = resource("page.html");
        StringBuilder html = new StringBuilder();
        int end = 0;
        for (int start = page.indexOf("{{"); start >= 0; start = page.indexOf("{{", end)) {
            html.append(page, end, start);
            end = page.indexOf("}}", start) + 2;
            html.append(part(page.substring(start + 2, end - 2), title, data, script));
        }
        return html.append(page.substring(end)).toString();
    }

    private static String part(String name, String title, String data, String script) {
        return switch (name) {
            case "title" -> title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
            case "data" -> data.replace("<", "\\u003c");
            case "script" -> script;
            default -> resource(name);
        };
    }

    /** A text among the page's parts. */
    static String resource(String name) {
        try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the program lacks its part org/steadygrad/report/" + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
